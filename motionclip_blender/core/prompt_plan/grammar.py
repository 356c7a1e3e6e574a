"""Provides the words by which prompts are read, from `grammar.json`."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from functools import cache
from pathlib import Path
from typing import Any

_FILE = Path(__file__).with_name("grammar.json")

STANDS = "stands still"
"""What a step that only waits is looked up as."""

WORD = re.compile(r"[a-z]+(?:-[a-z]+)*|\d+(?:\.\d+)?|°")
"""A word of a prompt, or a number."""


_LIMBS = r"(?:the|his|her|their) (?:arms|hands)(?= (?:there|still|in|up|like|for))"
_POSE = r"(?:the|this|that|his|her|their) (?:pose|position|posture)"
HOLDS_A_POSE = re.compile(  # no thing
    r"^(?:he |she |they )?(?:freezes?(?: (?:in place|there|still|on the spot|solid|mid[- ]\w+|"
    r"in (?:fear|terror|shock|horror|surprise)|(?:at|when|as|because) .*))*|"
    rf"(?:hold|keep)(?:s|ing)?(?: (?:it|that|this|them|there|still|{_POSE}|{_LIMBS}))?"
    r"(?: (?:there|still|in place|up|like (?:this|that)))*)"
    r"(?: (?:for )?(?:a|some|a short|a long) (?:moment|while|bit|second|time|beat))?$"
)
"""A clause in lower case that says that somebody stays as they are, whatever is said of how long in seconds."""


@cache
def grammar() -> dict[str, Any]:
    """Returns the file's lists; reads the file once."""
    return json.loads(_FILE.read_text(encoding="utf-8"))


def begins(word: str, beginnings: list[str]) -> bool:
    """Checks whether a word is one of `beginnings`, or a form of it: "walks" and "walking" of "walk"."""
    return any(word.startswith(start) and len(word) - len(start) <= _ENDING for start in beginnings)


_FORMS = ("", "e", "s", "es", "ed", "ing")
_AGENTS = ("er", "ers", "or", "ors")
_ENDINGS = ("ing", "ed", "s")  # of the forms of a verb

_TEN, _TWENTY = 10, 20
_DIGITS = 12  # of a number that is told from larger ones

_ENDING = 4  # letters that a form may add: "ping" of "skip"


@cache
def _action(word: str) -> bool:
    adjective = word.endswith("y") and word not in grammar()["actions"]  # "sneaky", of "sneak"
    return (begins(word, grammar()["actions"]) and not adjective) or verb_of(word, grammar()["verbs"]) is not None


def is_action(word: str) -> bool:
    """Checks whether a word names an action."""
    return _action(word)


def is_agent(word: str) -> bool:
    """Checks whether a word names who does something: "runner", but not "wanders"."""
    verbs = (*grammar()["actions"], *grammar()["verbs"])
    return word.endswith(_AGENTS) and word.removesuffix("s") not in verbs


@cache
def is_action_form(word: str) -> bool:
    """Checks whether a word is an action with a correctly spelt English ending: "strafe", "sitting"."""
    return any(
        word.startswith(start) and (word[len(start) :] in _FORMS or _doubled(start, word[len(start) :]))
        for start in grammar()["actions"]
    )


def verb_of(word: str, verbs: Iterable[str]) -> tuple[str, str] | None:
    """Returns the verb of which a word is a regular form, and the form's ending: "", "s", "ing" or "ed"; else None."""
    known = _forms(tuple(verbs))
    return known.get(word)


def inflected(verb: str, ending: str) -> str:
    """Returns a regular verb with the ending "", "s", "ing" or "ed"; a single letter, which is none, as it is."""
    if not ending or len(verb) == 1:
        return verb
    if ending == "s":
        if verb.endswith("y") and verb[-2] not in "aeiou":
            return f"{verb[:-1]}ies"
        return f"{verb}es" if verb.endswith(("s", "x", "z", "ch", "sh", "o")) else f"{verb}s"
    if verb.endswith("ee"):
        return f"{verb}ing" if ending == "ing" else f"{verb}d"
    if verb.endswith("e"):
        return f"{verb[:-1]}{ending}"
    if ending == "ed" and verb.endswith("y") and verb[-2] not in "aeiou":
        return f"{verb[:-1]}ied"
    short = len(verb) > 2 and verb[-1] in "bdgmnprt" and verb[-2] in "aiou" and verb[-3] not in "aeiou"
    return f"{verb}{verb[-1]}{ending}" if short else f"{verb}{ending}"


@cache
def _forms(verbs: tuple[str, ...]) -> dict[str, tuple[str, str]]:
    return {inflected(verb, ending): (verb, ending) for verb in verbs for ending in (*_ENDINGS, "")}


def _doubled(start: str, ending: str) -> bool:
    return start[-1] in "bdgmnprt" and ending == f"{start[-1]}ing"


def number_of(word: str) -> int | None:
    """Returns the number that a word or its digits name, such as "twenty-one"; else None."""
    if word.isdecimal():
        return int(word) if len(word) <= _DIGITS else 10**_DIGITS
    numbers = grammar()["numbers"]
    tens, hyphen, ones = word.partition("-")
    if hyphen and numbers.get(tens, 0) >= _TWENTY and 0 < numbers.get(ones, 0) < _TEN:
        return numbers[tens] + numbers[ones]
    return numbers.get(word)
