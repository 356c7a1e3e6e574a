"""Detects prompts that are not in English, by scripts and function words; cheap, and good enough for a message."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable

from .grammar import grammar

_WORD = re.compile(r"[^\W\d_]+")
_FEW = 3  # words of a text that one word of another language may decide


def other_language(prompt: str, known: Callable[[str], bool] = lambda word: False) -> str | None:
    """Returns the language of a prompt that is not English, such as "German" or "another script"; None for English.

    known: whether a word, in lower case, is one of the wordings, which makes it English where nothing speaks against
    that: "die slowly".
    """
    letters = [c for c in prompt if c.isalpha()]
    if not letters:
        return None
    latin = sum(unicodedata.name(c, "").startswith("LATIN") for c in letters)
    if latin < len(letters) / 2:
        return "another script"
    words = [word.lower() for word in _WORD.findall(prompt)]
    functions, best, name = grammar()["function_words"], 0, None
    for language, foreign in grammar()["foreign"].items():
        found = [word for word in words if word in foreign]
        only_there = [word for word in found if not known(word)]
        english = sum(word in functions for word in words)
        meant = sum(known(word) and word not in foreign and word not in functions for word in words)
        certain = len(found) > 1 or (len(words) <= _FEW and english == 0)
        if only_there and certain and len(found) > max(english, meant) and len(found) >= best:
            best, name = len(found), language
    return name
