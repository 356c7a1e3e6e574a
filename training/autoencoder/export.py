"""Writes a pack from a run's checkpoint: `python -m training export`."""

from __future__ import annotations

import argparse
import os
from collections.abc import Sequence
from dataclasses import asdict, replace
from functools import partial
from pathlib import Path
from typing import Any

import torch
from safetensors.torch import load_file
from torch import nn

from motionclip_blender.core.errors import UserError
from motionclip_blender.core.model.image_tower import save_image_tower, vision_transformer
from motionclip_blender.core.model.network import MotionCLIP
from motionclip_blender.core.pack import Pack
from motionclip_blender.core.pose_format import PoseFormat
from motionclip_blender.core.progress import Progress, no_progress

from ..data.own_captions import KEY, add_option, captions_of_run
from ..data.splits import HELD_OUT
from ..image_tower.train import SPEC as IMAGE_TOWER
from ..image_tower.train import check_has_tower, check_split
from ..stages import told_on_stderr
from ..text_adapter.file import adapter_of_run, check_same, digest_of_pack
from ..text_tower import minilm
from .config import TrainConfig
from .export_of_shards import export_of_shards
from .published import network_of
from .run import load_checkpoint
from .write_pack import write_description, write_pack

LICENCE = "CC0-1.0"
DATA = "Trained on the clips of the sources that are named here, with captions of our own."


def export(
    run: Path,
    out: Path,
    version: str,
    images: Path | None = None,
    texts: bool = True,
    refinement: float = 1.0,
    captions: Sequence[Path] = (),
    progress: Progress = no_progress,
) -> Pack:
    """Writes the averaged weights of the run's checkpoint, the trained wordings and `pack.json` into `out`, all or
    nothing; returns the pack.

    images: a run of the image tower, or a pack with one, whose weights are put into the pack too. `record` adds the
    figures after evaluation.
    texts: also writes the wordings as texts, as `write_pack`. A pack of AMASS has none.
    refinement: share of what the encoder's transformer adds to its linear part. It learns people by heart sooner than
    the linear part does, so a smaller share may recognise others better.
    captions: folders of those that the run was trained on, if they are not the repository's; by default the copy in the
    run's folder.
    Raises `UserError` when a checkpoint is missing or damaged.
    """
    state = _checkpoint(run / "checkpoint.pt")
    config = TrainConfig.load(run / "config.json")
    adapter = adapter_of_run(run, config.text_adapter)
    if config.of_shards:
        if images:
            raise UserError("The image tower of a pack of AMASS is CLIP's own; leave out --images.")
        return export_of_shards(state, config, out, version, adapter)
    captions = captions_of_run(run, asdict(config), captions)
    of_images = _tower_of(images) if images else {}
    if images:
        made = of_images.get("text_adapter", "")
        check_same(made, config.text_adapter, f"The tower of {images} was trained", "train it with the same adapter")
        check_split(of_images, config.split, f"The tower of {images} was trained", "a tower of the same split")
    network = network_of(config)
    network.load_state_dict(state["average"])
    _refine_less(network, refinement)
    pack = Pack(
        folder=out,
        name="default",
        version=version,
        licence=LICENCE,
        network=network.size,
        pose_format=PoseFormat(config.joints),
        fps=30.0,
        frames=config.frames,
        clip=replace(minilm.SPEC, adapter=adapter.size if adapter else None),
        info={
            "data": DATA,
            "split": config.split,
            "augment": config.augment,
            **({"more": True} if config.more else {}),
            **({KEY: config.own_captions} if config.own_captions else {}),
            "steps": state["step"],
            "seed": config.seed,
            **({"refinement": refinement} if refinement != 1 else {}),
            **({"started_from": config.start} if config.start else {}),
        },
        image=IMAGE_TOWER if images else None,
    )
    write_image = None
    if images:
        tower = vision_transformer(IMAGE_TOWER, pack.clip.width)
        tower.load_state_dict(of_images["average"])
        write_image = partial(save_image_tower, tower)
    return write_pack(pack, network, adapter, write_image, texts, captions, progress)


@torch.no_grad()
def _refine_less(network: nn.Module, share: float) -> None:
    """Scales what the encoder's transformer adds. Raises `UserError` for a share beyond 0 to 1, and for a network whose
    encoder has no linear part."""
    if not 0 <= share <= 1:
        raise UserError("The share of the encoder's transformer lies between 0 and 1.")
    if share == 1:
        return
    if not isinstance(network, MotionCLIP) or not network.size.cosines:
        raise UserError("The encoder of this network has no linear part; leave out --refinement.")
    for parameter in network.encoder.to_latent.parameters():
        parameter.mul_(share)


def _tower_of(images: Path) -> dict[str, Any]:
    """Returns the state of an image tower, of its own run or of a pack."""
    if not os.path.isfile(images / "pack.json"):
        return _checkpoint(images / "images.pt")
    pack = Pack.load(images)
    check_has_tower(pack)
    if pack.image != IMAGE_TOWER:
        raise UserError(f"The image tower of the pack {pack.name} has another size; train one with `images`.")
    return {
        "average": {name: value.float() for name, value in load_file(pack.image_path).items()},
        "text_adapter": digest_of_pack(pack),
        "split": pack.info.get("split") or HELD_OUT,
    }


def record(pack: Pack, figures: dict[str, Any]) -> None:
    """Writes the figures of an evaluation into the pack's `pack.json`."""
    write_description(replace(pack, info=pack.info | {"figures": figures}))


def _checkpoint(path: Path) -> dict[str, Any]:
    if not os.path.isfile(path):
        raise UserError(f"{path} is missing; train first.")
    return load_checkpoint(path, ("average", "step"))


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="python -m training export", description=__doc__)
    parser.add_argument("--run", type=Path, default=Path("runs/default"))
    parser.add_argument("--out", type=Path, required=True, help="folder of the pack")
    parser.add_argument(
        "--images", type=Path, help="run of the image tower (`python -m training images`), or a pack with one"
    )
    parser.add_argument("--version", default="1.0.0")
    parser.add_argument(
        "--refinement", type=float, default=1.0, metavar="SHARE", help="share of the encoder's transformer, 0 to 1 (1)"
    )
    add_option(parser, "what the run was trained on; by default the copy in its folder")
    options = parser.parse_args(arguments)
    pack = export(
        options.run, options.out, options.version, options.images, refinement=options.refinement,
        captions=options.captions, progress=told_on_stderr(),
    )  # fmt: skip
    for path in (pack.weights_path, *([pack.image_path] if pack.image else [])):
        print(f"{path}: {path.stat().st_size / 1e6:.1f} MB")
    return 0
