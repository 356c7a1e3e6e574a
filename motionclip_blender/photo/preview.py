"""Draws a dressed body without light, to compare it with its photo."""

from __future__ import annotations

import numpy as np

from ..core.body import Body
from .camera import draw
from .paint import bilinear
from .raster import corner_mean
from .skin import Skin
from .terms import Camera, Dressed, Fit


def drawn(dressed: Dressed, fit: Fit, body: Body, camera: Camera | None = None) -> tuple[np.ndarray, np.ndarray]:
    """Returns the picture (H, W, 3) float32 0..1 of the dressed body as the photo's camera sees it, and where it lies
    (H, W) bool. camera: another one."""
    camera = camera or fit.camera
    raster = draw(camera, Skin(body, fit).vertices(dressed.offsets), body.faces)
    covered = raster.covered
    places = corner_mean(dressed.uv[raster.face[covered]], raster.shares[covered])
    size = len(dressed.texture)
    picture = np.zeros((*covered.shape, 3), np.float32)
    picture[covered] = bilinear(dressed.texture, places * (size, -size) + (0, size))
    return picture, covered
