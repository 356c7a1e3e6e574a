"""How long work tells how far it is, and how it is told to stop."""

from __future__ import annotations

from collections.abc import Callable

Progress = Callable[[str, float], None]
"""Called with what is being done and how far it is, 0 to 1. What it raises stops the work, `Cancelled` quietly."""


class Cancelled(Exception):
    """Raised by a progress callback to stop the work; nothing has been changed then."""


def no_progress(stage: str, fraction: float) -> None:
    """For callers that do not ask."""
