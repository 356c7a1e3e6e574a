"""Where points of the world lie in a picture."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

SENSOR = 36.0
"""Millimetres: the height that a picture stands for when a focal length is named."""


@dataclass(frozen=True, eq=False)
class Pinhole:
    """A camera in OpenCV's convention: x right, y down, z into the picture; pixels from the picture's top left corner.

    A pixel is a square: the middle of the first one lies at (0.5, 0.5).

    intrinsics: (3, 3), pixels. extrinsics: (3, 4), [R | t]: a point X of the world (metres) is R X + t to the camera.
    """

    intrinsics: np.ndarray
    extrinsics: np.ndarray

    @classmethod
    def of(cls, place: np.ndarray, axes: np.ndarray, focal_length: float, size: int) -> Pinhole:
        """A camera at `place` (3,) with `axes` (3, 3) right, up and back, and square pictures of `size` pixels."""
        rotation = axes * np.array([[1.0], [-1.0], [-1.0]])
        focal = focal_length / SENSOR * size
        intrinsics = np.array([[focal, 0, size / 2], [0, focal, size / 2], [0, 0, 1.0]])
        return cls(intrinsics, np.column_stack((rotation, -rotation @ place)))

    def project(self, points: np.ndarray) -> np.ndarray:
        """(n, 2) pixels of points (n, 3) of the world, metres; they must lie before the camera."""
        seen = (points @ self.extrinsics[:, :3].T + self.extrinsics[:, 3]) @ self.intrinsics.T
        return seen[:, :2] / seen[:, 2:]
