"""Separates a root's path over the ground from its pose, so that both can be mixed and closed as steps."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from . import rotations as rot
from .motion import Motion, heading

_UPRIGHT = 0.3  # least size of a rotation's part about the vertical; below it (head down) the heading is unstable


@dataclass(frozen=True, eq=False)
class RootTrajectory:
    """The root of a motion of T frames.

    yaw: (T,) radians, unwrapped.
    tilt: (T, 4) the rotation that remains without the yaw.
    steps: (T - 1, 2) metres from each frame to the next, to the left and ahead as seen from the earlier one.
    height: (T,) metres.
    start: (2,) X and Z of the first frame.
    """

    yaw: np.ndarray
    tilt: np.ndarray
    steps: np.ndarray
    height: np.ndarray
    start: np.ndarray

    @classmethod
    def of(cls, motion: Motion) -> RootTrajectory:
        """Returns the root trajectory of a motion."""
        root = motion.rotations[:, 0].astype(np.float64)
        yaw = _yaw(root)
        tilt = rot.continuous(rot.quat_multiply(about_vertical(-yaw), root))
        path = motion.translation.astype(np.float64)
        steps = turned(np.diff(path[:, [0, 2]], axis=0), -yaw[:-1])
        return cls(yaw, tilt, steps, path[:, 1], path[0, [0, 2]])

    def root(self) -> tuple[np.ndarray, np.ndarray]:
        """Returns the root's (T, 4) rotations and (T, 3) translations."""
        ground = np.concatenate(([self.start], self.start + np.cumsum(turned(self.steps, self.yaw[:-1]), axis=0)))
        translation = np.stack((ground[:, 0], self.height, ground[:, 1]), axis=1)
        return rot.quat_multiply(about_vertical(self.yaw), self.tilt), translation


def about_vertical(angles: np.ndarray) -> np.ndarray:
    """Returns (..., 4) rotations about Y by `angles` (...) radians."""
    zero = np.zeros_like(angles)
    return np.stack((np.cos(angles / 2), zero, np.sin(angles / 2), zero), axis=-1)


def turned(ground: np.ndarray, angles: np.ndarray) -> np.ndarray:
    """Turns ground vectors (T, 2), X and Z, by `angles` (T,) radians about the vertical."""
    cosine, sine = np.cos(angles), np.sin(angles)
    x, z = ground[:, 0], ground[:, 1]
    return np.stack((cosine * x + sine * z, cosine * z - sine * x), axis=1)


def _yaw(root: np.ndarray) -> np.ndarray:
    """Returns the unwrapped headings (T,) of rotations (T, 4).

    Where the body has no clear heading, as head down, interpolates between the neighbours that have one.
    """
    certain = np.hypot(root[:, 0], root[:, 2]) > _UPRIGHT
    if not certain.any():
        return np.full(len(root), float(heading(root[0])))
    every = np.arange(len(root))
    return np.interp(every, every[certain], np.unwrap(heading(root[certain])))
