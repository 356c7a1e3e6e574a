"""`python -m training export`: a pack from a run's checkpoint."""

from __future__ import annotations

import argparse
import hashlib
import json
from dataclasses import replace
from pathlib import Path
from typing import Any

from motionclip_blender.core.errors import UserError
from motionclip_blender.core.files import whole_path
from motionclip_blender.core.model.network import MotionCLIP
from motionclip_blender.core.model.weights import network_size, save_network
from motionclip_blender.core.pack import DEFAULT_FOLDER, TRANSLATION_MEANINGS, Pack

from . import minilm
from .captions import load_captions
from .config import TrainConfig
from .run import load_checkpoint

LICENCE = "CC0-1.0"
DATA = (
    "Trained on CC0 animations (KayKit Character Animations by Kay Lousberg, Universal Animation Library and "
    "Ultimate Animated Character Pack by Quaternius, Mesh2Motion) and on clips of the Carnegie Mellon Graphics Lab "
    "Motion Capture Database (mocap.cs.cmu.edu, created with funding from NSF EIA-0196217), with captions of our own."
)


def export(run: Path, out: Path, version: str, figures: dict[str, Any]) -> Pack:
    """Writes the averaged weights of the run's checkpoint and their `pack.json` into `out`."""
    checkpoint = run / "checkpoint.pt"
    if not checkpoint.is_file():
        raise UserError(f"{checkpoint} is missing; train first.")
    state = load_checkpoint(checkpoint)
    config = TrainConfig.load(run / "config.json")
    spans = load_captions()
    pack = Pack(
        folder=out,
        name="default",
        version=version,
        licence=LICENCE,
        network=config.network(),
        joints=config.joints,
        translation=TRANSLATION_MEANINGS[0],
        fps=30.0,
        frames=config.frames,
        clip=minilm.SPEC,
        info={
            "data": DATA,
            "clips": len({span.clip for span in spans}),
            "captions": sum(len(span.captions) for span in spans),
            "steps": state["step"],
            "figures": figures,
        },
    )
    network = MotionCLIP(network_size(pack))
    network.load_state_dict(state["average"])
    out.mkdir(parents=True, exist_ok=True)
    save_network(network, minilm.text_projection(), pack.weights_path)
    digest = hashlib.sha256(pack.weights_path.read_bytes()).hexdigest()
    pack = replace(pack, info=pack.info | {"weights_sha256": digest})
    with whole_path(out / "pack.json") as temporary:
        temporary.write_text(json.dumps(pack.as_json(), indent=1) + "\n", encoding="utf-8")
    return pack


def last_figures(run: Path) -> dict[str, Any]:
    """The last line of the run's log."""
    lines = (run / "log.jsonl").read_text().splitlines()
    return json.loads(lines[-1]) if lines else {}


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="python -m training export", description=__doc__)
    parser.add_argument("--run", type=Path, default=Path("runs/default"))
    parser.add_argument("--out", type=Path, default=DEFAULT_FOLDER)
    parser.add_argument("--version", default="0.1.0")
    options = parser.parse_args(arguments)
    pack = export(options.run, options.out, options.version, last_figures(options.run))
    print(f"{pack.weights_path}: {pack.weights_path.stat().st_size / 1e6:.1f} MB")
    return 0
