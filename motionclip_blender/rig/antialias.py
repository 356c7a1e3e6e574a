"""Smooths the edges of a finished picture (morphological anti-aliasing).

An edge between two colours that was drawn pixel by pixel has steps. The length of each step and the direction in which
its ends turn give the straight line behind it, and the line gives the part of each pixel that belongs to the other
colour (Reshetov, "Morphological Antialiasing", 2009; Jimenez et al., "SMAA", 2012). Only pixels at edges are processed,
a few in a hundred. That is why it takes a tenth of the time that a renderer without a graphics card needs for the same
filter.
"""

from __future__ import annotations

import numpy as np

from ..core.colour import linear_to_srgb, srgb_to_linear

_LEAST = 0.04
"""The smallest difference between two neighbours that counts as an edge, in sRGB values of any channel."""

_OUTSHONE = 2
"""A difference is no edge if a neighbouring one is this many times as large: it is then shading at that edge."""


def smooth_edges(picture: np.ndarray) -> np.ndarray:
    """Returns `picture` with smooth edges, (H, W, 3) uint8 sRGB.

    picture: (H, W, 3) uint8, drawn without anti-aliasing, so that no pixel mixes the colours of two surfaces.
    """
    height, width, _ = picture.shape
    level, upright = _edges(picture)
    # the part of each pixel that belongs to the pixel above, below, left of and right of it
    covers = np.zeros((4, height, width), np.float32)
    _cover(level, upright, covers[0], covers[1])
    _cover(upright.T, level.T, covers[2].T, covers[3].T)
    covers = covers.reshape(4, -1)
    pixels = np.flatnonzero(covers.any(axis=0))
    above, below, left, right = covers[:, pixels]
    vertical = np.maximum(above, below) >= np.maximum(left, right)
    first, second = np.where(vertical, above, left), np.where(vertical, below, right)
    step = np.where(vertical, width, 1)
    # where both sides of a pixel cover it, each counts in the proportion that it covers
    first, second = first**2 / (first + second), second**2 / (first + second)
    flat = picture.reshape(-1, 3)
    colours = _LINEAR[flat[pixels]] * (1 - first - second)[:, None]
    for part, side in ((first, pixels - step), (second, pixels + step)):
        inside = np.where(part > 0, side, pixels)  # a side that covers nothing may lie outside the picture
        colours += _LINEAR[flat[inside]] * part[:, None]
    smooth = picture.copy()
    smooth.reshape(-1, 3)[pixels] = np.round(255 * linear_to_srgb(colours))
    return smooth


def _edges(picture: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Returns 2 x (H, W) bool: edges between each pixel and the one above it, and the one to its left."""
    height, width, _ = picture.shape
    planes = np.ascontiguousarray(np.moveaxis(picture, 2, 0))
    above, left = np.zeros((2, height + 2, width + 2), np.uint8)  # differences, with an empty margin
    above[2:-1, 1:-1] = _difference(planes[:, :-1], planes[:, 1:])
    left[1:-1, 2:-1] = _difference(planes[:, :, :-1], planes[:, :, 1:])
    largest = np.maximum.reduce((above[1:-1, 1:-1], above[:-2, 1:-1], above[2:, 1:-1],
                                 left[1:-1, 1:-1], left[1:-1, :-2], left[1:-1, 2:]))  # fmt: skip
    least = np.maximum(round(255 * _LEAST), largest / np.float32(_OUTSHONE))
    return above[1:-1, 1:-1] >= least, left[1:-1, 1:-1] >= least


def _difference(before: np.ndarray, after: np.ndarray) -> np.ndarray:
    """Returns the largest difference over three channels. before, after: (3, ...) uint8."""
    return (np.maximum(before, after) - np.minimum(before, after)).max(axis=0)


def _cover(edges: np.ndarray, turns: np.ndarray, above: np.ndarray, below: np.ndarray) -> None:
    """Writes into `above` and `below` (H, W) the part of each pixel that has the colour above it, and below it.

    edges: (H, W) bool, horizontal edges, between a pixel and the one above it.
    turns: (H, W) bool, vertical edges, between a pixel and the one to its left.
    """
    height, width = edges.shape
    places = np.flatnonzero(edges)  # none in the first row
    if not len(places):
        return
    padded = np.zeros((height, width + 1), bool)  # beyond the last column nothing turns
    padded[:, :width] = turns
    padded = padded.ravel()
    row, column = np.divmod(places, width)
    corner = row * (width + 1) + column
    turn_below, turn_above = padded[corner], padded[corner - width - 1]
    # a step begins where the edge begins, and wherever a vertical edge meets it
    begins = np.ones(len(places), bool)
    begins[1:] = (np.diff(places) != 1) | (column[1:] == 0) | turn_below[1:] | turn_above[1:]
    first = np.flatnonzero(begins)
    lengths = np.diff(np.append(first, len(places)))
    last_corner = corner[first + lengths - 1] + 1
    step = np.repeat(np.arange(len(first)), lengths)
    length = lengths[step]
    place = np.arange(len(places)) - first[step]
    # the direction in which each end turns: 1 up, -1 down, 0 neither or both
    head = turn_above[first].astype(np.int8) - turn_below[first]
    tail = padded[last_corner - width - 1].astype(np.int8) - padded[last_corner]
    head_area, tail_area = _area(place, length), _area(length - 1 - place, length)
    up = head_area * (head > 0)[step] + tail_area * (tail > 0)[step]
    down = head_area * (head < 0)[step] + tail_area * (tail < 0)[step]
    # a line above the edge cuts off a part of the upper pixel; that part has the colour below
    below[row - 1, column] = up
    above[row, column] = down


def _area(place: np.ndarray, length: np.ndarray) -> np.ndarray:
    """Returns the part that the line cuts off pixel number `place` of a step.

    The line falls from half a pixel at 0 to zero at length / 2.
    """
    low, high = (np.minimum(2 * end / length, 1.0) for end in (place, place + 1))
    return (0.25 * length * ((high - 0.5 * high**2) - (low - 0.5 * low**2))).astype(np.float32)


_LINEAR = srgb_to_linear(np.arange(256) / 255).astype(np.float32)
