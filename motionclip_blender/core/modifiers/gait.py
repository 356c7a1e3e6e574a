"""Changes how somebody goes: in shorter strides, with the feet wider apart, and with the arms held out for balance."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from .. import rotations as rot
from ..body import Body
from ..cleanup.foot_locking import move_feet
from ..easing import smoothstep
from ..measure import chest_rotations, facing, smoothed
from ..motion import Motion
from ..root_trajectory import RootTrajectory, turned
from ..skeleton import INDEX

STARTS = 10
"""Frames of a start, or of an end, that tell how fast somebody goes there."""

_SIDES = (("left", 1.0), ("right", -1.0))
_FAST = 1.7  # metres per second from which on nobody stops within a step
_BRAKES, _AT_LAST = 0.8, 0.3  # seconds of braking, and the share of the strides that is left at its end
_STEADY = 0.4  # seconds over which the heading is averaged beside which feet are set apart
_HANGS, _RAISED = 0.6, 0.1  # how far down an upper arm points, from which on it hangs, and from which on it does not


def strided(motion: Motion, body: Body, share: float | np.ndarray = 1.0, wider: float = 0.0) -> Motion:
    """Returns steps as long as a `share` of what they are, one or (T,) up to 1, with each foot `wider` metres to its
    side.

    A foot that stands keeps standing, for the way of the body is shortened by the same share.
    """
    if len(motion) < 2 or (np.all(share == 1.0) and not wider):
        return motion
    share = np.broadcast_to(share, len(motion))[:, None]
    joints = body.posed_joints(motion).astype(np.float64)
    way = RootTrajectory.of(motion)
    heading, pelvis = smoothed(facing(motion), _STEADY * motion.fps), joints[:, 0, [0, 2]]
    translation = replace(way, steps=share[:-1] * way.steps).root()[1]
    moved = translation - motion.translation
    shifts = []
    for side, aside in _SIDES:
        from_pelvis = turned(joints[:, INDEX[f"{side}_ankle"]][:, [0, 2]] - pelvis, -heading)
        nearer = (share - 1.0) * (from_pelvis - from_pelvis.mean(axis=0)) + (aside * wider, 0.0)
        shift = moved.copy()
        shift[:, [0, 2]] += turned(nearer, heading)
        shifts.append(shift)
    return move_feet(motion, joints, shifts, moved)


def braking(motion: Motion, body: Body) -> Motion:
    """Returns a motion that goes fast at its end as one that brakes there, in ever shorter steps; others unchanged."""
    if end_speed(motion) < _FAST:
        return motion
    left = (len(motion) - 1 - np.arange(len(motion))) / (_BRAKES * motion.fps)
    return strided(motion, body, _AT_LAST + (1 - _AT_LAST) * smoothstep(left))


def starting(motion: Motion, body: Body) -> Motion:
    """Returns a motion that goes fast at its start as one that sets out there, in ever longer steps; others
    unchanged."""
    if end_speed(motion.crop(0, STARTS)) < _FAST:
        return motion
    gone = np.arange(len(motion)) / (_BRAKES * motion.fps)
    return strided(motion, body, _AT_LAST + (1 - _AT_LAST) * smoothstep(gone))


def end_speed(motion: Motion) -> float:
    """Returns how fast a body goes over the ground in the last frames, in metres per second."""
    last = motion.translation[-STARTS:][:, [0, 2]].astype(np.float64)
    return float(np.linalg.norm(last[-1] - last[0])) * motion.fps / max(len(last) - 1, 1)


def arms_out(motion: Motion, degrees: float) -> Motion:
    """Returns the motion with arms that hang held out to the sides by `degrees`."""
    rotations = motion.rotations.astype(np.float64)
    chest = chest_rotations(rotations)
    ahead = np.stack((np.sin(facing(motion)), np.zeros(len(motion)), np.cos(facing(motion))), axis=1)
    for side, aside in _SIDES:
        collar, shoulder = (rotations[:, INDEX[f"{side}_{joint}"]] for joint in ("collar", "shoulder"))
        above = rot.quat_multiply(chest, collar)
        arm = rot.quat_multiply(above, shoulder)
        down = -aside * rot.quat_to_matrix(arm)[:, 1, 0]  # an upper arm points along its own X, or against it
        share = np.clip((down - _RAISED) / (_HANGS - _RAISED), 0.0, 1.0)
        out = rot.axis_angle_to_quat(ahead * (aside * np.radians(degrees) * share)[:, None])
        rotations[:, INDEX[f"{side}_shoulder"]] = rot.quat_multiply(
            rot.quat_conjugate(above), rot.quat_multiply(out, arm)
        )
    return Motion(rotations, motion.translation, motion.fps)
