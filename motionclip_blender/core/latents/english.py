"""Checks that prompts are in the language of a pack's wordings."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..prompt_plan.language import other_language
from ..prompt_plan.read import read_plan

if TYPE_CHECKING:
    from ..engine import Engine


def check_english(engine: Engine, prompt: str) -> None:
    """Raises `UserError` for a prompt in another language, as for one that is read in steps. Loads the networks.

    The wording that would answer it is near by chance. A pack that does not carry its wordings as texts may know other
    languages.
    """
    if not engine.reads_steps or other_language(prompt) is None:
        return
    index = engine.wordings  # takes a while the first time, and only makes more prompts English
    if other_language(prompt, index.spelling.in_wordings):
        read_plan(prompt, index.spelling, index.understands)  # says which language, unless the whole is a wording
