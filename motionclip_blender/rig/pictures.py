"""Pictures as arrays: (height, width, 4), rows from the top, sRGB values 0 to 1."""

from __future__ import annotations

from pathlib import Path

import bpy
import numpy as np


def read_picture(path: Path) -> np.ndarray:
    """What an image file holds."""
    image = bpy.data.images.load(str(path))
    width, height = image.size
    flat = np.empty(width * height * 4, np.float32)
    image.pixels.foreach_get(flat)
    bpy.data.images.remove(image)
    return flat.reshape(height, width, 4)[::-1].copy()


def write_picture(pixels: np.ndarray, path: Path) -> None:
    """Writes a PNG file without transparency."""
    height, width, _ = pixels.shape
    image = bpy.data.images.new("Sheet", width, height, alpha=False)
    image.pixels.foreach_set(np.ascontiguousarray(pixels[::-1], np.float32).ravel())
    image.filepath_raw = str(path)
    image.file_format = "PNG"
    image.save()
    bpy.data.images.remove(image)


def lay_over(below: np.ndarray, above: np.ndarray, top: int, left: int) -> None:
    """Puts `above` over a part of `below`, by its transparency, in place."""
    part = below[top : top + above.shape[0], left : left + above.shape[1], :3]
    cover = above[..., 3:]
    part += cover * (above[..., :3] - part)
