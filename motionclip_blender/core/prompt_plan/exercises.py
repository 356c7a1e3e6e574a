"""Writes exercises that no clip shows whole out as the steps that they are made of."""

from __future__ import annotations

import re

from .grammar import number_of

_BURPEES = re.compile(
    r"\b(?:(?:do|does|doing|did|perform|performs|performing) )?(?:(?P<many>[\w-]+) )?(?P<what>burpees?)\b"
    r"(?: (?:in a row|in succession|one after the other))?",
    re.I,
)
_BURPEE = "crouches down, then does one push-up, then jumps up"
_SOME = 3  # "burpees", without a number
_FEW = {"a": 1, "the": 1, "some": _SOME, "several": _SOME}


def exercises_written_out(prompt: str) -> str:
    """Returns a prompt with each burpee as what it is: a crouch, a push-up and a jump."""
    return _BURPEES.sub(_burpees, prompt)


def _burpees(match: re.Match[str]) -> str:
    said = (match["many"] or "").lower()
    many = _FEW.get(said, number_of(said) if said else None)
    before = "" if many is not None or not said else f"{match['many']} "  # "slow burpees"
    if many is None:
        many = _SOME if match["what"].lower().endswith("s") else 1
    return before + ", then ".join([_BURPEE] * many)
