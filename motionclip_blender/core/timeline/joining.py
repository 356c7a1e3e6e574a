"""Joins two motions that stand on the floor, however their bodies are turned in themselves."""

from __future__ import annotations

import numpy as np

from ..angles import wrapped
from ..body import Body
from ..cleanup.seams import apart, ground_poses
from ..measure import facing
from ..motion import Motion, heading
from ..skeleton import INDEX
from .postures import kneels, on_feet, unlike

_TWISTED = 25.0  # degrees of difference of twists between pelvis and chest from which on chests are aligned
_UPRIGHT = 0.7  # share of the trunk's length by which a neck is above a pelvis that is upright
_ENTERED = 0.15  # metres between poses, at most, of a body that is in the posture to which a motion leads
_OTHER_KNEE = 0.2  # metres by which poses of who kneels may differ beyond that
_LEFT = 15  # frames of a motion that are left, at least


def followed_by(motion: Motion, following: Motion, seam: int, body: Body) -> Motion:
    """Returns a motion with another one after it, which goes on where the body is and where it faces.

    Motions are joined by the pelvis' heading; but who walks sideways has the pelvis turned under the chest, and goes
    the right way only if chests are aligned. Between postures a cross-fade may dip through the floor; there the body is
    lifted, and nowhere else.
    seam: frames of the cross-fade; 0 for none.
    """
    degrees = wrapped(float(np.degrees(_twist(motion, -1, body) - _twist(following, 0, body))))
    angle = float(np.radians(degrees)) if abs(degrees) > _TWISTED else 0.0
    if not seam:
        return motion.concatenate(following, angle)
    joined = motion.fade_into(following, seam, angle)
    start = max(len(motion) - seam - 1, 0)
    faded = joined.crop(start, len(motion) + 1)
    lowest = body.lowest(faded).astype(np.float64)
    away = np.zeros((len(joined), 3))
    away[start : start + len(faded), 1] = np.maximum(min(lowest[0], lowest[-1]) - lowest, 0.0)
    return joined.moved(away)


def entered(following: Motion, end: np.ndarray, body: Body, either_side: bool = False) -> Motion:
    """Returns a motion without the way into its posture, if the body is in that posture already: who kneels does not
    stand up to tie a shoelace.

    end: (22, 3) the pose in which the body is, see `seams.ground_poses`. either_side: whether its mirror image would
    do, which leads to kneeling on the other knee.
    """
    standing = body.joints()[0, 1]
    if not unlike(end, ground_poses(following.crop(0, 1), body)[0], standing):
        return following
    best, nearest = following, _ENTERED
    for each in (following, following.mirror()) if either_side else (following,):
        poses = ground_poses(each, body)
        away = apart(poses, end)
        at = int(away.argmin())
        if all(kneels(pose) or on_feet(pose) for pose in (end, poses[at])):  # on one knee, on both, or in a crouch
            away -= _OTHER_KNEE
        if away[at] < nearest and at < len(each) - _LEFT:  # what is left must be long enough to be seen
            best, nearest = each.crop(at, len(each)), float(away[at])
    return best


def _twist(motion: Motion, frame: int, body: Body) -> float:
    """Returns the angle from the pelvis' heading to the chest's in a frame, radians; 0 for a body that is not
    upright."""
    one = motion.crop(frame % len(motion), frame % len(motion) + 1)
    joints = body.posed_joints(one)[0]
    trunk = joints[INDEX["neck"]] - joints[INDEX["pelvis"]]
    if trunk[1] < _UPRIGHT * np.linalg.norm(trunk):
        return 0.0
    return float(facing(one)[0] - heading(one.rotations[0, 0]))
