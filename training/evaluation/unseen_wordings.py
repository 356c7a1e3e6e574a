"""Reads the wordings that are kept for reports: nothing is trained on them, and nothing is chosen by them."""

from __future__ import annotations

from pathlib import Path

from ..shipped import shipped

WORDINGS = Path(__file__).with_name("unseen_wordings.json")


def unseen_wordings() -> dict[str, list[str]]:
    """Returns class -> wordings of it."""
    return shipped(WORDINGS)["classes"]
