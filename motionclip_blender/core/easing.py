"""Eases changes in and out."""

from __future__ import annotations

import numpy as np


def smoothstep(share: np.ndarray) -> np.ndarray:
    """Returns the cubic 3 s^2 - 2 s^3 of shares s of any shape, which are clipped to 0 to 1.

    It rises from 0 to 1 and is flat at both ends: what changes by it over time begins and ends at rest.
    """
    s = np.clip(share, 0.0, 1.0)
    return s * s * (3 - 2 * s)
