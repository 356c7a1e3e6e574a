"""Changes how somebody goes: in shorter strides, with the feet wider apart, and with the arms held out for balance."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from .. import rotations as rot
from ..body import Body
from ..cleanup.foot_locking import move_feet
from ..measure import chest_rotations, facing, smoothed
from ..motion import Motion
from ..root_trajectory import RootTrajectory, turned
from ..skeleton import INDEX

_SIDES = (("left", 1.0), ("right", -1.0))
_STEADY = 0.4  # seconds over which the heading is averaged beside which feet are set apart
_HANGS, _RAISED = 0.6, 0.1  # how far down an upper arm points, from which on it hangs, and from which on it does not


def strided(motion: Motion, body: Body, share: float = 1.0, wider: float = 0.0) -> Motion:
    """Returns steps as long as a `share` of what they are, up to 1, with each foot `wider` metres to its side.

    A foot that stands keeps standing, for the way of the body is shortened by the same share.
    """
    if len(motion) < 2 or (share >= 1.0 and not wider):
        return motion
    joints = body.posed_joints(motion).astype(np.float64)
    way = RootTrajectory.of(motion)
    heading, pelvis = smoothed(facing(motion), _STEADY * motion.fps), joints[:, 0, [0, 2]]
    translation = replace(way, steps=share * way.steps).root()[1]
    moved = translation - motion.translation
    shifts = []
    for side, aside in _SIDES:
        from_pelvis = turned(joints[:, INDEX[f"{side}_ankle"]][:, [0, 2]] - pelvis, -heading)
        nearer = (share - 1.0) * (from_pelvis - from_pelvis.mean(axis=0)) + (aside * wider, 0.0)
        shift = moved.copy()
        shift[:, [0, 2]] += turned(nearer, heading)
        shifts.append(shift)
    return move_feet(motion, joints, shifts, moved)


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
