"""Provides the words by which prompts are read, from `grammar.json`."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import Any

_FILE = Path(__file__).with_name("grammar.json")


@cache
def grammar() -> dict[str, Any]:
    """Returns the file's lists; reads the file once."""
    return json.loads(_FILE.read_text(encoding="utf-8"))


def begins(word: str, beginnings: list[str]) -> bool:
    """Checks whether a word is one of `beginnings`, or a form of it: "walks" and "walking" of "walk"."""
    return any(word.startswith(start) and len(word) - len(start) <= _ENDING for start in beginnings)


_FORMS = ("", "e", "s", "es", "ed", "ing")

_ENDING = 4  # letters that a form may add: "ping" of "skip"


@cache
def _action(word: str) -> bool:
    return begins(word, grammar()["actions"])


def is_action(word: str) -> bool:
    """Checks whether a word names an action."""
    return _action(word)


@cache
def is_action_form(word: str) -> bool:
    """Checks whether a word is an action with a correctly spelt English ending: "strafe", "sitting"."""
    return any(
        word.startswith(start) and (word[len(start) :] in _FORMS or _doubled(start, word[len(start) :]))
        for start in grammar()["actions"]
    )


def _doubled(start: str, ending: str) -> bool:
    return start[-1] in "bdgmnprt" and ending == f"{start[-1]}ing"
