"""Gives fingers that a pack does not move the pose that belongs to the action: a fist, flat, a grip, or relaxed.

Poses and actions are data: `hands.json`.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from .. import rotations as rot
from ..errors import UserError
from ..skeleton import FINGERS, HAND_JOINTS, INDEX

if TYPE_CHECKING:
    from ..engine import Engine
    from ..motion import Motion

RELAXED = "relaxed"
Hands = tuple[str, str]
"""The poses of the left and the right hand, by their names."""
_ACTS = 0.08  # least difference between the arms' movements by which one of them acts
_AT_REST = 1e-6  # of a quaternion's w below 1, to which a finger is at rest
_SIDES = ("left", "right")
_OTHER_SIDE = np.array([1.0, -1.0, -1.0])  # of a rotation vector in the mirror


@cache
def _data() -> dict[str, Any]:
    found: dict[str, Any] = json.loads(Path(__file__).with_name("hands.json").read_text(encoding="utf-8"))
    return found


def hands_of(action: str, arm: float) -> Hands:
    """Returns the poses that belong to a class of actions.

    arm: how much more the left arm moves, negative for the right, as in `choice.Facts`.
    """
    told = _data()["actions"].get(action, {})
    if "both" in told:
        return told["both"], told["both"]
    pose = told.get("acts", RELAXED)
    return (RELAXED if arm < -_ACTS else pose), (RELAXED if arm > _ACTS else pose)


def with_hands_of(engine: Engine, latents: np.ndarray, motions: Sequence[Motion]) -> list[Motion]:
    """Returns the motions of latents (n, D) with the hands that belong to their actions.

    They are relaxed where the pack does not say which action that is.
    """
    known: Sequence[Hands] = [(RELAXED, RELAXED)] * len(motions)
    if engine.reads_steps:
        try:
            index = engine.wordings
        except UserError:  # damaged wordings are told of where they are asked for
            pass
        else:
            known = [
                (RELAXED, RELAXED) if motion is None else hands_of(index.action_of(motion), index.facts[motion].arm)
                for motion in index.motions_at(np.asarray(latents, np.float32))
            ]
    relaxed, joints = engine.body.relaxed_hands, engine.pack.joints
    return [with_hands(motion, hands, relaxed, joints) for motion, hands in zip(motions, known, strict=True)]


def with_hands(motion: Motion, hands: Hands, relaxed: np.ndarray, joints: tuple[str, ...] = ()) -> Motion:
    """Returns the motion with the fingers of both hands in these poses in all frames.

    relaxed: (30, 3) axis-angle, as `Body.relaxed_hands`. joints: those that are left as they are.
    """
    poses = np.concatenate([_pose(name, side, relaxed) for name, side in zip(hands, _SIDES, strict=True)])
    still = [i for i, name in enumerate(HAND_JOINTS) if name not in joints]
    if not still:
        return motion
    rotations = motion.rotations.copy()
    rotations[:, [INDEX[HAND_JOINTS[i]] for i in still]] = rot.axis_angle_to_quat(poses)[still]
    return replace(motion, rotations=rotations)


def with_last_hands_of(before: Motion, motion: Motion) -> Motion:
    """Returns a motion with the fingers as another one before it leaves them."""
    fingers = [INDEX[name] for name in HAND_JOINTS]
    rotations = motion.rotations.copy()
    rotations[:, fingers] = before.rotations[-1, fingers]
    return replace(motion, rotations=rotations)


def relaxed_where_stretched(motion: Motion, relaxed: np.ndarray, joints: tuple[str, ...] = ()) -> Motion:
    """Returns the motion with the fingers relaxed of each hand that is stretched in all frames, as in the rest pose.

    relaxed, joints: as in `with_hands`.
    """
    at_rest = np.abs(motion.rotations[..., 0]).min(axis=0) > 1 - _AT_REST
    moved = {name for name in joints if name in HAND_JOINTS}
    for side in _SIDES:
        own = [name for name in HAND_JOINTS if name.startswith(side)]
        if not all(at_rest[INDEX[name]] for name in own if name not in moved):
            moved.update(own)
    return with_hands(motion, (RELAXED, RELAXED), relaxed, tuple(moved))


def _pose(name: str, side: str, relaxed: np.ndarray) -> np.ndarray:
    """Returns the rotation vectors (15, 3) of a hand's joints, in radians."""
    half = len(HAND_JOINTS) // 2
    if name == RELAXED:
        return np.asarray(relaxed[:half] if side == "left" else relaxed[half:], np.float64)
    told = _data()["poses"][name]
    vectors = []
    for finger in FINGERS:
        if finger == "thumb":
            vectors += told[finger]
            continue
        *bends, spread = told[finger]
        vectors += [(0.0, spread if not at else 0.0, -bend) for at, bend in enumerate(bends)]
    left = np.radians(np.array(vectors, float))
    return left if side == "left" else left * _OTHER_SIDE
