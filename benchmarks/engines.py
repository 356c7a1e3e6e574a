"""The numpy engine beside the torch engine, in one run on the same cores.

    python -m benchmarks.engines [--frames 60] [--rounds 30] [--starts 5] [--json FILE]

- first: a new process that makes one motion of a prompt: wall and CPU seconds, less those of a process that imports
  numpy only, which Blender has done anyway; and by how many megabytes its memory grows.
- prompt: `recipe.make.generate` and `key_motion` onto an armature with its skinned body, warm. Milliseconds.
- step: what a slider's step costs, a latent decoded and keyed over the keys that are there.
- texts, windows, motions: 64 prompts embedded, 64 windows of 60 frames encoded and 64 latents decoded, at once.

Both engines take turns, so that a busy machine slows both. Medians; ratios are numpy's time over torch's. Torch
computes in one thread, as the engine has it do; numpy's products run in as many threads as its BLAS takes, which is
printed with its kernels; the engine chooses them for an OpenBLAS that is older than the processor.
"""

from __future__ import annotations

import argparse
import ctypes
import json
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from statistics import median

import bpy
import numpy as np

from motionclip_blender.core.cleanup.pipeline import motions_of
from motionclip_blender.core.engine import Engine
from motionclip_blender.core.inference.openblas import fit_kernels
from motionclip_blender.core.pose_tensor import to_pose_tensor
from motionclip_blender.core.recipe.make import generate
from motionclip_blender.rig.armature import add_body
from motionclip_blender.rig.write_keys import key_motion, rekey_motion

from .figures import tell
from .prompts import PROMPTS, WARM_UP

COMPUTE = {"numpy": "numpy", "torch": "cpu"}
_MANY = 64
_ROOT = Path(__file__).resolve().parents[1]

_CHILD = """
import json, sys, time
import numpy
def grown():
    return int(open("/proc/self/statm").read().split()[1]) * 4096 / 1e6
start, cpu, before = time.perf_counter(), time.process_time(), grown()
from motionclip_blender.core.engine import Engine
from motionclip_blender.core.recipe.make import generate
generate(Engine(compute=sys.argv[1]), "a person walks in a circle", int(sys.argv[2]))
print(json.dumps([time.perf_counter() - start, time.process_time() - cpu, grown() - before]))
"""


def first_prompts(frames: int, starts: int) -> dict[str, float]:
    """Medians over new processes: seconds, CPU seconds, megabytes."""
    found: dict[str, list[list[float]]] = {name: [] for name in COMPUTE}
    for _ in range(starts):
        for name, compute in COMPUTE.items():
            child = [sys.executable, "-c", _CHILD, compute, str(frames)]
            done = subprocess.run(child, cwd=_ROOT, capture_output=True, text=True, check=True)
            found[name].append(json.loads(done.stdout))
    figures = {}
    for i, what in enumerate(("first, s", "first, CPU s", "memory, MB")):
        for name, rows in found.items():
            figures[f"{what}, {name}"] = median(row[i] for row in rows)
    return figures


def warm(frames: int, rounds: int) -> dict[str, float]:
    """Medians in milliseconds."""
    bpy.ops.wm.read_factory_settings(use_empty=True)
    engines = {name: Engine(compute=compute) for name, compute in COMPUTE.items()}
    body = engines["numpy"].body
    bpy.context.scene.render.fps = round(engines["numpy"].pack.fps)
    armature = add_body(body)
    latents = engines["numpy"].prompt_latents(PROMPTS[:_MANY])
    windows = motions_of(engines["numpy"], latents, 60)
    poses = np.stack([to_pose_tensor(window, engines["numpy"].pack.pose_format) for window in windows])

    def parts(engine: Engine, i: int) -> dict[str, Callable[[], object]]:
        prompt, latent = PROMPTS[i % len(PROMPTS)], latents[i % _MANY]
        return {
            "prompt": lambda: key_motion(armature, generate(engine, prompt, frames), prompt),
            "step": lambda: rekey_motion(armature, motions_of(engine, [latent], frames)[0]),
            "texts": lambda: engine.encode_texts(PROMPTS[:_MANY]),
            "windows": lambda: engine._networks.encode(poses),
            "motions": lambda: engine._networks.decode(latents, 60),
        }

    times: dict[str, list[float]] = {}
    for i in range(rounds + WARM_UP):
        for name in (*COMPUTE, *COMPUTE)[i % 2 :][: len(COMPUTE)]:
            for what, work in parts(engines[name], i).items():
                if what in ("texts", "windows", "motions") and i % 5:
                    continue  # these are long; a fifth of the rounds is enough
                start = time.perf_counter()
                work()
                taken = time.perf_counter() - start
                if what == "prompt":
                    old = armature.animation_data.action
                    for action in [action for action in bpy.data.actions if action != old]:
                        bpy.data.actions.remove(action)
                if i >= WARM_UP:
                    times.setdefault(f"{what}, ms, {name}", []).append(1000 * taken)
    return {name: median(taken) for name, taken in times.items()}


def blas() -> str:
    """The kernels and threads of numpy's OpenBLAS; empty where it has another."""
    for library in Path(np.__file__).parent.parent.glob("numpy.libs/*openblas*"):
        loaded = ctypes.CDLL(str(library))
        for prefix in ("openblas", "scipy_openblas"):
            for suffix in ("64_", ""):
                name, threads = (
                    getattr(loaded, f"{prefix}_get_{what}{suffix}", None) for what in ("corename", "num_threads")
                )
                if name is not None and threads is not None:
                    name.restype = ctypes.c_char_p
                    return f"{name().decode()}, {threads()} threads"
    return ""


def main() -> int:
    """Prints the figures; `--json` writes them to a file too."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--frames", type=int, default=60)
    parser.add_argument("--rounds", type=int, default=30)
    parser.add_argument("--starts", type=int, default=5)
    parser.add_argument("--json", type=Path, metavar="FILE")
    options = parser.parse_args()
    fit_kernels()  # as the engine has it do
    figures: dict[str, object] = {"numpy": np.__version__, "its OpenBLAS": blas()}
    measured = first_prompts(options.frames, options.starts) | warm(options.frames, options.rounds)
    ratios = {
        f"{name.removesuffix(', numpy')}, ratio": value / measured[name.removesuffix("numpy") + "torch"]
        for name, value in measured.items()
        if name.endswith(", numpy")
    }
    tell(figures | measured | ratios, options.json, 26)
    return 0


if __name__ == "__main__":
    sys.exit(main())
