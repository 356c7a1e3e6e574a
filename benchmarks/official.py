"""The paper's released network: both engines beside torch's own modules, in one run on the same cores.

    python -m benchmarks.official [--rounds 10] [--json FILE]

- encode, decode: 64 windows of 60 frames at once, of the published size, weights seeded. Milliseconds.
- prompt: one prompt of 60 frames, embedded by CLIP ViT-B/32 (random weights), decoded, cleaned up and keyed onto an
  armature with its skinned body, warm; plain is open_clip's text tower and the plain decoder alone. Milliseconds.
- import: `import_checkpoint` of such a checkpoint, and reading its bytes. Milliseconds.

The plain modules are `torch.nn.TransformerEncoder` and `TransformerDecoder` with the released code's shapes, in as many
threads as torch takes by itself. All take turns, so that a busy machine slows all. Medians, and ratios over the plain
modules' time; of the import over reading's.
"""

from __future__ import annotations

import argparse
import shutil
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from statistics import median

import bpy
import numpy as np
import torch

from motionclip_blender.core.clip_weights import ClipSource
from motionclip_blender.core.engine import Engine
from motionclip_blender.core.inference.clip_towers import load_tokenizer
from motionclip_blender.core.official_checkpoint import free_folder, import_checkpoint
from motionclip_blender.core.recipe.make import generate
from motionclip_blender.rig.armature import add_body
from motionclip_blender.rig.write_keys import key_motion
from tests.clip_files import halved, large_clip, save_archive
from tests.official import Official

from .engines import blas
from .figures import tell

_WINDOWS, _FRAMES = 64, 60
_WARM_UP = 1
_PROMPT = "a person walks in a circle"


def in_turn(works: dict[str, Callable[[], object]], rounds: int) -> dict[str, float]:
    """Medians in milliseconds of what is done in turn."""
    times: dict[str, list[float]] = {name: [] for name in works}
    for i in range(rounds + _WARM_UP):
        order = list(works)[i % len(works) :] + list(works)[: i % len(works)]
        for name in order:
            start = time.perf_counter()
            works[name]()
            if i >= _WARM_UP:
                times[name].append(1000 * (time.perf_counter() - start))
    return {name: median(taken) for name, taken in times.items()}


def main() -> int:
    """Prints the figures; `--json` writes them to a file too."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=10)
    parser.add_argument("--json", type=Path, metavar="FILE")
    options = parser.parse_args()
    bpy.ops.wm.read_factory_settings(use_empty=True)
    bpy.context.scene.render.fps = 30
    plain = Official()
    with tempfile.TemporaryDirectory() as folder:
        checkpoint, packs = plain.save(Path(folder) / "checkpoint_0100.pth.tar"), Path(folder) / "packs"

        def imported() -> None:
            shutil.rmtree(packs, ignore_errors=True)  # else the system waits for the disk after some rounds
            import_checkpoint(checkpoint, free_folder(packs, checkpoint))

        clip = large_clip()
        weights = save_archive(halved(clip), Path(folder) / "ViT-B-32.pt")
        figures = in_turn({"import, ms": imported, "reading, ms": checkpoint.read_bytes}, options.rounds)
        figures["import, ratio"] = figures["import, ms"] / figures["reading, ms"]
        source = ClipSource(weights)
        out = next(packs.iterdir())
        engines = {"numpy": Engine(out, clip=source), "torch": Engine(out, compute="cpu", clip=source)}
        for engine in engines.values():
            engine.load()
    rng = np.random.default_rng(0)
    poses = rng.uniform(-1, 1, (_WINDOWS, _FRAMES, 25, 6)).astype(np.float32)
    latents = (0.4 * rng.normal(size=(_WINDOWS, 512))).astype(np.float32)
    every = torch.ones(_WINDOWS, _FRAMES, dtype=torch.bool)

    @torch.inference_mode()
    def plainly(part: torch.nn.Module, given: np.ndarray) -> np.ndarray:
        return part(torch.from_numpy(given), every).numpy()

    tokens = load_tokenizer().batch([_PROMPT], 77)
    tokens = torch.from_numpy(np.pad(tokens, ((0, 0), (0, 77 - tokens.shape[1])))).long()
    armature = add_body(engines["numpy"].body)

    @torch.inference_mode()
    def prompt_plainly() -> np.ndarray:
        return plain.decoder(clip.encode_text(tokens), every[:1]).numpy()

    def keyed(engine: Engine) -> None:
        key_motion(armature, generate(engine, _PROMPT, _FRAMES), _PROMPT)
        for action in [action for action in bpy.data.actions if action != armature.animation_data.action]:
            bpy.data.actions.remove(action)

    prompts: dict[str, Callable[[], object]] = {"prompt, ms, plain": prompt_plainly}
    prompts |= {f"prompt, ms, {name}": lambda engine=engine: keyed(engine) for name, engine in engines.items()}
    works: dict[str, Callable[[], object]] = {
        "encode, ms, plain": lambda: plainly(plain.encoder, poses),
        "decode, ms, plain": lambda: plainly(plain.decoder, latents),
    }
    for name, engine in engines.items():
        works[f"encode, ms, {name}"] = lambda engine=engine: engine._networks.encode(poses)
        works[f"decode, ms, {name}"] = lambda engine=engine: engine._networks.decode(latents, _FRAMES)
    found = in_turn(prompts, 3 * options.rounds) | in_turn(works, options.rounds)
    ratios = {
        f"{what}, ratio, {name}": found[f"{what}, ms, {name}"] / found[f"{what}, ms, plain"]
        for what in ("prompt", "encode", "decode")
        for name in engines
    }
    told = {"numpy": np.__version__, "its OpenBLAS": blas(), "torch": torch.__version__}
    tell(told | {"threads": torch.get_num_threads()} | figures | found | ratios, options.json, 26)
    return 0


if __name__ == "__main__":
    sys.exit(main())
