"""The values that the stages of a photo's film hand on."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True, eq=False)
class Camera:
    """A pinhole camera whose principal point is the picture's middle.

    World axes are those of `core`: Y up, floor y = 0, metres.

    width, height: pixels. focal: pixels.
    rotation: (3, 3) world to camera; camera axes x right, y down, z forward.
    position: (3,) metres, in the world.
    """

    width: int
    height: int
    focal: float
    rotation: np.ndarray
    position: np.ndarray


@dataclass(frozen=True, eq=False)
class Fit:
    """The person of a photo as a body.

    betas: (10,). pose: (55, 3) axis-angle. translation: (3,) as in `Motion`. score: 0..1 silhouette IoU.
    """

    betas: np.ndarray
    pose: np.ndarray
    translation: np.ndarray
    camera: Camera
    score: float


@dataclass(frozen=True, eq=False)
class Dressed:
    """offsets: (V, 3) at rest, metres. uv: (F, 3, 2) in 0..1, v up. texture: (T, T, 3) uint8 sRGB."""

    offsets: np.ndarray
    uv: np.ndarray
    texture: np.ndarray
