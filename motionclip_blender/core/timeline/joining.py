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
_STRIDE = 22  # frames of a stride
_GOES = 0.6  # metres per second from which on somebody goes
_LEFT = 15  # frames of a motion that are left, at least


def followed_by(motion: Motion, following: Motion, seam: int, body: Body) -> Motion:
    """Returns a motion with another one after it, which goes on where the body is and where it faces.

    Motions are joined by the pelvis' heading; but who walks sideways has the pelvis turned under the chest, and goes
    the right way only if chests are aligned. Between postures a cross-fade may dip through the floor; there the body is
    lifted, and nowhere else.
    seam: frames of the cross-fade; 0 for none.
    """
    (ends, ends_chest), (starts, starts_chest) = _turned_from(motion, -1, body), _turned_from(following, 0, body)
    degrees = wrapped(float(np.degrees(ends_chest - ends - starts_chest + starts)))
    angle = ends_chest - starts_chest if abs(degrees) > _TWISTED else ends - starts
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


def _turned_from(motion: Motion, frame: int, body: Body) -> tuple[float, float]:
    """Returns the radians from the pelvis' heading in the first frame, or the last, -1, to the headings of pelvis and
    chest there. Of who goes somewhere these are without the swing of a stride; of a body that is not upright 0."""
    part = motion.crop(0, _STRIDE) if frame == 0 else motion.crop(max(len(motion) - _STRIDE, 0), len(motion))
    joints = body.posed_joints(part.crop(frame % len(part), frame % len(part) + 1))[0]
    trunk = joints[INDEX["neck"]] - joints[INDEX["pelvis"]]
    if trunk[1] < _UPRIGHT * np.linalg.norm(trunk):
        return 0.0, 0.0
    pelvis, chest = np.unwrap(heading(part.rotations[:, 0])).astype(np.float64), facing(part)
    own = pelvis[frame]
    gone = np.linalg.norm((part.translation[-1] - part.translation[0])[[0, 2]]) * motion.fps / len(part)
    if gone > _GOES and len(part) == _STRIDE:
        pelvis, chest = (_steady(each) for each in (pelvis, chest))
    return float(pelvis[frame] - own), float(chest[frame] - own)


def _steady(angles: np.ndarray) -> np.ndarray:
    """Returns the straight line through angles (T,)."""
    every = np.arange(len(angles))
    return np.polyval(np.polyfit(every, angles, 1), every)
