"""Reads what a pack answers as well as the classes that the lists of prompts expect: `same_actions.json`."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path

from motionclip_blender.core.prompt_plan.word_features import content, tells_all
from motionclip_blender.core.prompt_plan.wording_index import WordingIndex

from ..shipped import shipped

FILE = Path(__file__).with_name("same_actions.json")


def accepted(classes: Iterable[str]) -> set[str]:
    """Returns classes of the lists, and those that were parted from them or show the same action."""
    finer = shipped(FILE)["finer"]
    return {each for name in classes for each in (name, *finer.get(name, ()))}


def expected(index: WordingIndex, prompt: str, hold: Mapping) -> Mapping:
    """Returns what must hold of a prompt's motion by a pack's wordings.

    It is `hold`, an entry of the lists, unless that expects a refusal of what the pack knows: by the prompt itself, or
    by a wording of the same meaning. Then the classes of that wording, and of all that have the prompt's words, are
    right.
    """
    wording = prompt if index.knows(prompt.lower()) else shipped(FILE)["known"].get(prompt, "")
    if not hold.get("refused") or not index.knows(wording.lower()):
        return hold
    said = content(prompt)
    alike = {index.class_of(text) for text in index.texts if tells_all(said, content(text))}
    return {"class": sorted({index.class_of(wording), *alike})}
