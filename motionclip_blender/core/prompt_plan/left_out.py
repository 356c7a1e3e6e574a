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
_WAY = re.compile(r"\bto (?:the|his|her|their) (left|right)\b")
_JOINING = "with holding carrying wearing using like against between as if though"
_MOVED = frozenset(["both", "left", "right", "side", "step", "speed", "pace", "stride"])
"""Stems of words that are read by other rules."""


def left_out(index: WordingIndex, segment: Segment, choice: Choice, of_a_name: bool = False) -> Iterator[str]:
    """Yields a sentence for each such phrase of a step, whose words none of the motion's wordings has.

    of_a_name: whether the step is a name as in games, of which each word is looked at.
    """
    read = segment.plain or segment
    if not choice.sure or index.understands(read.text.lower()):
        return
    if of_a_name:
        told = index.told_of(choice.motion) | content(choice.action.replace("_", " ")) | _read_otherwise()
        missing = [word for word in read.bare.lower().split() if content(word) - told - _read_in_names()]
        if missing and not segment.gesture:
            words, verb = " and ".join(f'"{word}"' for word in missing), "is" if len(missing) == 1 else "are"
            yield f'{words} {verb} not shown by "{choice.wording}" and {verb} left out.'
    way = _WAY.search(read.text.lower())
    read_as_way = segment.travel is not None or segment.turn is not None or segment.side or segment.gesture
    if way and not read_as_way and way[1] not in choice.wording:
        yield f'"{way[0]}" is not shown by "{choice.wording}" and is left out.'
    for phrase in _BESIDE.findall(read.text.lower()):
        named, words = content(phrase) - _read_otherwise(), phrase.split()
        if not all(map(index.spelling.knows, words)) or manners_named().keys() & words:
            continue
        if named and not named & index.told_of(choice.motion):
            yield f'"{phrase.strip()}" is not shown by "{choice.wording}" and is left out.'


@cache
def _read_in_names() -> set[str]:
    """Returns the stems of the words of names that other rules read, such as ways and speeds."""
    lists = ("speeds", "intensifiers", "numbers", "time", "times", "function_words", "no_object", "waits", "names")
    return {stem(word) for name in lists for word in grammar()[name]} | content("left right side start end single")


@cache
def _read_otherwise() -> set[str]:
    """Returns the stems of words that say nothing of their own in such a phrase, or are read by other rules."""
    return {stem(word) for word in grammar()["body"]} | _MOVED | content(_JOINING)
