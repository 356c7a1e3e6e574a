"""Says what a verb asks for that stands alone, where the wordings with that verb tell of something more special."""

from __future__ import annotations

import re

from .grammar import STANDS, grammar, is_action, verb_of
from .looked_up import does_it
from .manner_words import named

PLAINLY = {
    "cut": "slashing",
    "freeze": STANDS,
    "gesture": "gestures with the hands",
    "grab": "takes something",
    "halt": STANDS,
    "rake": "sweeping",
    "receive": "takes something",
    "snipe": "aims a rifle",
}
"""Verb -> what it asks for alone: who "snipes" dies of no shot, and who "freezes" does not shiver."""

_MOST_OF_WHO = 4  # words
_HOW = re.compile(r"(?: (?:\w+ly|again|a lot|for a (?:moment|while|bit)))*")
_TO_SOMEBODY = re.compile(  # "gestures at the board"
    r" (?:at|to|towards?|for) (?:the|an?|his|her|their|some) .*| with (?:(?:the|his|her|their|both) )+hands?"
)
_AS_IF = re.compile(r",? (?:as if|as though|because|when|upon) .*")  # "freezes as if hearing a noise"


def alone(text: str) -> str:
    """Returns what a clause in lower case asks for, if its verb is one of `PLAINLY` that stands alone, but for who does
    it and how; else the clause."""
    words = text.split()
    at = next((i for i, word in enumerate(words[: _MOST_OF_WHO + 1]) if is_action(word) or verb_of(word, PLAINLY)), -1)
    verb = verb_of(words[at], PLAINLY) if at >= 0 else None
    if verb is None or not does_it(words[:at]):
        return text
    rest = "".join(f" {each}" for each in words[at + 1 :])
    how = _HOW.match(rest)
    assert how is not None  # which may be nothing
    after, plainly = rest[how.end() :], PLAINLY[verb[0]]
    to_all = (plainly == STANDS and _AS_IF.fullmatch(after)) or (verb[0] == "gesture" and _TO_SOMEBODY.fullmatch(after))
    if after and not to_all:
        return text
    kept = {*grammar()["speeds"], *named()}
    return " ".join((plainly, *(word for word in how[0].split() if word in kept)))
