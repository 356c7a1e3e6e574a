"""Holds one heel behind the body with the hand, on the other leg: the stretch of the front of the thigh."""

from __future__ import annotations

import numpy as np

from .. import rotations as rot
from ..body import Body
from ..motion import Motion
from ..skeleton import INDEX
from .arm_reach import Held, eased, with_hand_at

_ANGLES = {"hip": 8.0, "knee": 134.0, "ankle": 25.0}  # degrees about each joint's own X, back for a leg that hangs
_FINGERS, _PALM = (0.0, -0.9, -0.3), (0.0, 0.3, -0.95)
_OVER = 0.03  # metres of the wrist over the ankle


def heel_behind(motion: Motion, body: Body, side: str) -> Motion:
    """Returns the motion of somebody who stands with the heel of `side` held behind the body with the hand of that
    side."""
    way = eased(len(motion), motion.fps, returns=False)
    rotations = motion.rotations.astype(np.float64)
    for name, degrees in _ANGLES.items():
        joint = INDEX[f"{side}_{name}"]
        bent = rot.axis_angle_to_quat(np.tile(np.radians((degrees, 0.0, 0.0)), (len(motion), 1)))
        rotations[:, joint] = rot.slerp(rotations[:, joint], bent, way)
    motion = Motion(rotations, motion.translation, motion.fps)
    ankle = body.posed_joints(motion)[:, INDEX[f"{side}_ankle"]].astype(np.float64)
    return with_hand_at(motion, body, side, Held(ankle + np.array((0.0, _OVER, 0.0)), _FINGERS, _PALM), way)
