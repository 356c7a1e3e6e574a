"""Puts in what a clause takes up again of steps before: "keeps going", "continues shuffling", "right" after a look."""

from __future__ import annotations

import re
from collections.abc import Sequence

from .as_before import only_a_way
from .gesture import LOOKS
from .plan import Segment
from .segments import goes
from .word_features import content, stem

_FORTH_OR_BACK = re.compile(r"\b(?:forwards?|backwards?|clockwise|counter-?clockwise)\b", re.IGNORECASE)
_TAKES_UP = re.compile(  # what was done before
    r"(?:(?:he|she|they|it) )?(?:continue|resume)s?(?: to| with)?(?: (?:his|her|their|the))? (\w+)(?: again| on)?"
)
_GOES_ON = re.compile(
    r"(?:(?:he|she|they|it) )?(?:keep(?:s)? (?:on )?(?:going|moving)|go(?:es)? on|continue(?:s)?|carr(?:ies|y) on|"
    r"resume(?:s)?|move(?:s)? on)(?: (?:on|again|forward|ahead|as before|on (?:his|her|their) way))*"
    r"(?P<how>(?: at an?)?(?: (?:slightly|much|a bit|a little|a lot))?"
    r"(?: (?:faster|quicker|brisker|slower|slow|fast|brisk|quick))(?: (?:pace|speed))?)?"
)
_BACK_TO = re.compile(
    r"\b(?:go|get|return)(?:es|s|ing)? (?:right |straight )?(?:back )?to (?=(?!standing|"
    r"sitting|lying|kneeling)\w+ing\b)",
    re.I,
)
_OVER_HEAD = re.compile(r"(?:above|over) (?:(?:the|his|her|their) )?head", re.IGNORECASE)
_ARMS = re.compile(r"\barms\b")


def taken_up(clause: str, before: Sequence[Segment]) -> str:
    """Returns what a clause takes up again: "an old man shuffles", said before, for "continues shuffling", "looks
    right" for "right" after "looks left", and "raises the arms up" for "up" after something else that arms do."""
    if before and only_a_way(clause.strip().lower()):
        gesture, way = before[-1].gesture, _FORTH_OR_BACK.fullmatch(clause.strip())
        if way and len(turned := _FORTH_OR_BACK.split(before[-1].said)) > 1:  # "swings the arms forward, then backward"
            return clause.strip().join(turned)
        if gesture is not None and gesture.kind == LOOKS:
            return f"tilts the head {clause}" if gesture.stays else f"looks {clause}"
        if before[-1].text.startswith("point"):
            return f"points {clause}"
        if before[-1].both or _ARMS.search(before[-1].said.lower()):
            return f"raises the arms {_OVER_HEAD.sub('overhead', clause)}"
    clause = _BACK_TO.sub("", clause)
    if goes_on := _GOES_ON.fullmatch(clause.strip().lower()):
        return next((f"{step.said}{goes_on['how'] or ''}" for step in reversed(before) if goes(step)), clause)
    match = _TAKES_UP.fullmatch(clause.strip().lower())
    verb = stem(match[1]) if match else ""
    return next((step.said for step in reversed(before) if verb and verb in content(step.text)), clause)
