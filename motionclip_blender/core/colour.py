"""Converts colours between sRGB, as pictures are stored, and linear RGB, in which light adds up (IEC 61966-2-1)."""

from __future__ import annotations

import numpy as np

_DARK_SRGB, _DARK_LINEAR = 0.04045, 0.0031308  # up to which the curve is a straight line


def srgb_to_linear(values: np.ndarray) -> np.ndarray:
    """Converts sRGB values of any shape, 0 to 1, to linear ones, 0 to 1, of the same type."""
    curved = np.maximum(values, _DARK_SRGB)
    return np.where(values <= _DARK_SRGB, values / 12.92, ((curved + 0.055) / 1.055) ** 2.4)


def linear_to_srgb(values: np.ndarray) -> np.ndarray:
    """Converts linear values of any shape, 0 to 1, to sRGB ones, 0 to 1, of the same type."""
    curved = np.maximum(values, _DARK_LINEAR)
    return np.where(values <= _DARK_LINEAR, 12.92 * values, 1.055 * curved ** (1 / 2.4) - 0.055)
