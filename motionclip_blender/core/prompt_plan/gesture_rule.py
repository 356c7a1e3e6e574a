"""Defines what rules for gestures are made of, and what all lists of them share."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property

from .gesture import TOUCHES, Gesture

THE = r"(?:(?:the|his|her|their|its|my|your|one's|own|both|one|a|an|two) )*"
SELF = r"(?:himself|herself|themselves|themself|yourself|itself)"
HAND = rf"{THE}(?:(?P<side>left|right) )?(?P<hand>hands?|palms?|arms?)"
WITH_HAND = (
    rf"(?: (?:with|using) {THE}(?:(?P<with>left|right) )?"
    rf"(?:index )?(?:hand|arm|finger)(?! (?:on|in|at|behind|over) ))?"
)
BOTH = ("left", "right")


@dataclass(frozen=True, eq=False)
class Rule:
    """How a gesture is named. example: a clause that names it. pattern: of its words in lower case. made: the gesture
    of a match. unless: a pattern of what else is said in clauses that mean something else; none if it is empty."""

    example: str
    pattern: str
    made: Callable[[re.Match[str]], Gesture]
    unless: str = ""

    @cached_property
    def words(self) -> re.Pattern[str]:
        return re.compile(self.pattern)

    def found_in(self, text: str) -> re.Match[str] | None:
        """Returns the match of the words that name the gesture in a text; None if it does not."""
        return None if self.unless and re.search(self.unless, text) else self.words.search(text)


def put(place: str, sides: tuple[str, ...], moves: str = "") -> Gesture:
    """Returns the gesture of the hands of `sides` at a place, where they move, if `moves` names how."""
    return Gesture(TOUCHES, place=place, sides=sides, moves=moves)


def held(place: str) -> Callable[[re.Match[str]], Gesture]:
    """Returns what makes the gesture of the hands that a match names: both for "hands", the right one for none."""

    def made(match: re.Match[str]) -> Gesture:
        found = match.groupdict()
        side = found.get("side") or found.get("own") or found.get("with")
        return put(place, (side,) if side else BOTH if (found.get("hand") or "").endswith("s") else ("right",))

    return made


def by_both(place: str, moves: str = "") -> Callable[[re.Match[str]], Gesture]:
    """Returns what makes a gesture of both hands."""
    return lambda _: put(place, BOTH, moves)
