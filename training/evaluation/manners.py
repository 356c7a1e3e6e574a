"""Measures manners that prompts ask for, sadly or like an old man, beside the same action without: `python -m training
manners`.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

import numpy as np

from motionclip_blender.core.errors import UserError
from motionclip_blender.core.files import write_json
from motionclip_blender.core.motion import Motion
from motionclip_blender.core.recipe.make import make
from motionclip_blender.core.recipe.plan import PromptPlan
from motionclip_blender.core.recipe.recipe import Recipe

from ..shipped import shipped
from . import measures
from .model import Model, body_joints

LISTS = Path(__file__).with_name("manners.json")
FRAMES = 90
SETS = ("choose", "report")


def manners(model: Model, which: str) -> dict:
    """Returns for each manner in how many percent of the prompts the motion changes as expected.

    which: one of `SETS`. sliding_cm_s: mean, and over_20: percent of the prompts whose feet slide faster. broken: the
    prompts that do not change as expected; refused: those that are not understood.
    """
    lists = shipped(LISTS)
    found: dict = {}
    for manner, expected in lists["expected"].items():
        changes, slides, broken, refused = [], [], [], []
        for action in lists[which]:
            plain = _measured(model, lists["plain"].format(action))
            for wording in lists["wordings"][manner]:
                prompt = wording.format(action)
                styled = _measured(model, prompt)
                if plain is None or styled is None:
                    refused.append(prompt)
                    continue
                right = all((styled[name] - plain[name]) * sign > 0 for name, sign in expected.items())
                changes.append(right)
                slides.append(styled["sliding"])
                if not right:
                    broken.append(prompt)
        found[manner] = {
            "prompts": len(changes),
            "as_expected": 100 * float(np.mean(changes)) if changes else None,
            "sliding_cm_s": float(np.mean(slides)) if slides else None,
            "over_20": 100 * float(np.mean(np.array(slides) > 20)) if slides else None,
            "broken": broken,
            "refused": refused,
        }
    return found


def _measured(model: Model, prompt: str) -> dict[str, float] | None:
    """Returns the measures of a prompt's motion; None if it is not understood."""
    try:
        motion: Motion = make(model.engine, Recipe(PromptPlan(prompt), FRAMES), model.pack.fps).motion
    except UserError:
        return None
    joints = body_joints(model.body, motion)
    return {
        "speed": float(measures.speed(joints, motion.fps)),
        "bend": float(measures.bend(joints)),
        "sway": float(measures.sway(joints)),
        "sliding": float(np.nan_to_num(measures.sliding(joints, motion.fps))),
    }


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="python -m training manners", description=__doc__)
    parser.add_argument("--pack", type=Path, help="pack folder; the default pack if left out")
    parser.add_argument("--only", choices=SETS, help="one of the two sets of actions")
    parser.add_argument("--out", type=Path, default=Path("out/evaluation/manners.json"))
    options = parser.parse_args(arguments)
    model = Model(options.pack)
    found = {which: manners(model, which) for which in ((options.only,) if options.only else SETS)}
    for which, of_set in found.items():
        for manner, figures in of_set.items():
            print(f"{which} {manner}: {_told(figures)}", file=sys.stderr)
    write_json(options.out, found)
    print(options.out)
    return 0


def _told(figures: dict) -> str:
    if not figures["prompts"]:
        return "nothing was understood"
    return (
        f"{figures['as_expected']:.1f} % of {figures['prompts']} as expected, feet slide {figures['sliding_cm_s']:.1f} "
        f"cm/s, over 20 in {figures['over_20']:.1f} %; {len(figures['refused'])} refused"
    )
