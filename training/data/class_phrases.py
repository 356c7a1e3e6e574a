"""Reads the phrases for classes: further ways to ask for each, beside the captions."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from ..shipped import shipped

PHRASES = Path(__file__).with_name("class_phrases.json")


@dataclass(frozen=True)
class Heard:
    """A text of a class. take: what it tells of; texts of one take are left out together."""

    text: str
    action: str
    take: str


def class_phrases(names: Iterable[str]) -> list[Heard]:
    """Returns the texts of `PHRASES` for the classes `names`, each as a take of its own."""
    told = shipped(PHRASES)["phrases"]
    return [Heard(text, name, f"{name}: {text}") for name in names for text in told.get(name, ())]
