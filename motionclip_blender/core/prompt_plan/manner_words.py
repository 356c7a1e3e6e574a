"""Finds the manner that a clause names: sadly, like an old man, drunk."""

from __future__ import annotations

import re
from functools import cache

from ..modifiers.manner import manners
from .grammar import WORD, is_action

_LIKENED = ("like", "in", "as", "while", "is", "being", "feeling", "looking", "feels", "looks", "seems", "very")
_WHY = ("after", "from", "because", "since", "by", "and")  # what may come after: "walks home tired after work"
_NEAR = 3  # words within which one of these refers to an adjective: "like a very old man"
_NOT_OF_PEOPLE = re.compile(r"\b(?:\d+|years?)[ -]old\b|\bold[ -](?:school|fashioned|style)\b")
_MOOD = r"(?: (?:mood|manner|way|fashion|style|face|state))?"
_BEFORE = (
    r"(?:(?:(?:like|as|while|as if|as though) )?(?:(?:he|she|they|it|you) )?"
    r"(?:is |are |being |feeling |looking |very |so |"
    r"a bit |in )*(?:an? |the )?(?:very |really |quite )?)?"
)
_SOMEBODY = r"(?: (?:man|woman|person|guy|lady|fellow|people|folk|boy|girl|character|human))?"


def manner_of(text: str) -> tuple[str, str]:
    """Returns the manner that a text in lower case names, and the text without the words for it.

    Both are empty if it names none. An adjective counts where it belongs to who acts: not in "picks up an old box".
    """
    clear = _NOT_OF_PEOPLE.sub(lambda found: "-" * len(found[0]), text)
    words = list(WORD.finditer(clear))
    first_action = next((i for i, word in enumerate(words) if is_action(word[0])), len(words))
    for i, word in enumerate(words):
        name = named().get(word[0])
        if name is None:
            continue
        likened = any(before[0] in _LIKENED for before in words[max(i - _NEAR, 0) : i])
        ends = words[i + 1][0] in _WHY if i + 1 < len(words) else True
        if word[0].endswith("ly") or i < first_action or ends or likened:
            return name, _without(text, word[0], i < first_action)
    return "", ""


@cache
def named() -> dict[str, str]:
    """Returns the words for manners, each with the manner that it names."""
    return {word: name for name, manner in manners().items() for word in manner.words}


def _without(text: str, word: str, of_subject: bool) -> str:
    """Returns the text without a manner's word, and without the phrase that it makes, as in "like an old man"."""
    if of_subject:
        left = re.sub(rf"\b(?:(?:very|really|quite|so) )?{word}\b", " ", text, count=1)
        left = re.sub(r"\ban(?=\s+[^aeiou\s])", "a", left)
    else:
        left = re.sub(rf"\b{_BEFORE}{word}\b{_SOMEBODY}{_MOOD}", " ", text, count=1)
    return re.sub(r"[\s,]+(?:and|while|as|with)?\s*$", "", " ".join(left.split())).strip(" ,")
