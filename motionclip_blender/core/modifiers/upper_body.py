"""Puts the upper body of one motion on the legs of another, or on a pose that somebody keeps."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from .. import rotations as rot
from ..body import Body
from ..measure import facing
from ..motion import Motion
from ..skeleton import BODY, INDEX, JOINTS

LOWER_BODY = (
    "pelvis",
    *(f"{side}_{joint}" for side in ("left", "right") for joint in ("hip", "knee", "ankle", "foot")),
)
"""Joints that a combination takes from the lower motion, along with the path over the ground."""

_TRUNK = [INDEX[name] for name in ("spine1", "spine2", "spine3", "neck", "head")]
_UPPER = [INDEX[name] for name in JOINTS if name not in LOWER_BODY]
_ARMS = [joint for joint in _UPPER if joint not in _TRUNK]
_ANKLES = [INDEX["left_ankle"], INDEX["right_ankle"]]

# What is still done in place: metres by which an ankle, and a pelvis, may move, and degrees by which a chest may turn
_ANKLE, _PELVIS, _TURN = 0.12, 0.25, 60.0
_RESTS = 0.08  # metres that the wrist of an arm moves at most that does nothing
_HANGS = 0.15  # metres of that wrist above the pelvis, at most


def masked(upper: Motion, lower: Motion) -> Motion:
    """Returns legs, hips and the path over the ground of `lower`, and the rest of the body of `upper`.

    The result has the length of the shorter one, and `lower`'s rate. Rotations are relative to the parent joint: the
    upper body leans as in its own motion, but from these hips.
    """
    upper = upper.resample(lower.fps)
    frames = min(len(upper), len(lower))
    upper, lower = upper.crop(0, frames), lower.crop(0, frames)
    rotations = lower.rotations.copy()
    rotations[:, _UPPER] = upper.rotations[:, _UPPER]
    return replace(lower, rotations=rotations)


def in_place(motion: Motion, body: Body) -> bool:
    """Checks whether a motion is one of the upper body: feet stay where they are, and the pelvis above them."""
    joints = body.posed_joints(motion)[:, :BODY]
    ankles = max(float(np.ptp(joints[:, ankle], axis=0).max()) for ankle in _ANKLES)
    pelvis = float(np.ptp(joints[:, 0], axis=0).max())
    return ankles < _ANKLE and pelvis < _PELVIS and float(np.degrees(np.ptp(facing(motion)))) < _TURN


def in_pose(motion: Motion, pose: Motion, body: Body, arms: bool = True) -> Motion:
    """Returns what the upper body does in a motion, done by a body whose legs stay in a pose: that of who sits.

    The trunk bends from the pose as it does in the motion from its first frame; an arm that only hangs stays as it is
    in the pose, where it may lie on a knee.
    motion: of somebody who stands in place, see `in_place`. pose: one frame. arms: whether they do what they do in the
    motion; else they stay, too.
    """
    rotations = np.repeat(pose.rotations, len(motion), axis=0)
    first = rot.quat_conjugate(motion.rotations[:1, _TRUNK])
    rotations[:, _TRUNK] = rot.quat_multiply(
        rotations[:, _TRUNK], rot.quat_multiply(first, motion.rotations[:, _TRUNK])
    )
    joints = body.posed_joints(motion)[:, :BODY]
    for side in ("left", "right") if arms else ():
        wrist = joints[:, INDEX[f"{side}_wrist"]]
        hangs = float((wrist[:, 1] - joints[:, 0, 1]).max()) < _HANGS
        if hangs and float(np.ptp(wrist, axis=0).max()) < _RESTS:
            continue
        arm = [joint for joint in _ARMS if JOINTS[joint].startswith(f"{side}_")]
        rotations[:, arm] = motion.rotations[:, arm]
    translation = np.repeat(pose.translation, len(motion), axis=0)
    return replace(motion, rotations=rotations, translation=translation)
