"""Fits a motion of one SMPL-X body to another of other proportions."""

from __future__ import annotations

import numpy as np

from .. import rotations as rot
from ..fitted_body import Standing
from ..kinematics import posed
from ..motion import Motion
from ..skeleton import BODY, BODY_JOINTS, INDEX, JOINTS
from . import anatomy
from .retarget import retarget
from .source import RigMap, SourceClip
from .touching import Touching

_PAIRS: RigMap = {joint: (joint, joint, 0.0) for joint in BODY_JOINTS}


def fitted(motion: Motion, joints: np.ndarray, body: Standing, hands_touch: bool = False) -> Motion:
    """Returns the motion of a body whose joints rest at `joints` (55, 3) as `body` performs it.

    Its way is scaled by the length of the legs, its limbs point as before, and its feet stand where they stood. Fingers
    and face keep their own rotations. hands_touch: whether arms bend so that hands that touch still do.
    """
    moved = retarget(as_clip(motion, joints), _PAIRS, body, kept_place=True)
    rotations = moved.rotations.copy()
    beside = slice(BODY, None)
    rotations[:, beside] = motion.rotations[:, beside]
    found = Motion(rotations, moved.translation, motion.fps)
    if not hands_touch:
        return found
    legs = [anatomy.leg_length({name: rest[INDEX[name]] for name in JOINTS}) for rest in (joints, body.joints())]
    return Touching(joints * np.float32(legs[1] / legs[0]), body.joints()).kept(found)


def as_clip(motion: Motion, joints: np.ndarray) -> SourceClip:
    """Returns a motion as a clip on a skeleton of SMPL-X's joints, which rest at `joints` (55, 3) in a T-pose."""
    spins, places = posed(motion, joints)
    still = np.tile((1.0, 0.0, 0.0, 0.0), (len(JOINTS), 1))
    return SourceClip(
        JOINTS, np.asarray(joints, np.float64), still, places.astype(np.float64),
        rot.matrix_to_quat(spins.astype(np.float64)), motion.fps,
    )  # fmt: skip
