"""What reading a prompt in steps costs: five steps, 300 frames, from the prompt to the keys, against its networks.

    python -m benchmarks.plan [--rounds 20] [--limit 9] [--json FILE]

Warm, on this machine. In every round each of the parts is timed once, on a prompt that no round had before; the figures
are medians over the rounds, in milliseconds.

- full: `recipe.make.make` of a `PromptPlan` and `key_motion` onto an armature with its skinned body.
- networks: the passes of the text tower and of the decoder that `make` needed, and nothing else.
- timeline: the same steps as five segments of a timeline, as long as they take: length, motion and keys.
- step: after that, one segment's length changed, as a slider does: length, motion and keys.
- decoded: motions that the decoder made for the timeline, and for the step.

Ratio is full / networks: known motions need no decoder, so these are mostly the text tower. Steps are made twice where
their length is given: at their natural one first, which must be the same motion however it was asked for. Exits with 1
when the ratio is above the limit.
"""

from __future__ import annotations

import argparse
import itertools
import sys
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from statistics import median

import bpy

from benchmarks.figures import tell
from motionclip_blender.core.engine import Engine
from motionclip_blender.core.recipe.make import as_long_as_it_takes, decoded, make
from motionclip_blender.core.recipe.plan import PromptPlan
from motionclip_blender.core.recipe.recipe import Recipe
from motionclip_blender.core.recipe.timeline import Timeline, TimelineSegment
from motionclip_blender.core.timeline.parts import forget
from motionclip_blender.rig.armature import add_body
from motionclip_blender.rig.write_keys import key_motion

FRAMES = 300
_WARM_UP = 3
_STEPS = (
    ("walks forward", "jogs backward", "sneaks to the left", "marches forward"),
    ("turns left 90 degrees", "turns around", "turns right"),
    ("waves with the right hand", "kicks with the left foot", "bows", "punches with the left hand"),
    ("jumps twice", "does 2 jumping jacks", "nods"),
    ("sits down", "dances", "falls down"),
)


def prompts() -> list[str]:
    """Returns prompts of five steps each; neighbours differ in every step."""
    every = [", then ".join(steps) for steps in itertools.product(*_STEPS)]
    return [every[i * 35 % len(every)] for i in range(len(every))]


class Recorded:
    """Keeps what a function was called with."""

    def __init__(self, function: Callable) -> None:
        self.function, self.calls = function, []

    def __call__(self, *arguments: object) -> object:
        self.calls.append(arguments)
        return self.function(*arguments)


def measure(rounds: int) -> dict[str, float]:
    """Returns medians in milliseconds, and their ratio."""
    engine = Engine()
    engine.load()
    networks = engine._ready()
    bpy.ops.wm.read_factory_settings(use_empty=True)
    bpy.context.scene.render.fps = round(engine.pack.fps)
    armature = add_body(engine.body)
    times: dict[str, list[float]] = {"full": [], "networks": []}
    for i, prompt in enumerate(prompts()[: rounds + _WARM_UP]):
        texts, decode = Recorded(networks.texts), Recorded(networks.decode)
        networks.texts, networks.decode = texts, decode
        start = time.perf_counter()
        made = make(engine, Recipe(PromptPlan(prompt, guess=True), FRAMES), engine.pack.fps)
        key_motion(armature, made.motion, prompt)
        full = time.perf_counter() - start
        del networks.texts, networks.decode
        start = time.perf_counter()
        for recorded in (texts, decode):
            for arguments in recorded.calls:
                recorded.function(*arguments)
        alone = time.perf_counter() - start
        bpy.data.actions.remove(armature.animation_data.action)
        if i >= _WARM_UP:
            times["full"].append(full)
            times["networks"].append(alone)
    figures = {f"{name} ms": 1000 * median(values) for name, values in times.items()}
    return figures | {"ratio": figures["full ms"] / figures["networks ms"]}


def timelines(rounds: int) -> dict[str, float]:
    """Returns medians of making timelines: milliseconds, and how many motions were decoded."""
    engine = Engine()
    engine.load()
    networks = engine._ready()
    bpy.ops.wm.read_factory_settings(use_empty=True)
    bpy.context.scene.render.fps = round(engine.pack.fps)
    armature = add_body(engine.body)
    found: dict[str, list[float]] = {"timeline ms": [], "timeline decoded": [], "step ms": [], "step decoded": []}
    for i, prompt in enumerate(prompts()[: rounds + _WARM_UP]):
        segments = tuple(TimelineSegment(PromptPlan(step, guess=True)) for step in prompt.split(", then "))
        changed = (*segments[:2], replace(segments[2], seconds=2.0 + i / 100), *segments[3:])
        forget(engine)  # other prompts have the same steps
        for name, content in (("timeline", Timeline(segments)), ("step", Timeline(changed))):
            decode = networks.decode = Recorded(networks.decode)
            start = time.perf_counter()
            recipe = as_long_as_it_takes(engine, Recipe(content, FRAMES), {})
            made = decoded(engine, recipe, {}, engine.pack.fps)
            key_motion(armature, made.motion, prompt)
            seconds = time.perf_counter() - start
            del networks.decode
            bpy.data.actions.remove(armature.animation_data.action)
            if i >= _WARM_UP:
                found[f"{name} ms"].append(1000 * seconds)
                found[f"{name} decoded"].append(sum(len(latents) for latents, *_ in decode.calls))
    return {name: median(values) for name, values in found.items()}


def main() -> int:
    """Prints the figures; `--json` writes them to a file too."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=20)
    parser.add_argument("--limit", type=float, default=9.0)
    parser.add_argument("--json", type=Path, metavar="FILE")
    options = parser.parse_args()
    if not 3 <= options.rounds <= 100:
        parser.error("--rounds takes 3 to 100")
    figures = measure(options.rounds) | timelines(options.rounds)
    tell(figures, options.json, 18)
    within = figures["ratio"] <= options.limit
    print(f"{'within' if within else 'ABOVE'} the limit of {options.limit}")
    return 0 if within else 1


if __name__ == "__main__":
    sys.exit(main())
