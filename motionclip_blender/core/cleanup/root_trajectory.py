"""A root's way over the ground, apart from its pose: what is mixed and closed step by step, never place by place."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from .. import rotations as rot
from ..motion import Motion, heading

_UPRIGHT = 0.3  # of a rotation's part about the vertical; below it (head down) the heading turns about at nothing


@dataclass(frozen=True, eq=False)
class RootTrajectory:
    """The root of a motion of T frames.

    yaw: (T,) radians, without jumps of whole turns. tilt: (T, 4) what is left of the rotation once the yaw is taken
    off. steps: (T - 1, 2) metres from each frame to the next, to the left and ahead as seen from the earlier one.
    height: (T,) metres. start: (2,) X and Z of the first frame.
    """

    yaw: np.ndarray
    tilt: np.ndarray
    steps: np.ndarray
    height: np.ndarray
    start: np.ndarray

    @classmethod
    def of(cls, motion: Motion) -> RootTrajectory:
        """The way of a motion."""
        root = motion.rotations[:, 0].astype(np.float64)
        yaw = _yaw(root)
        tilt = rot.continuous(rot.quat_multiply(about_vertical(-yaw), root))
        path = motion.translation.astype(np.float64)
        steps = turned(np.diff(path[:, [0, 2]], axis=0), -yaw[:-1])
        return cls(yaw, tilt, steps, path[:, 1], path[0, [0, 2]])

    def root(self) -> tuple[np.ndarray, np.ndarray]:
        """(T, 4) rotations and (T, 3) translations of the root that goes this way."""
        ground = np.concatenate(([self.start], self.start + np.cumsum(turned(self.steps, self.yaw[:-1]), axis=0)))
        translation = np.stack((ground[:, 0], self.height, ground[:, 1]), axis=1)
        return rot.quat_multiply(about_vertical(self.yaw), self.tilt), translation


def about_vertical(angles: np.ndarray) -> np.ndarray:
    """(..., 4) turns about Y by `angles` (...) radians."""
    zero = np.zeros_like(angles)
    return np.stack((np.cos(angles / 2), zero, np.sin(angles / 2), zero), axis=-1)


def turned(ground: np.ndarray, angles: np.ndarray) -> np.ndarray:
    """Vectors on the ground (T, 2), X and Z, turned by `angles` (T,) radians about the vertical."""
    cosine, sine = np.cos(angles), np.sin(angles)
    x, z = ground[:, 0], ground[:, 1]
    return np.stack((cosine * x + sine * z, cosine * z - sine * x), axis=1)


def _yaw(root: np.ndarray) -> np.ndarray:
    """(T,) the heading of rotations (T, 4), unwrapped; where it shows none, straight from the last to the next."""
    certain = np.hypot(root[:, 0], root[:, 2]) > _UPRIGHT
    if not certain.any():
        return np.full(len(root), float(heading(root[0])))
    every = np.arange(len(root))
    return np.interp(every, every[certain], np.unwrap(heading(root[certain])))
