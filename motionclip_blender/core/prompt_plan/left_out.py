"""Finds what a step names beside its action that the chosen motion does not show: "with a cane", "like a spider"."""

from __future__ import annotations

import re
from collections.abc import Iterator

from ..modifiers.manner import manners
from .choice import Choice
from .grammar import grammar
from .plan import Segment
from .word_features import content, stem
from .wording_index import WordingIndex

_BESIDE = re.compile(
    r"\b(?:with|holding|carrying|wearing|using|like|against)(?: on to| onto| on)? "
    r"(?:(?:an?|the|his|her|their|its|your|two|both|some) )?"
    r"(?:(?!(?:and|while|with|as|for|from|to|on|in|at|of|then)\b)[\w-]+ ?)+"
)
_MOVED = frozenset(["both", "left", "right", "side", "step", "speed", "pace", "stride"])
"""Stems of words that are read by other rules."""


def left_out(index: WordingIndex, segment: Segment, choice: Choice) -> Iterator[str]:
    """Yields a sentence for each such phrase of a step, whose words none of the motion's wordings has."""
    read = segment.plain or segment
    if not choice.sure or index.understands(read.text.lower()):
        return
    manners_told = {word for manner in manners().values() for word in manner.words}
    parts = {stem(word) for word in grammar()["body"]} | _MOVED
    for phrase in _BESIDE.findall(read.text.lower()):
        named = content(phrase) - parts - content("with holding carrying wearing using like against")
        words = phrase.split()
        if not all(map(index.spelling.knows, words)) or manners_told & set(words):
            continue
        if named and not named & index.told_of(choice.motion):
            yield f'"{phrase.strip()}" is not shown by "{choice.wording}" and is left out.'
