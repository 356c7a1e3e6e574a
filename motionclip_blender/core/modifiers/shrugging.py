"""Shrugs: lifts the shoulders, with palms turned up beside the waist."""

from __future__ import annotations

import numpy as np

from .. import rotations as rot
from ..body import Body
from ..motion import Motion
from ..skeleton import INDEX
from .touching import touching

_LIFTED = 17.0  # degrees of a collar

LASTS = 1.6
"""Seconds of a shrug."""


def shrugging(motion: Motion, body: Body, count: int = 1) -> Motion:
    """Returns the motion with `count` shrugs spread over its length."""
    frames = len(motion)
    motion = touching(motion, body, ("left", "right"), "shrug", stays=False)
    lifted = np.sin(np.pi * count * np.linspace(0, 1, frames)) ** 2
    rotations = motion.rotations.astype(np.float64)
    for side, sign in (("left", 1.0), ("right", -1.0)):
        joint = INDEX[f"{side}_collar"]
        turn = np.zeros((frames, 3))
        turn[:, 2] = sign * np.radians(_LIFTED) * lifted
        rotations[:, joint] = rot.quat_multiply(rot.axis_angle_to_quat(turn), rotations[:, joint])
    return Motion(rotations, motion.translation, motion.fps)
