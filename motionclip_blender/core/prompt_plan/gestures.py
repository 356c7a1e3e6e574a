"""Reads the gestures that a clause names."""

from __future__ import annotations

import re
from dataclasses import replace

from .gesture import TOUCHES, Gesture
from .gesture_rule import Rule
from .gesture_rules import AND_ALSO, RULES
from .grammar import STANDS, grammar, is_action, is_agent, verb_of

_MOST = 4  # gestures of a clause
_TAKEN_OUT = "\0"  # where the words of a gesture were
_PURPOSE = re.compile(  # "rubs the hands to warm up"
    f"{_TAKEN_OUT}\\s*(?:(?:in order )?to (?:warm|keep|get|see|show|clean|dry|calm|cool|check|hide|stop|avoid|ease|"
    f"signal|ask|think)|like|as if|as though)\\b[^,{_TAKEN_OUT}]*$"
)
_PUTS = re.compile(
    r"(?:put|plac|hold|clasp|cross|fold|keep|rest|hid|lac|interlac|lock|hug|wrap|stretch|spread|rais|lift|extend)"
    r"[a-z]* |(?:with |left |right |both |the |his |her )*(?:arms|hands?)\b"
)
_HELD_ON = ("phone",)  # which stays in the hand until it is put down
_KEPT = (
    "hip",
    "back",
    "nape",
    "pocket",
    "elbow",
    "shoulder",
    "phone",
    "head",
    "up",
    "aside",
    "ahead",
    "chest",
    "guard",
    "overhead",
    "tray",
    "rifle barrel",
    "rifle butt",
)
_CARRIES = re.compile(r"\bcarr(?:y|ies|ying)\b")
WALKS = "walks"
"""What the words of a gesture are replaced by, if they say that somebody carries something and nothing else."""

_ARTICLES = ("a", "an", "the", "his", "her", "their", "its", "my", "your")
_SIDED = re.compile(r"\b(?:left|right)\b")
_HOW = re.compile(r"\b(?:slowly|quickly|gently|carefully|gradually|calmly|briefly|nervously) ?")
_OFTEN = re.compile(
    r"( (?:\w+ times|once|twice|thrice))((?: (?:high|straight))? (?:above|over|overhead|on|at|behind)\b.*)$"
)
_PERFORMS = ("does", "do", "doing", "performs", "performing", "makes", "takes", "gives", "throws", "executes")
_IS = re.compile(r"\b(?:is|are|was|were) $")  # of "is clapping"


def gesture_of(text: str) -> tuple[Gesture | None, str]:
    """Returns the gesture that a clause in lower case names, and the clause without it: "stands still" in its place,
    where nothing else is done. Further ones are with the first. Returns None and the clause if it names none."""
    text = _OFTEN.sub(r"\2\1", text)
    if _first_of(RULES, text) is None and _first_of(RULES, slow := _HOW.sub("", text)) is not None:
        text = slow  # "raises both arms slowly to the sides"
    found: list[Gesture] = []
    rest = text
    while len(found) < _MOST and (one := _first_of((AND_ALSO, *RULES) if found else RULES, rest)) is not None:
        found.append(one[0])
        rest = one[1]
    if not found:
        return None, text
    rest = _PURPOSE.sub(_TAKEN_OUT, rest)
    carries = _CARRIES.search(text) is not None and not any(_acts(part) for part in rest.split(_TAKEN_OUT))
    if carries:  # who carries something goes
        rest = rest.replace(_TAKEN_OUT, WALKS, 1)
    acts = any(_acts(part) for part in rest.split(_TAKEN_OUT))
    gesture = None
    for each in reversed(found):
        gesture = replace(each, alone=not acts).with_also(gesture)
    rest = rest.replace(_TAKEN_OUT, "" if acts else STANDS, 1).replace(_TAKEN_OUT, "")
    return gesture, " ".join(rest.split()).replace(" ,", ",")


def _begins(word: str) -> bool:
    """Checks whether a word is a verb that says little of how the body moves: "slumps in his chair typing"."""
    form = verb_of(word, grammar()["also_begin"])
    return form is not None and form[1] == "s"


def only_by_rule(said: str) -> str:
    """Returns the sentence about a clause of which only a gesture is made."""
    return f'Of "{said}" only what is made by rule is shown; the rest is nothing that is known.'


def _first_of(rules: tuple[Rule, ...], text: str) -> tuple[Gesture, str] | None:
    """Returns the gesture of the first rule that matches a text, and the text without its words."""
    for rule in rules:
        match = rule.found_in(text)
        if match is not None:
            made = rule.made(match)
            put = made.place in _KEPT and bool(_PUTS.match(match[0].strip()))
            kept = made.kind == TOUCHES and not made.moves and (put or made.place in _HELD_ON)
            made = replace(made, sided=bool(_SIDED.search(match[0])), kept=kept)
            return made, f"{_IS.sub('', text[: match.start()])} {_TAKEN_OUT} {text[match.end() :]}"
    return None


def _acts(text: str) -> bool:
    """Checks whether a text names an action; a noun after an article is none: "at a sink", but for "does a flip"."""
    words = text.split()
    before = ("", *words)
    return any(
        ((is_action(word) and not is_agent(word)) or _begins(word))
        and (before[i] not in _ARTICLES or (i > 1 and before[i - 1] in _PERFORMS))
        for i, word in enumerate(words)
    )
