"""Lowers the arm that a prompt does not mean, where a motion moves both."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from .. import rotations as rot
from ..body import Body
from ..motion import Motion
from ..skeleton import INDEX
from .measure import root_space_joints

_STRIDE = 0.5  # seconds of movement that count as much as the mean distance from hanging
_LESS = 0.8  # share of the meant arm's activity that the other one may have
_LOWERED = 0.75  # share of the way to hanging that the other arm is lowered by
_SIDES = ("left", "right")
# axis-angle of a hanging left arm, from the T pose; the right one is its mirror image
_HANGING = {"collar": (0.0, 0.0, -0.1), "shoulder": (0.0, 0.0, -1.15), "elbow": (0.0, -0.25, 0.0), "wrist": (0.0,) * 3}


def activity(motion: Motion, body: Body, side: str) -> float:
    """Returns how far an arm is from hanging, in metres, on average, plus its movement."""
    joints = root_space_joints(motion, body)
    reach = joints[:, INDEX[f"{side}_wrist"]] - joints[:, INDEX[f"{side}_shoulder"]]
    hanging = np.array((0.0, -np.linalg.norm(reach, axis=1).max(), 0.0))
    moved = np.linalg.norm(np.gradient(reach, axis=0), axis=1) * motion.fps if len(motion) > 1 else np.zeros(1)
    return float(np.linalg.norm(reach - hanging, axis=1).mean() + _STRIDE * moved.mean())


def with_one_arm(motion: Motion, body: Body, side: str) -> Motion:
    """Returns the motion with the other arm than `side` lowered, if it does nearly as much or more."""
    other = _SIDES[side == "left"]
    if activity(motion, body, other) <= _LESS * activity(motion, body, side):
        return motion
    rotations = motion.rotations.astype(np.float64)
    for name, (x, y, z) in _HANGING.items():
        joint = INDEX[f"{other}_{name}"]
        hanging = rot.axis_angle_to_quat(np.array((x, y, z) if other == "left" else (x, -y, -z)))
        rotations[:, joint] = _between(rotations[:, joint], hanging, _LOWERED)
    return replace(motion, rotations=rotations)


def _between(start: np.ndarray, end: np.ndarray, share: float) -> np.ndarray:
    """Returns quaternions (T, 4) a share of the way from `start` (T, 4) to `end` (4,), nearly evenly."""
    near = np.where((start @ end)[:, None] < 0, -end, end)
    mixed = (1 - share) * start + share * near
    return mixed / np.linalg.norm(mixed, axis=1, keepdims=True)
