"""Projects points of the world into a picture."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

SENSOR = 36.0
"""Height of the picture in millimetres that focal lengths refer to."""


@dataclass(frozen=True, eq=False)
class Pinhole:
    """A camera in OpenCV's convention: x right, y down, z into the picture; pixels from the picture's top left corner.

    The centre of the first pixel is at (0.5, 0.5).

    intrinsics: (3, 3), pixels. extrinsics: (3, 4), [R | t]: a point X of the world (metres) is at R X + t in the
    camera's axes.
    """

    intrinsics: np.ndarray
    extrinsics: np.ndarray

    @classmethod
    def of(cls, place: np.ndarray, axes: np.ndarray, focal_length: float, size: int) -> Pinhole:
        """Makes a camera at `place` (3,) with `axes` (3, 3) right, up and back, for square pictures of `size` pixels.

        focal_length: millimetres, for a picture of the height `SENSOR`.
        """
        rotation = axes * np.array([[1.0], [-1.0], [-1.0]])
        focal = focal_length / SENSOR * size
        intrinsics = np.array([[focal, 0, size / 2], [0, focal, size / 2], [0, 0, 1.0]])
        return cls(intrinsics, np.column_stack((rotation, -rotation @ place)))

    def project(self, points: np.ndarray) -> np.ndarray:
        """Returns the pixels (n, 2) of world points (n, 3) in metres, which must be in front of the camera."""
        seen = (points @ self.extrinsics[:, :3].T + self.extrinsics[:, 3]) @ self.intrinsics.T
        return seen[:, :2] / seen[:, 2:]
