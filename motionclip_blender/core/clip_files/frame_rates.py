"""Tells frame rates at which people are recorded from numbers that mean something else."""

from __future__ import annotations

SLOWEST, FASTEST = 1.0, 5000.0
"""Frames a second. Beyond them a number is a time in other units, a count, or a slip of the keyboard."""

RANGE = f"from {SLOWEST:g} to {FASTEST:g}"


def is_rate(fps: float) -> bool:
    """Returns whether people are recorded at so many frames a second."""
    return SLOWEST <= fps <= FASTEST
