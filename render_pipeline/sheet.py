"""Makes a contact sheet of rendered images. Runs inside Blender."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from motionclip_blender.rig.pictures import read_picture, write_picture

_GAP = 2  # pixels between images


def contact_sheet(images: list[Path], path: Path, columns: int, cell: int) -> None:
    """Writes `images` (square, all of one size) as a grid of cells of at most `cell` pixels to the PNG file `path`."""
    pictures = [_shrunk(read_picture(image), cell) for image in images]
    side = len(pictures[0])
    columns = min(columns, len(pictures))
    rows = -(-len(pictures) // columns)
    sheet = np.ones((rows * (side + _GAP) - _GAP, columns * (side + _GAP) - _GAP, 4), np.float32)
    for i, picture in enumerate(pictures):
        top, left = i // columns * (side + _GAP), i % columns * (side + _GAP)
        sheet[top : top + side, left : left + side] = picture
    write_picture(sheet, path)


def _shrunk(picture: np.ndarray, side: int) -> np.ndarray:
    """Shrinks a picture to (side, side, 4) by averaging whole pixels; returns smaller pictures unchanged."""
    if len(picture) <= side:
        return picture
    edges = np.linspace(0, len(picture), side + 1).astype(int)
    sums = np.add.reduceat(np.add.reduceat(picture, edges[:-1], axis=0), edges[:-1], axis=1)
    widths = np.diff(edges)
    return sums / (widths[:, None, None] * widths[None, :, None])
