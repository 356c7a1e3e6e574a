"""Defines how long-running work reports its progress, and how it is cancelled."""

from __future__ import annotations

from collections.abc import Callable

Progress = Callable[[str, float], None]
"""Called with the current stage and the fraction done, 0 to 1. An exception from it stops the work; `Cancelled` is not
reported as an error."""


class Cancelled(Exception):
    """Raised by a progress callback to stop the work, which then has changed nothing."""


def no_progress(stage: str, fraction: float) -> None:
    """Does nothing; for callers that need no progress."""
