"""Measures whether the segments of a timeline are found again in its motion: `python -m training segments`.

Timelines of three segments of 1.5 to 5 seconds, of prompts whose own motion is recognised as their class, are made and
recognised again. A boundary is the middle of the cross-fade. `--choose` compares windows and prices of a switch of the
label, by windows alone, on other timelines than those that the figures are of. `--data` also takes single actions as
they were recorded, held-out spans, which should stay one part.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np

from motionclip_blender.core.engine import Engine
from motionclip_blender.core.files import write_json
from motionclip_blender.core.label_timeline import FRAMES, STRIDE, SWITCH, LabelledPart, labelled_parts, smoothed
from motionclip_blender.core.motion import Motion
from motionclip_blender.core.performance.perform import perform
from motionclip_blender.core.prompt_plan.understand import understand
from motionclip_blender.core.recipe.make import as_long_as_it_takes, decoded
from motionclip_blender.core.recipe.plan import PromptPlan
from motionclip_blender.core.recipe.recipe import Recipe
from motionclip_blender.core.recipe.timeline import Timeline, TimelineSegment
from motionclip_blender.core.recognition import Recogniser, default_labels

from ..data.captions import class_text
from ..data.own_captions import add_option
from .items import unlearned_items

PROMPTS = (
    "aims a gun", "bows", "dances ballet", "does jumping jacks", "drinks", "golf swing", "hops on one leg",
    "indian dance", "is dizzy", "is tired", "jogs", "jumps", "karate", "kicks", "listens", "moonwalk", "nods",
    "picks up a box", "plays basketball", "punches", "pushes something", "runs", "salsa dance", "shivers", "sneaks",
    "sprints", "stands still", "strafes left", "swings a sword", "talks", "throws a ball", "walks", "walks backward",
    "washes", "waves", "zombie walk",
)  # fmt: skip
"""Of people who stand: between them nothing has to be put in."""

NEAR = 0.5
"""Seconds within which a boundary is right."""

_FADE = 1 / 3  # seconds
_SHORTEST, _LONGEST = 1.5, 5.0
_RECORDED = 2.5  # seconds
_CHOICE, _REPORT = 1, 2  # seeds
_WINDOWS = (20, 30, 40, 60)
_SWITCHES = (0.0, 4.0, 8.0, 12.0, 18.0, 24.0, 32.0)


class MadeTimeline(NamedTuple):
    """A motion, the labels of its three segments, and the boundaries between them in seconds."""

    motion: Motion
    labels: tuple[str, ...]
    boundaries: tuple[float, ...]


def clear_prompts(engine: Engine, recogniser: Recogniser) -> dict[str, str]:
    """Returns the prompts whose own motion is recognised as their class, and the class's label."""
    found = {}
    for prompt in PROMPTS:
        plan, choices = understand(engine, engine.wordings, prompt)
        label = class_text(choices[0].action)
        motion = perform(engine, plan, choices, 90).motion
        if recogniser.scores(engine.encode(motion), motion)[0].name == label:
            found[prompt] = label
    return found


def made_timelines(engine: Engine, prompts: dict[str, str], seed: int, count: int) -> list[MadeTimeline]:
    """Makes `count` timelines of three prompts with different labels."""
    rng = np.random.default_rng(seed)
    found: list[MadeTimeline] = []
    while len(found) < count:
        three = [str(prompt) for prompt in rng.choice(list(prompts), 3, replace=False)]
        seconds = rng.uniform(_SHORTEST, _LONGEST, 3).round(2)
        labels = tuple(prompts[prompt] for prompt in three)
        if len(set(labels)) < len(labels):
            continue
        segments = (
            TimelineSegment(PromptPlan(prompt, guess=True), float(s), _FADE)
            for prompt, s in zip(three, seconds, strict=True)
        )
        fps = engine.pack.fps
        made = decoded(engine, as_long_as_it_takes(engine, Recipe(Timeline(tuple(segments)), 60), {}), {}, fps)
        if not any("is put in" in note for note in made.notes):
            boundaries = tuple(start / fps + _FADE / 2 for start in made.starts[1:])
            found.append(MadeTimeline(made.motion, labels, boundaries))
    return found


def judged(parts: Sequence[LabelledPart], made: MadeTimeline) -> tuple[list[float | None], int]:
    """Returns for each segment how many seconds off its farther boundary is, None if it is not found in order; and how
    many parts there are beside."""
    edges = (0.0, *made.boundaries, float("inf"))
    off: list[float | None] = []
    at = 0
    for i, label in enumerate(made.labels):
        place = next((k for k in range(at, len(parts)) if parts[k].name == label), None)
        if place is None:
            off.append(None)
            continue
        at = place + 1
        last = place == len(parts) - 1
        start = abs(parts[place].start - edges[i])
        end = 0.0 if last and i == len(made.labels) - 1 else abs(parts[place].end - edges[i + 1])
        off.append(max(start, end))
    return off, len(parts) - sum(each is not None for each in off)


def figures(found: Sequence[Sequence[LabelledPart]], made: Sequence[MadeTimeline]) -> dict[str, float]:
    """Returns percentages over all segments and timelines. found: the parts of each timeline."""
    every, whole, beside = [], 0, 0
    for parts, one in zip(found, made, strict=True):
        off, more = judged(parts, one)
        every += off
        beside += more
        whole += more == 0 and all(each is not None and each <= NEAR for each in off)
    there = [each for each in every if each is not None]
    return {
        "timelines": len(made),
        "segments": len(every),
        "in_order_percent": 100 * len(there) / len(every),
        "within_percent": 100 * sum(each <= NEAR for each in there) / len(every),
        "whole_percent": 100 * whole / len(made),
        "beside": beside,
        "median_off": float(np.median(there)) if there else float("nan"),
    }


