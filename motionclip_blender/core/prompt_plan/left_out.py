"""Finds what a step names beside its action that the chosen motion does not show: "with a cane", "like a spider"."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache

from .choice import Choice
from .grammar import grammar
from .manner_words import named as manners_named
from .plan import Segment
from .word_features import content, stem
from .wording_index import WordingIndex

_BESIDE = re.compile(
    r"\b(?:with|holding|carrying|wearing|using|like|against|between|as if|as though)(?: on to| onto| on)? "
    r"(?:(?:an?|the|his|her|their|its|your|two|both|some) )?"
    r"(?:(?!(?:and|while|with|as|for|from|to|on|in|at|of|then)\b)[\w-]+ ?)+"
)
_JOINING = "with holding carrying wearing using like against between as if though"
_MOVED = frozenset(["both", "left", "right", "side", "step", "speed", "pace", "stride"])
"""Stems of words that are read by other rules."""


def left_out(index: WordingIndex, segment: Segment, choice: Choice) -> Iterator[str]:
    """Yields a sentence for each such phrase of a step, whose words none of the motion's wordings has."""
    read = segment.plain or segment
    if not choice.sure or index.understands(read.text.lower()):
        return
    for phrase in _BESIDE.findall(read.text.lower()):
        named, words = content(phrase) - _read_otherwise(), phrase.split()
        if not all(map(index.spelling.knows, words)) or manners_named().keys() & words:
            continue
        if named and not named & index.told_of(choice.motion):
            yield f'"{phrase.strip()}" is not shown by "{choice.wording}" and is left out.'


@cache
def _read_otherwise() -> set[str]:
    """Returns the stems of words that say nothing of their own in such a phrase, or are read by other rules."""
    return {stem(word) for word in grammar()["body"]} | _MOVED | content(_JOINING)
