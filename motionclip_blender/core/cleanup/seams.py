"""Joins motions, so that the following one goes on from where and how the one before it ends."""

from __future__ import annotations

import numpy as np

from ..body import Body
from ..kept import Kept
from ..motion import Motion
from ..root_trajectory import RootTrajectory
from ..skeleton import BODY

SEAM = 10
"""Frames of the cross-fade between motions whose poses are near: a third of a second."""

LONGEST = 45
"""The most frames of a cross-fade: in a longer one both motions would be blurred."""

_PART = 3  # a cross-fade takes at most this part of either motion
_FAST = 0.7  # metres per second that a cross-fade may add to the joints, in the mean, if the motions are slower
_ADDED = 0.8  # what it may add relative to the motions' own speed


_last_poses: Kept[Motion, np.ndarray] = Kept(1)


def possible(seam: int, motion: Motion, following: Motion) -> int:
    """Returns how many frames of a cross-fade fit the lengths of two motions."""
    return max(min(seam, len(motion) // _PART, len(following) // _PART), 0)


def ground_poses(motion: Motion, body: Body) -> np.ndarray:
    """Returns the joints relative to the body's heading and its place on the ground, (T, 22, 3) metres.

    The heading is the root's, by which motions are joined; a body that lies has one, too.
    """
    joints = body.posed_joints(motion)[:, :BODY].astype(np.float64)
    joints -= joints[:, :1] * (1, 0, 1)
    yaw = RootTrajectory.of(motion).yaw
    cosine, sine = np.cos(yaw)[:, None], np.sin(yaw)[:, None]
    x, z = joints[..., 0], joints[..., 2]
    return np.stack((cosine * x - sine * z, joints[..., 1], cosine * z + sine * x), axis=-1)


def last_frame(motion: Motion) -> Motion:
    """Returns the last frame of a motion, as a motion."""
    return motion.crop(len(motion) - 1, len(motion))


def last_pose(motion: Motion, body: Body) -> np.ndarray:
    """Returns the pose (22, 3) in which a motion ends, as of `ground_poses`. The array cannot be written to."""
    return _last_poses.of(motion, body, lambda: _last_pose(motion, body))


def _last_pose(motion: Motion, body: Body) -> np.ndarray:
    pose = ground_poses(last_frame(motion), body)[0]
    pose.setflags(write=False)
    return pose


def apart(poses: np.ndarray, others: np.ndarray) -> np.ndarray:
    """Returns the mean distances of joints between poses (..., 22, 3), (...) metres."""
    return np.linalg.norm(poses - others, axis=-1).mean(axis=-1)


def best_entry(end: np.ndarray, poses: np.ndarray, latest: int) -> int:
    """Returns the frame, 0 to `latest`, from which poses (T, 22, 3) follow the last poses `end` (n, 22, 3) best."""
    frames = len(end)
    prices = [apart(end, poses[at : at + frames]).mean() for at in range(min(latest, len(poses) - frames) + 1)]
    return int(np.argmin(prices)) if prices else 0


def needed_seam(end: np.ndarray, start: np.ndarray, fps: float) -> int:
    """Returns the frames that a cross-fade from poses `end` (n, 22, 3) to `start` (n, 22, 3) needs so that joints do
    not get much faster than they are, `SEAM` to `LONGEST`.
    """
    own = max(float(apart(each[1:], each[:-1]).mean()) * fps if len(each) > 1 else 0.0 for each in (end, start))
    return int(np.clip(np.ceil(float(apart(end[-1], start[0])) * fps / max(_ADDED * own, _FAST)), SEAM, LONGEST))
