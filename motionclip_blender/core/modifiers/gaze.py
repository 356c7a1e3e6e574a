"""Turns the head, with neck and chest, as somebody does who looks to a side, up or down, or tilts it."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from .. import rotations as rot
from ..easing import smoothstep
from ..motion import Motion
from ..skeleton import INDEX

_SHARES = {"spine2": 0.12, "spine3": 0.18, "neck": 0.3, "head": 0.4}  # of the turn
_THERE = 0.3  # share of a look's time in which the head turns there, and in which it turns back
_SLOWEST = 0.5  # seconds that this takes at most


def looking(motion: Motion, looks: Sequence[tuple[float, float, float]], stays: bool = False) -> Motion:
    """Returns the motion of somebody who looks somewhere, or to several places in turn, and ahead again.

    looks: degrees of each to the left, down, and over to the right. stays: whether the last one lasts to the end.
    """
    frames = len(motion)
    each = frames / len(looks)
    ease = max(min(_THERE * each, _SLOWEST * motion.fps), 1.0)
    every = np.arange(frames)
    turn = np.zeros((frames, 3))
    for number, (yaw, pitch, roll) in enumerate(looks):
        since, left = every - number * each, (number + 1) * each - 1 - every
        lasts = stays and number == len(looks) - 1
        way = smoothstep((since if lasts else np.minimum(since, left)) / ease)
        turn += way[:, None] * np.radians((pitch, yaw, roll))
    rotations = motion.rotations.astype(np.float64)
    for name, share in _SHARES.items():
        joint = INDEX[name]
        rotations[:, joint] = rot.quat_multiply(rot.axis_angle_to_quat(share * turn), rotations[:, joint])
    return Motion(rotations, motion.translation, motion.fps)
