"""Measures variations of prompts: how much they differ, and whether they keep the meaning: `python -m training
variations`.

Each class has two wordings in `unseen_prompts.json`. All constants of variations were chosen on the first of them; the
second ones are reported.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from motionclip_blender.core.files import write_json
from motionclip_blender.core.motion import Motion
from motionclip_blender.core.network_size import WINDOW
from motionclip_blender.core.recipe.make import make
from motionclip_blender.core.recipe.recipe import Recipe

from ..data.own_captions import add_option
from . import measures
from .generation import unseen_prompts
from .items import Items, unlearned_items
from .model import Model, body_joints
from .recognition import class_names, class_vectors, ranks

SETS = ("choose", "report")
_SHIFT, _STRIDE = 20, 2  # frames that two motions are moved against each other to agree, and between tries
_CLIPS = 8  # real clips of a class, at most
_SLIDES, _JERKS = 20.0, 1.6  # cm/s more, and times, from which on a variation counts as broken


def variations(model: Model, items: Items | None, wordings: Sequence[int] = (0, 1), count: int = 4) -> dict:
    """Returns for each set of prompts the figures of `count` variations of each, and the spread of real clips.

    items: None to leave the real clips out.
    """
    classes = class_names()
    vectors = class_vectors(model, classes)
    found: dict = {}
    real = {} if items is None else _real_spreads(model, items)
    if real:
        found["real_spread_mm"] = {"mm": 1000 * float(np.mean([*real.values()])), "classes": len(real)}
    several = np.array([action in real for action in classes])
    for which in wordings:
        prompts = [unseen_prompts()["classes"][action][which] for action in classes]
        figures, spreads = _of_prompts(model, prompts, vectors, count)
        if real:
            figures["spread_mm_of_classes_with_several_clips"] = 1000 * float(spreads[several].mean())
        found[SETS[which]] = {"prompts": len(prompts), "variations": count} | figures
    return found


def _of_prompts(model: Model, prompts: Sequence[str], vectors: np.ndarray, count: int) -> tuple[dict, np.ndarray]:
    """Returns the figures of `count` variations of each prompt, and the spread of each prompt's in metres.

    vectors: (n, D) of the prompts' classes, and of any others behind them.
    """
    spreads, first, again, wrong, own, slides, jerks = [], [], [], [], [], [], []
    fps = model.pack.fps
    for number, prompt in enumerate(prompts):
        recipe = Recipe.of_prompt(prompt, WINDOW)
        motions = [make(model.engine, recipe.varied(seed), fps).motion for seed in range(count)]
        joints = np.stack([body_joints(model.body, motion) for motion in motions])
        spreads.append(spread([placed(model, motion) for motion in motions]))
        read = ranks(model.encode(motions), vectors, np.full(count, number))
        slide, jerk = measures.sliding(joints, fps), measures.jerk(joints, fps)
        first.append(read[0])
        again.append(read[1:])
        own.append((slide[0], jerk[0]))
        slides.append(slide[1:])
        jerks.append(jerk[1:])
        lost = (read[1:] >= 5) & (read[0] < 5)
        wrong.append(lost | (slide[1:] > np.nan_to_num(slide[0]) + _SLIDES) | (jerk[1:] > _JERKS * jerk[0] + _SLIDES))
    plain, varied = np.array(first), np.concatenate(again)
    figures = {
        "spread_mm": 1000 * float(np.mean(spreads)),
        "least_spread_mm": 1000 * float(np.min(spreads)),
        "recognised": {
            "seed_0": {"top1": 100 * float((plain < 1).mean()), "top5": 100 * float((plain < 5).mean())},
            "varied": {"top1": 100 * float((varied < 1).mean()), "top5": 100 * float((varied < 5).mean())},
        },
        "sliding_cm_s": {"seed_0": float(np.nanmean([o[0] for o in own])), "varied": float(np.nanmean(slides))},
        "jerk_m_s3": {"seed_0": float(np.mean([o[1] for o in own])), "varied": float(np.mean(jerks))},
        "broken_percent": 100 * float(np.mean(wrong)),
    }
    return figures, np.array(spreads)


def placed(model: Model, motion: Motion) -> np.ndarray:
    """Returns the joints (T, 22, 3) in metres without the movement over the ground, facing +Z in the first frame."""
    return measures.in_place(body_joints(model.body, motion), motion.rotations[:, 0])


def spread(motions: Sequence[np.ndarray]) -> float:
    """Returns the mean distance of the joints (T, 22, 3) over all pairs of motions, in metres."""
    pairs = [aligned(a, b) for i, a in enumerate(motions) for b in motions[:i]]
    return float(np.mean(pairs))


def aligned(a: np.ndarray, b: np.ndarray) -> float:
    """Returns the mean distance of the joints of two motions (T, 22, 3) at the shift in time where they agree best."""
    shifts = range(-min(_SHIFT, len(a) // 2), min(_SHIFT, len(a) // 2) + 1, _STRIDE)
    frames = len(a)
    return min(
        float(np.linalg.norm(a[max(s, 0) : frames + min(s, 0)] - b[max(-s, 0) : frames - max(s, 0)], axis=-1).mean())
        for s in shifts
    )


def _real_spreads(model: Model, items: Items) -> dict[str, float]:
    """Returns the spread in metres of the clips of each class that has several."""
    of_class: dict[str, list[np.ndarray]] = {}
    for item in (*items.train, *items.test):
        some = of_class.setdefault(item.action, [])
        if len(some) < _CLIPS:
            some.append(placed(model, item.first(WINDOW)))
    return {action: spread(clips) for action, clips in of_class.items() if len(clips) > 1}


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="python -m training variations", description=__doc__)
    parser.add_argument("--pack", type=Path, help="pack folder; the default pack if left out")
    parser.add_argument("--data", type=Path, help="folder that `python -m training prepare` made, for real clips")
    add_option(parser, "of DATA, as the pack was trained")
    parser.add_argument("--count", type=int, default=4, help="variations of each prompt, the motion itself included")
    parser.add_argument("--only", choices=SETS, help="one of the two sets of prompts")
    parser.add_argument("--out", type=Path, default=Path("out/evaluation/variations.json"))
    options = parser.parse_args(arguments)
    started = time.perf_counter()
    model = Model(options.pack)
    items = None
    if options.data is not None:
        items = unlearned_items(model.pack, options.data, model.body, options.captions)
    wordings = (0, 1) if options.only is None else (SETS.index(options.only),)
    found = variations(model, items, wordings, options.count)
    write_json(options.out, found)
    print(json.dumps(found, indent=1))
    print(f"{time.perf_counter() - started:.0f} s, {options.out}", file=sys.stderr)
    return 0
