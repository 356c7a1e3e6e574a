"""What a step of the blend slider costs: a new factor, decoded and keyed over the keys that are there.

    python -m benchmarks.slider [--frames 60] [--rounds 200] [--limit 42] [--rigify FILE.blend]
        [--processor] [--json FILE]

Warm, on this machine. In every round each of the parts is timed once, at a factor that no round had before; the figures
are medians over the rounds, in milliseconds.

- step: the panel's factor is set, as a drag of the slider sets it: the extension decodes the blend and keys the
  armature's Action anew; and Blender updates the armature and its skin.
- decode, rekey: `recipe.decoded` of the known latents of both ends, and `rekey_motion`, by themselves.
- decoder: the network's forward pass for the frames, of weights loaded anew, in one thread as the engine runs it.
- decoder, all threads: the same in torch's own number of threads.

With `--rigify`, a file with a generated rig called "rig" (`tests.rigs.rigify.saved_rig`), the step and the keying are
timed on that rig too, in the same rounds, once the rig has been looked at; its step is what the limit is for.

Exits with 1 when the step's median is above the limit.
"""

from __future__ import annotations

import argparse
import sys
import time
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
from tests.rigs.rigify import appended

from .figures import tell
from .prompt_to_keys import bare
from .prompts import WARM_UP

ENDS = ("a person walks", "a person does jumping jacks")


def timed(
    parts: Callable[[float], Mapping[str, Callable[[], object]]], rounds: int, clock: Callable[[], float]
) -> dict[str, list[float]]:
    """Milliseconds of each of `parts` in each round by `clock`, after a few rounds that do not count.

    parts: what there is to time at a factor. Each round begins with another of them, so that none always finds the
    caches as the same one left them.
    """
    factors = np.random.default_rng(0).permutation(np.linspace(0, 1, rounds + WARM_UP))
    times: dict[str, list[float]] = {}
    for i, factor in enumerate(factors):
        work = parts(float(factor))
        first = i % len(work)
        for name in (*list(work)[first:], *list(work)[:first]):
            start = clock()
            work[name]()
            if i >= WARM_UP:
                times.setdefault(name, []).append(1000 * (clock() - start))
    return times


def measure(
    frames: int, rounds: int, rigify: Path | None = None, clock: Callable[[], float] = time.perf_counter
) -> dict[str, object]:
    """All figures as one dictionary."""
    bpy.ops.wm.read_factory_settings(use_empty=True)
    engine = SESSION.engine(ModelChoice())
    network = load_network(engine.pack)
    bpy.context.scene.render.fps = round(engine.pack.fps)
    armature = add_body(engine.body)
    panel = bpy.context.scene.motionclip
    panel.frames, panel.blend.start.prompt, panel.blend.end.prompt = frames, *ENDS
    bpy.ops.motionclip.blend()
    rig = blended_rig(rigify) if rigify is not None else None
    recipe = Recipe(blend(bpy.context.scene), frames)
    latents = source_latents(engine, recipe.terms)
    fps = scene_fps()

    def parts(factor: float) -> dict[str, Callable[[], object]]:
        now = replace(recipe, content=replace(recipe.content, factor=factor))
        made = decoded(engine, now, latents, fps)
        tensor = torch.from_numpy(made.latent)[None]

        def step(moved: bpy.types.Object, factor: float) -> None:
            bpy.context.view_layer.objects.active = moved
            panel.blend.factor = factor
            bpy.context.view_layer.update()

        def alone() -> None:
            with one_thread():
                bare(network.decoder, tensor, frames)

        return {
            "step": lambda: step(armature, factor),
            "decode": lambda: decoded(engine, now, latents, fps),
            "rekey": lambda: rekey_motion(armature, made.motion),
            "decoder": alone,
            "decoder, all threads": lambda: bare(network.decoder, tensor, frames),
        } | (
            {}
            if rig is None
            else {
                "step on Rigify": lambda: step(rig, 1 - factor),
                "rekey Rigify": lambda: rekey_motion(rig, made.motion),
            }
        )

    times = timed(parts, rounds, clock)
    figures: dict[str, object] = {"frames": frames, "rounds": rounds, "threads": torch.get_num_threads()}
    figures |= {f"{name} ms": median(values) for name, values in times.items()}
    figures["step ms, 95th percentile"] = quantiles(times["step"], n=20)[-1]
    figures["step over decoder"] = figures["step ms"] / figures["decoder ms"]
    if rig is not None:
        figures["step on Rigify over step"] = figures["step on Rigify ms"] / figures["step ms"]
    return figures


def blended_rig(file: Path) -> bpy.types.Object:
    """A generated Rigify rig with the blend's motion."""
    rig = appended(file)
    bpy.context.view_layer.objects.active = rig
    bpy.ops.motionclip.blend()
    return rig


def main() -> int:
    """Prints the figures; `--json` writes them to a file too."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--frames", type=int, default=60)
    parser.add_argument("--rounds", type=int, default=200, help="20 or more")
    parser.add_argument("--limit", type=float, default=42.0, help="milliseconds: 24 steps a second")
    parser.add_argument("--rigify", type=Path, metavar="FILE.blend")
    parser.add_argument("--processor", action="store_true", help="processor time: the machine has other work meanwhile")
    parser.add_argument("--json", type=Path, metavar="FILE")
    options = parser.parse_args()
    if options.rounds < 20:
        parser.error("--rounds takes 20 or more")
    clock = time.process_time if options.processor else time.perf_counter
    motionclip_blender.register()
    try:
        figures = measure(options.frames, options.rounds, options.rigify, clock)
    finally:
        motionclip_blender.unregister()
    tell(figures, options.json, 26)
    within = figures["step ms" if options.rigify is None else "step on Rigify ms"] <= options.limit
    print(f"{'within' if within else 'ABOVE'} the limit of {options.limit:g} ms")
    return 0 if within else 1


if __name__ == "__main__":
    sys.exit(main())
