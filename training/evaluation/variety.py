"""Counts how many different motions a thousand prompts give: `python -m training variety`.

The prompts are made by templates, of the names of all classes and of the wordings that are kept for reports. Two
motions are the same if their joints are nowhere near 3 cm apart on average, in place, each facing ahead in its first
frame, at the shift in time at which they agree best, or one in the mirror.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from motionclip_blender.core.errors import UserError
from motionclip_blender.core.files import write_json
from motionclip_blender.core.network_size import WINDOW
from motionclip_blender.core.performance.perform import perform
from motionclip_blender.core.prompt_plan.understand import refuse_guesses, understand
from motionclip_blender.core.skeleton import BODY, MIRROR

from ..data.captions import class_text
from . import measures
from .model import Model, body_joints
from .recognition import class_names
from .unseen_wordings import unseen_wordings

PROMPTS = 1000
SAME = 0.03
"""Metres of the joints up to which two motions are the same."""

_TEMPLATES = ("{}", "a person {}", "{} slowly", "{} to the left", "{} twice")
_SHIFTS = (-20, -10, 0, 10, 20)  # frames by which two motions are moved against each other to agree
_SIDES = np.array((-1.0, 1.0, 1.0), np.float32)


def prompts() -> tuple[str, ...]:
    """Returns the prompts: all wordings in the first template, then in the next, without repetitions."""
    kept = unseen_wordings()
    wordings = [text for action in class_names() for text in (class_text(action), *kept.get(action, ()))]
    made = dict.fromkeys(template.format(text) for template in _TEMPLATES for text in wordings)
    return tuple(made)[:PROMPTS]


def variety(model: Model, texts: Sequence[str]) -> dict:
    """Returns how many prompts are answered, by how many known motions, and how many of the results differ."""
    known: set[int] = set()
    found: list[np.ndarray] = []
    answered = 0
    for text in texts:
        try:
            plan, choices = understand(model.engine, model.engine.wordings, text)
            refuse_guesses(plan, choices)
            motion = perform(model.engine, plan, choices, WINDOW).motion
        except UserError:
            continue
        answered += 1
        known |= {choice.motion for choice in choices}
        joints = measures.in_place(body_joints(model.body, motion), motion.rotations[:, 0]).astype(np.float32)
        if not found or _nearest(joints, np.stack(found)) > SAME:
            found.append(joints)
    return {"prompts": len(texts), "answered": answered, "known_motions": len(known), "distinct_motions": len(found)}


def _nearest(joints: np.ndarray, others: np.ndarray) -> float:
    """Returns the distance in metres of a motion's joints (T, 22, 3) to the nearest of others (n, T, 22, 3)."""
    frames = len(joints)
    mirrored = joints[:, list(MIRROR[:BODY])] * _SIDES
    distances = [
        np.linalg.norm(one[max(s, 0) : frames + min(s, 0)] - others[:, max(-s, 0) : frames - max(s, 0)], axis=-1)
        .mean(axis=(1, 2))
        .min()
        for one in (joints, mirrored)
        for s in _SHIFTS
    ]
    return float(min(distances))


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="python -m training variety", description=__doc__)
    parser.add_argument("--pack", type=Path, help="pack folder; the default pack if left out")
    parser.add_argument("--out", type=Path, default=Path("out/evaluation/variety.json"))
    options = parser.parse_args(arguments)
    started = time.perf_counter()
    found = variety(Model(options.pack), prompts())
    write_json(options.out, found)
    print(
        f"{found['prompts']} prompts: {found['answered']} answered by {found['known_motions']} known motions, "
        f"{found['distinct_motions']} different results; {time.perf_counter() - started:.0f} s, in {options.out}",
        file=sys.stderr,
    )
    return 0