def as_shipped(engine: Engine, recogniser: Recogniser, made: Sequence[MadeTimeline]) -> dict[str, float]:
    """Returns the figures of the parts that users get."""
    return figures([labelled_parts(engine, recogniser, one.motion) for one in made], made)


def measured(
    engine: Engine, recogniser: Recogniser, made: Sequence[MadeTimeline], frames: int, switches: Sequence[float]
) -> dict[float, dict[str, float]]:
    """Returns the figures by windows of `frames` frames alone, by the price of a switch: without asking the whole part
    what it is, as `labelled_parts` does."""
    encoded = [engine.encode_windows(one.motion, None, frames, STRIDE) for one in made]
    cosines = [recogniser.cosines(windows.latents) for windows in encoded]
    found = {}
    for switch in switches:
        parts = [
            _parts(
                smoothed(recogniser.sharpness * scores, switch), windows.starts + windows.frames / 2, engine, recogniser
            )
            for scores, windows in zip(cosines, encoded, strict=True)
        ]
        found[switch] = figures(parts, made)
    return found


def recorded(engine: Engine, recogniser: Recogniser, data: Path, captions: Sequence[Path] = ()) -> dict[str, float]:
    """Returns the figures of held-out spans of `_RECORDED` seconds and more, each one action. Raises `UserError`.

    captions: folders of captions in place of the repository's.
    """
    spans = [
        item
        for item in unlearned_items(engine.pack, data, engine.body, captions).test
        if len(item.motion) >= _RECORDED * engine.pack.fps
    ]
    parts = [labelled_parts(engine, recogniser, item.motion) for item in spans]
    right = [
        sum(part.end - part.start for part in found if part.name == class_text(item.action))
        / (len(item.motion) / item.motion.fps)
        for found, item in zip(parts, spans, strict=True)
    ]
    whole = [
        recogniser.scores(engine.encode(item.motion), item.motion)[0].name == class_text(item.action) for item in spans
    ]
    return {
        "spans": len(spans),
        "one_part_percent": 100 * float(np.mean([len(found) == 1 for found in parts])),
        "time_right_percent": 100 * float(np.mean(right)),
        "whole_right_percent": 100 * float(np.mean(whole)),
    }


def _parts(labels: np.ndarray, middles: np.ndarray, engine: Engine, recogniser: Recogniser) -> list[LabelledPart]:
    """Returns the parts of labels (n,) of windows, whose middles are in frames, without cosines."""
    firsts = [0, *(np.flatnonzero(np.diff(labels)) + 1)]
    edges = [0.0, *((middles[i - 1] + middles[i]) / 2 / engine.pack.fps for i in firsts[1:]), float("inf")]
    names = [recogniser.labels[labels[i]] for i in firsts]
    return [LabelledPart(*each, 0.0, 0.0) for each in zip(names, edges, edges[1:], strict=False)]


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="python -m training segments", description=__doc__)
    parser.add_argument("--pack", type=Path, help="pack folder; the default pack if left out")
    parser.add_argument("--count", type=int, default=60, help="timelines (60)")
    parser.add_argument("--choose", action="store_true", help="compare windows and prices, on 40 other timelines")
    parser.add_argument("--data", type=Path, help="prepared motions, for spans as they were recorded")
    add_option(parser, "of DATA, as the pack was trained")
    parser.add_argument("--out", type=Path, default=Path("out/evaluation/segments.json"))
    options = parser.parse_args(arguments)
    if options.count < 1:
        parser.error("--count must be 1 or more")
    engine = Engine(options.pack)
    recogniser = Recogniser(engine, default_labels())
    prompts = clear_prompts(engine, recogniser)
    print(f"{len(prompts)} of {len(PROMPTS)} prompts are clear", file=sys.stderr)
    table = {}
    if options.choose:
        made = made_timelines(engine, prompts, _CHOICE, 40)
        for frames in _WINDOWS:
            for switch, told in measured(engine, recogniser, made, frames, _SWITCHES).items():
                table[f"windows of {frames} frames, price {switch:g}"] = told
    else:
        made = made_timelines(engine, prompts, _REPORT, options.count)
        table["as it ships"] = as_shipped(engine, recogniser, made)
        alone = measured(engine, recogniser, made, FRAMES, (SWITCH, 0.0))
        table["by windows alone"] = alone[SWITCH]
        table["by windows alone, each by itself"] = alone[0.0]
        table["by windows of 60 frames alone"] = measured(engine, recogniser, made, 60, (SWITCH,))[SWITCH]
    of_clips = recorded(engine, recogniser, options.data, options.captions) if options.data is not None else {}
    write_json(options.out, table | ({"recorded": of_clips} if of_clips else {}))
    print("| % | segments in order | both ends within 0.5 s | timelines exact | parts too many | median s off |")
    print("|---|---:|---:|---:|---:|---:|")
    for name, told in table.items():
        print(
            f"| {name} | {told['in_order_percent']:.1f} | {told['within_percent']:.1f} | {told['whole_percent']:.1f} "
            f"| {told['beside']} | {told['median_off']:.2f} |"
        )
    if of_clips:
        print(", ".join(f"{name} {value:.4g}" for name, value in of_clips.items()))
    return 0
