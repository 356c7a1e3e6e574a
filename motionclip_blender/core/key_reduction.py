"""Finds the keys that a recorded curve needs, so that the curve through them stays within a bound of every frame.

The curve between two keys is a cubic with the recorded slope at both keys: a Bezier curve whose handles reach a third
of the way. Keys are added where the error is largest, until no frame is off by more than the bound, and then every key
is taken away again without which none is. Many bones are worked on at once, those that are done drop out; a bone's
channels share their keys, so that an animator can move a whole pose.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from . import rotations as rot
from .errors import UserError

Errors = Callable[[np.ndarray, np.ndarray], np.ndarray]
"""Compares two curves (B, T, D) and returns (B, T) by how much they differ in each frame."""

_ROUNDS = 12  # of taking keys away, each of every other key; hardly any are found after the sixth
_AT_ONCE = 16384  # frames of all curves that are worked on together: more do not fit a processor's cache
_TINY = 1e-9


@dataclass(frozen=True)
class Bound:
    """How far reduced keys may be off in any frame: of a joint's rotation, and of a place.

    A joint's place also carries the errors of all joints above it.
    """

    degrees: float = 1.0
    millimetres: float = 5.0

    def __post_init__(self) -> None:
        for value, what in ((self.degrees, "degrees"), (self.millimetres, "millimetres")):
            if not (np.isfinite(value) and value > 0):
                raise UserError(f"Keys can be reduced within more than 0 {what}, not {value:g}; give another bound.")


def rotation_errors(found: np.ndarray, wanted: np.ndarray) -> np.ndarray:
    """Returns the degrees (...,) between quaternions (..., 4), which need no unit length."""
    found = found / np.maximum(np.linalg.norm(found, axis=-1, keepdims=True), _TINY)
    wanted = wanted / np.maximum(np.linalg.norm(wanted, axis=-1, keepdims=True), _TINY)
    apart = rot.quat_multiply(rot.quat_conjugate(wanted), found)
    return np.degrees(2 * np.arctan2(np.linalg.norm(apart[..., 1:], axis=-1), np.abs(apart[..., 0])))


def distances(found: np.ndarray, wanted: np.ndarray) -> np.ndarray:
    """Returns the distance (...,) between places (..., D), in their own unit."""
    return np.linalg.norm(found - wanted, axis=-1)


def slopes(values: np.ndarray) -> np.ndarray:
    """Returns the change per frame of curves (B, T, D), at each frame."""
    return np.gradient(values, axis=1) if values.shape[1] > 1 else np.zeros_like(values)


def reduced(values: np.ndarray, bound: float, errors: Errors) -> np.ndarray:
    """Returns (B, T) which frames of curves (B, T, D) keep their key, the first and the last always.

    The curve through these keys differs by no more than `bound` in any frame, as `errors` measures it.
    """
    keys = np.ones(values.shape[:2], bool)
    rows = max(_AT_ONCE // values.shape[1], 1)
    for start in range(0, len(values), rows):
        keys[start : start + rows] = _reduced(values[start : start + rows], bound, errors)
    return keys


def _reduced(values: np.ndarray, bound: float, errors: Errors) -> np.ndarray:
    keys = np.zeros(values.shape[:2], bool)
    keys[:, [0, -1]] = True
    if values.shape[1] < 3:
        keys[:] = True
        return keys
    slope = slopes(values)
    left = np.arange(len(values))  # curves that are still off
    while len(left):
        part = values[left]
        off = errors(through_keys(part, slope[left], keys[left]), part)
        worst = _worst_of_segments(off, keys[left]) & (off > bound)
        keys[left] |= worst
        left = left[worst.any(axis=1)]
    return _without_needless(values, slope, keys, bound, errors)


def through_keys(values: np.ndarray, slope: np.ndarray, keys: np.ndarray) -> np.ndarray:
    """Returns the curves (B, T, D) through the keys (B, T) of `values`, with the slopes (B, T, D) of these frames."""
    at = np.arange(values.shape[1])
    left = np.maximum.accumulate(np.where(keys, at, 0), axis=1)
    right = np.minimum.accumulate(np.where(keys, at, at[-1])[:, ::-1], axis=1)[:, ::-1]
    right = np.where(right == left, np.minimum(left + 1, at[-1]), right)
    length = np.maximum(right - left, 1)[..., None]
    t = (at - left)[..., None] / length
    rows = np.arange(len(values))[:, None]
    a, b = values[rows, left], values[rows, right]
    out, into = slope[rows, left] * length, slope[rows, right] * length
    s = 1 - t
    # the cubic with the control points a, a + out / 3, b - into / 3, b
    return s * s * (1 + 2 * t) * a + t * t * (3 - 2 * t) * b + t * s * (s * out - t * into)


def _worst_of_segments(off: np.ndarray, keys: np.ndarray) -> np.ndarray:
    """Returns (B, T) the frame with the largest error (B, T) between any two keys."""
    flat, starts = off.ravel(), np.flatnonzero(keys.ravel())
    lengths = np.diff(np.append(starts, len(flat)))
    highest = np.repeat(np.maximum.reduceat(flat, starts), lengths)
    candidates = np.flatnonzero(flat == highest)
    segment = np.repeat(np.arange(len(starts)), lengths)[candidates]
    _, first = np.unique(segment, return_index=True)
    found = np.zeros(len(flat), bool)
    found[candidates[first]] = True
    return found.reshape(off.shape) & ~keys


def _without_needless(
    values: np.ndarray, slope: np.ndarray, keys: np.ndarray, bound: float, errors: Errors
) -> np.ndarray:
    """Takes away keys (B, T) without which the curves stay within the bound: every other one at a time."""
    keys = keys.copy()
    left, still = np.arange(len(keys)), np.zeros(len(keys), int)  # curves of which keys were taken in the last rounds
    for turn in range(2 * _ROUNDS):
        own, part = keys[left], values[left]
        inner = own.copy()
        inner[:, [0, -1]] = False
        # of keys that lie side by side only every other one is tried, so that each trial is between two kept keys
        tried = inner & (np.cumsum(own, axis=1) % 2 == turn % 2)
        kept = own & ~tried
        off = errors(through_keys(part, slope[left], kept), part)
        taken = tried & (_highest_of_segments(off, kept) <= bound)
        keys[left] = own & ~taken
        still[left] = np.where(taken.any(axis=1), 0, still[left] + 1)
        left = left[still[left] < 2]
        if not len(left):
            break
    return keys


def _highest_of_segments(off: np.ndarray, keys: np.ndarray) -> np.ndarray:
    """Returns (B, T) the largest error (B, T) between the keys around each frame."""
    flat, starts = off.ravel(), np.flatnonzero(keys.ravel())
    lengths = np.diff(np.append(starts, len(flat)))
    return np.repeat(np.maximum.reduceat(flat, starts), lengths).reshape(off.shape)
