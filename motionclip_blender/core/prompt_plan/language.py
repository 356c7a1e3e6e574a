"""Detects prompts that are not in English, by scripts and function words; cheap, and good enough for a message."""

from __future__ import annotations

import re
import unicodedata

from .grammar import grammar

_WORD = re.compile(r"[^\W\d_]+")


def other_language(prompt: str) -> str | None:
    """Returns the language of a prompt that is not English, such as "German" or "another script"; None for English."""
    letters = [c for c in prompt if c.isalpha()]
    if not letters:
        return None
    latin = sum(unicodedata.name(c, "").startswith("LATIN") for c in letters)
    if latin < len(letters) / 2:
        return "another script"
    words = [word.lower() for word in _WORD.findall(prompt)]
    english = sum(word in grammar()["function_words"] for word in words)
    found = {name: sum(word in known for word in words) for name, known in grammar()["foreign"].items()}
    name = max(found, key=lambda each: (found[each], each))
    certain = found[name] >= 2 or (found[name] == 1 and len(words) <= 3 and english == 0)
    return name if certain and found[name] > english else None
