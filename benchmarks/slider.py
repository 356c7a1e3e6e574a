"""What a step of the blend slider costs: a new factor, decoded and keyed over the keys that are there.

    python -m benchmarks.slider [--frames 60] [--rounds 200] [--limit 42] [--json FILE]

Warm, on this machine. In every round each of the parts is timed once, at a factor that no round had before; the figures
are medians over the rounds, in milliseconds.

- step: the panel's factor is set, as a drag of the slider sets it: the extension decodes the blend and keys the
  armature's Action anew; and Blender updates the armature and its skin.
- decode, rekey: `recipe.decoded` of the known latents of both ends, and `rekey_motion`, by themselves.
- decoder: the network's forward pass for the frames, of weights loaded anew, in one thread as the engine runs it.
- decoder, all threads: the same in torch's own number of threads.

Exits with 1 when the step's median is above the limit.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from statistics import median, quantiles

import bpy
import numpy as np
import torch

import motionclip_blender
from motionclip_blender.core.latents.sources import source_latents
from motionclip_blender.core.model.threads import one_thread
from motionclip_blender.core.model.weights import load_network
from motionclip_blender.core.recipe.make import decoded
from motionclip_blender.core.recipe.recipe import Recipe
from motionclip_blender.rig.armature import add_body
from motionclip_blender.rig.timeline import scene_fps
from motionclip_blender.rig.write_keys import rekey_motion
from motionclip_blender.ui.addon import ModelChoice
from motionclip_blender.ui.generate.recipes import blend
from motionclip_blender.ui.session import SESSION

from .figures import tell
from .prompt_to_keys import bare, seconds
from .prompts import WARM_UP

ENDS = ("a person walks", "a person does jumping jacks")


def timed(parts: Callable[[float], Mapping[str, Callable[[], object]]], rounds: int) -> dict[str, list[float]]:
    """Milliseconds of each of `parts` in each round, after a few that do not count.

    parts: what there is to time at a factor. Each round begins with another of them, so that none always finds the
    caches as the same one left them.
    """
    factors = np.random.default_rng(0).permutation(np.linspace(0, 1, rounds + WARM_UP))
    times: dict[str, list[float]] = {}
    for i, factor in enumerate(factors):
        work = parts(float(factor))
        first = i % len(work)
        for name in (*list(work)[first:], *list(work)[:first]):
            taken = seconds(work[name])
            if i >= WARM_UP:
                times.setdefault(name, []).append(1000 * taken)
    return times


def measure(frames: int, rounds: int) -> dict[str, object]:
    """All figures as one dictionary."""
    bpy.ops.wm.read_factory_settings(use_empty=True)
    engine = SESSION.engine(ModelChoice())
    network = load_network(engine.pack)
    bpy.context.scene.render.fps = round(engine.pack.fps)
    armature = add_body(engine.body)
    panel = bpy.context.scene.motionclip
    panel.frames, panel.blend.start.prompt, panel.blend.end.prompt = frames, *ENDS
    bpy.ops.motionclip.blend()
    recipe = Recipe(blend(bpy.context.scene), frames)
    latents = source_latents(engine, recipe.terms)
    fps = scene_fps()

    def parts(factor: float) -> dict[str, Callable[[], object]]:
        now = replace(recipe, content=replace(recipe.content, factor=factor))
        made = decoded(engine, now, latents, fps)
        tensor = torch.from_numpy(made.latent)[None]

        def step() -> None:
            panel.blend.factor = factor
            bpy.context.view_layer.update()

        def alone() -> None:
            with one_thread():
                bare(network.decoder, tensor, frames)

        return {
            "step": step,
            "decode": lambda: decoded(engine, now, latents, fps),
            "rekey": lambda: rekey_motion(armature, made.motion),
            "decoder": alone,
            "decoder, all threads": lambda: bare(network.decoder, tensor, frames),
        }

    times = timed(parts, rounds)
    figures: dict[str, object] = {"frames": frames, "rounds": rounds, "threads": torch.get_num_threads()}
    figures |= {f"{name} ms": median(values) for name, values in times.items()}
    figures["step ms, 95th percentile"] = quantiles(times["step"], n=20)[-1]
    figures["step over decoder"] = figures["step ms"] / figures["decoder ms"]
    return figures


def main() -> int:
    """Prints the figures; `--json` writes them to a file too."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--frames", type=int, default=60)
    parser.add_argument("--rounds", type=int, default=200, help="20 or more")
    parser.add_argument("--limit", type=float, default=42.0, help="milliseconds: 24 steps a second")
    parser.add_argument("--json", type=Path, metavar="FILE")
    options = parser.parse_args()
    if options.rounds < 20:
        parser.error("--rounds takes 20 or more")
    motionclip_blender.register()
    try:
        figures = measure(options.frames, options.rounds)
    finally:
        motionclip_blender.unregister()
    tell(figures, options.json, 26)
    within = figures["step ms"] <= options.limit
    print(f"{'within' if within else 'ABOVE'} the limit of {options.limit:g} ms")
    return 0 if within else 1


if __name__ == "__main__":
    sys.exit(main())
