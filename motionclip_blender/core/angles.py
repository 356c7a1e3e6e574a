"""Compares directions, which begin anew after a whole turn. All in degrees."""

from __future__ import annotations

from typing import TypeVar

import numpy as np

Degrees = TypeVar("Degrees", float, np.ndarray)


def wrapped(degrees: Degrees) -> Degrees:
    """Brings directions into the half-open range from -180, included, to 180, excluded, by whole turns."""
    return (degrees + 180) % 360 - 180


def apart(one: Degrees, other: float) -> Degrees:
    """Returns how far directions are from another one, 0 to 180, whichever way round is shorter."""
    return abs(wrapped(one - other))
