"""Interpolates rotations between keys that jump: quaternions that change sign, Euler angles that wrap.

Two keys may mean nearly the same rotation and hold numbers far apart: q and -q, 179 and -179 degrees. On the keys' own
frames this has no effect; between them the curves run through the whole circle.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from ..core import rotations as rot
from .curves import Curve

_BAKED = 2.01  # frames: keys closer than this are a recording's, not an animator's
_LEAP = 0.9  # of a quaternion's numbers, or radians, between two such keys: faster than any movement


def without_leaps(
    turns: np.ndarray,
    frames: np.ndarray,
    curves: Sequence[Curve],
    turns_at: Callable[[np.ndarray], np.ndarray],
) -> np.ndarray:
    """Returns `turns` (T, 4) of `frames` (T,), with the shorter arc between any two keys that leap.

    curves: those of the rotation's channels.
    turns_at: a function from frames (n,) to quaternions (n, 4).
    """
    leaps = [leap for curve in curves for leap in _leaps(curve.keys)]
    if not leaps:
        return turns
    starts, ends = np.unique(np.array(leaps), axis=0).T
    piece = np.clip(np.searchsorted(starts, frames, "right") - 1, 0, len(starts) - 1)
    inside = (frames > starts[piece]) & (frames < ends[piece])
    if not inside.any():
        return turns
    first, last = starts[piece[inside]], ends[piece[inside]]
    turns = turns.copy()
    turns[inside] = rot.slerp(turns_at(first), turns_at(last), (frames[inside] - first) / (last - first))
    return turns


def _leaps(keys: np.ndarray) -> np.ndarray:
    """Returns (n, 2) frames of neighbouring keys (k, 2) between which a curve leaps, or is bent by a leap beside it."""
    frames, values = keys.T.astype(np.float64)
    baked = np.diff(frames) < _BAKED
    leap = baked & (np.abs(np.diff(values)) > _LEAP)
    leap[1:] |= leap[:-1]
    leap[:-1] |= leap[1:]
    at = np.flatnonzero(leap & baked)
    return np.stack((frames[at], frames[at + 1]), axis=1)
