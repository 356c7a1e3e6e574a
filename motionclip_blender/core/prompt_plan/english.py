"""Checks that prompts are in the language of a pack's wordings."""

from __future__ import annotations

from .language import other_language
from .read import read_plan
from .wording_index import WordingIndex


def check_english(index: WordingIndex, prompt: str) -> None:
    """Raises `UserError` for a prompt in another language, unless the whole of it is a wording."""
    if other_language(prompt, index.spelling.in_wordings):
        read_plan(prompt, index.spelling, index.understands)  # says which language
