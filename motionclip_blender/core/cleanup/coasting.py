"""Lets a body that would freeze in the middle of a movement come to rest, or go on where it goes."""

from __future__ import annotations

import numpy as np

from .. import rotations as rot
from ..body import Body
from ..motion import Motion
from ..skeleton import INDEX

_STILL = np.radians(0.3)  # radians in a frame that joints turn by, in the mean, who stands still
_FROZEN = 2  # frames of stillness after a movement from which on it has frozen
_LIVELY = np.radians(0.6)  # radians in a frame that joints turn by, in the mean, who would freeze in a movement
_GOES = 0.7  # metres per second of a body that is on its way
_BEFORE = 3  # frames of the movement that tell how fast it is
_COASTS = 2.0  # frames in which its speed falls to a third
_STANDS = 1.0  # metres per second up to which the lower foot stands
_ANKLES = [INDEX["left_ankle"], INDEX["right_ankle"]]
_LONG = 8  # frames in which it comes to rest


def coasted(motion: Motion, body: Body, on_its_way: bool = False) -> Motion:
    """Returns a motion whose last frames stand still all at once, in the middle of a movement, with that coming to rest
    in them; others unchanged.

    on_its_way: whether it is a gait, which goes on: then who still goes at the end is not held, but cut.
    """
    last = _last_moving(motion)
    if last < _BEFORE or len(motion) - 1 - last < _FROZEN:
        return motion
    before = motion.crop(last - _BEFORE, last + 1)
    speed = (before.translation[-1] - before.translation[0]).astype(np.float64) / _BEFORE
    turns = rot.quat_to_axis_angle(
        rot.quat_multiply(rot.quat_conjugate(before.rotations[-2]), before.rotations[-1]).astype(np.float64)
    )
    if np.linalg.norm(turns, axis=-1).mean() < _LIVELY:
        return motion
    moving = motion.crop(0, last + 1)
    if on_its_way and np.hypot(*speed[[0, 2]]) * motion.fps > _GOES:
        return moving
    frames = np.arange(1, max(len(motion) - last - 1, _LONG) + 1)
    gone = _COASTS * (1 - np.exp(-frames / _COASTS))
    rotations = rot.quat_multiply(moving.rotations[-1], rot.axis_angle_to_quat(gone[:, None, None] * turns))
    translation = moving.translation[-1] + gone[:, None] * speed * (1, 0, 1)
    rest = Motion(rotations, translation, motion.fps)
    rest = _standing(rest, moving, body)
    return Motion(
        np.concatenate((moving.rotations, rest.rotations)),
        np.concatenate((moving.translation, rest.translation)),
        motion.fps,
    )


def _standing(rest: Motion, moving: Motion, body: Body) -> Motion:
    """Returns what follows a motion with the lower foot where it stands, if it stands at its end."""
    before = body.posed_joints(moving.crop(len(moving) - 2, len(moving)))[:, _ANKLES].astype(np.float64)
    foot = int(before[-1, :, 1].argmin())
    if np.linalg.norm(before[-1, foot] - before[0, foot]) * moving.fps > _STANDS:
        return rest
    return rest.moved(before[-1, foot] - body.posed_joints(rest)[:, _ANKLES[foot]])


def _last_moving(motion: Motion) -> int:
    """Returns the last frame that differs from the one before it; 0 if none does."""
    dots = np.abs(np.sum(motion.rotations[1:] * motion.rotations[:-1], axis=-1, dtype=np.float64)).clip(0, 1)
    moves = np.flatnonzero((2 * np.arccos(dots)).mean(axis=1) > _STILL)
    return int(moves[-1]) + 1 if len(moves) else 0
