"""Projects points of the world into a photo."""

from __future__ import annotations

import numpy as np

from .raster import Raster, rasterise
from .terms import Camera


def seen_from(camera: Camera, points: np.ndarray) -> np.ndarray:
    """Returns points (..., 3) of the world in the camera's axes: x right, y down, z forward, metres."""
    return (points - camera.position) @ np.asarray(camera.rotation).T


def project(camera: Camera, points: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Returns the pixels (n, 2), from the picture's top left corner, and depths (n,) in metres of points (n, 3).

    The first pixel's centre is at (0.5, 0.5). Points behind the camera have a depth <= 0 and meaningless pixels.
    """
    local = seen_from(camera, points)
    depth = local[:, 2]
    ahead = np.where(depth > 1e-6, depth, np.inf)
    middle = np.array((camera.width, camera.height)) / 2
    return local[:, :2] * (camera.focal / ahead)[:, None] + middle, depth


def scaled(camera: Camera, width: int, height: int) -> Camera:
    """Returns the camera of the same picture scaled to another number of pixels; its proportions must be kept."""
    return Camera(width, height, camera.focal * width / camera.width, camera.rotation, camera.position)


def draw(camera: Camera, vertices: np.ndarray, faces: np.ndarray) -> Raster:
    """Rasterises a closed mesh, (V, 3) in the world and (F, 3), as the camera sees it."""
    pixels, depth = project(camera, vertices)
    return rasterise(pixels[faces], depth[faces], camera.height, camera.width, front_only=True)
