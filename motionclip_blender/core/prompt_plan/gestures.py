"""Reads gestures that are made by rule on whatever the body does else: looks, claps, hands put to the body."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

from .grammar import STANDS, is_action

CLAPS, LOOKS, TOUCHES = "claps", "looks", "touches"

_THE = r"(?:(?:the|his|her|their|its|my|your|one's|own|both|one|a|an|two) )*"
_LOOKS = re.compile(
    r"\b(?:look|glanc|gaz|peer|star|peek)(?:s|es|e|ing)?\b(?: (?!for\b|at\b|after\b|like\b)\w+ly)?"
    rf" (?:(?:over|to|towards?|up|down|out) ){{0,2}}{_THE}"
    r"(?P<way>left|right|up|upwards?|down|downwards?|around|shoulder|sky|ceiling|floor|ground|feet|shoes)\b"
    r"(?: shoulder| side)?"
    rf"(?:(?: and|,)(?: then)? (?:to )?{_THE}(?P<also>left|right|up|down)\b)?"
    rf"(?: (?:at|to|towards?) {_THE}(?:sky|ceiling|sun|moon|stars|floor|ground|feet|shoes))?"
)
_TURNS_HEAD = re.compile(
    rf"\b(?:turn(?:s|ing)?) {_THE}(?:head|face|gaze) (?:(?:to|towards?) )?{_THE}(?P<way>left|right|up|down)\b(?: side)?"
)
_CLAPS = re.compile(
    rf"\b(?:clap(?:s|ping)?|applaud(?:s|ing)?)\b(?: {_THE}hands?)?(?: together)?"
    r"(?: (?:enthusiastically|loudly|politely|happily|excitedly|rhythmically|along|in applause|"
    r"at the (?:show|audience)))?"
)
_PART = (
    r"(?P<part>chest|heart|stomach|belly|tummy|abdomen|hips?|waist|head|hair|forehead|brow|temple|face|cheeks?|chin|"
    r"mouth|lips|nose|eyes?|ears?|shoulder)"
)
_TOUCHES = re.compile(
    rf"\b(?:(?:put|plac|hold|rest|lay|rais|bring|lift|mov)(?:s|es|e|ting|ing)? "
    rf"{_THE}(?:(?P<side>left|right) )?(?P<hand>hands?|palms?|arms?)"
    rf"(?: (?:up|out|back))? (?:on|onto|to|over|against|at|in front of) "
    rf"|(?:touch|cover|clutch|grab|hold|rub|tap|pat)(?:s|es|ing|ping|bing|ting)? )"
    rf"{_THE}(?:(?P<own>left|right|opposite|other) )?{_PART}\b"
    rf"(?: (?:with|using) {_THE}(?:(?P<with>left|right) )?(?P<by>hands?|palms?|fingers?))?"
)
_WITH_OTHERS = re.compile(r"\b(?:against|overhead|above|with (?:an?|his|her|their|the|some|another)\b)")
_SALUTES = re.compile(r"\bsalut(?:es|e|ing)\b(?: (?:the|his|her|their|an?) (?:\w+ ?){1,2})?")
_PLACES = {
    "heart": "chest", "belly": "stomach", "tummy": "stomach", "abdomen": "stomach", "hips": "hip", "waist": "hip",
    "hair": "head", "brow": "forehead", "temple": "forehead", "cheek": "face", "cheeks": "face", "eye": "face",
    "eyes": "face", "chin": "mouth", "lips": "mouth", "nose": "mouth", "ears": "ear",
}  # fmt: skip
_BY_BOTH = ("hips", "waist", "ears", "cheeks", "eyes", "face")  # which plural hands are put to, one each
_LEFT, _RIGHT, _UP, _DOWN = (65.0, 0.0), (-65.0, 0.0), (0.0, -35.0), (0.0, 40.0)  # degrees of a look
_NAMES = {_LEFT: "to the left", _RIGHT: "to the right", _UP: "up", _DOWN: "down"}
_UPWARD = ("up", "sky", "ceiling")


@dataclass(frozen=True)
class Gesture:
    """What is made by rule. kind: one of `CLAPS`, `LOOKS` and `TOUCHES`.

    looks: where the gaze goes, one after the other, as degrees to the left and down. place: of `modifiers.touching`,
        with the hands of `sides`. count: how often it is done; None if that is not said. alone: whether nothing else is
        done.
    """

    kind: str
    looks: tuple[tuple[float, float], ...] = ()
    place: str = ""
    sides: tuple[str, ...] = ()
    count: int | None = None
    alone: bool = True

    @property
    def told(self) -> str:
        """The gesture in words, for the user."""
        if self.kind == CLAPS:
            return "made by rule: hands clap" + (f", {self.count} times" if self.count else "")
        if self.kind == LOOKS:
            return f"made by rule: a look {', then '.join(_NAMES[look] for look in self.looks)}"
        return f"made by rule: {' and '.join(self.sides)} hand to the {self.place}"


def gesture_of(text: str) -> tuple[Gesture | None, str]:
    """Returns the gesture that a clause in lower case names, and the clause without it: "stands still" in its place,
    where nothing else is done. Returns None and the clause if it names none."""
    for pattern, made in _READ:
        match = pattern.search(text)
        if match is None or (pattern is _CLAPS and _WITH_OTHERS.search(text[match.end() :])):
            continue
        before, after = text[: match.start()].strip(), text[match.end() :].strip()
        acts = any(is_action(word) for word in (*before.split(), *after.split()))
        return replace(made(match), alone=not acts), " ".join((before, "" if acts else STANDS, after)).strip()
    return None, text


def _look(match: re.Match[str]) -> Gesture:
    ways = (match["way"], match.groupdict().get("also"))
    return Gesture(LOOKS, tuple(look for way in ways if way for look in _looks_to(way)))


def _looks_to(way: str) -> tuple[tuple[float, float], ...]:
    if way == "around":
        return _LEFT, _RIGHT
    if way in ("left", "right", "shoulder"):
        return (_LEFT if way == "left" else _RIGHT,)
    return (_UP if way.startswith(_UPWARD) else _DOWN,)


def _clap(_: re.Match[str]) -> Gesture:
    return Gesture(CLAPS)


def _salute(_: re.Match[str]) -> Gesture:
    return Gesture(TOUCHES, place="forehead", sides=("right",))


def _touch(match: re.Match[str]) -> Gesture:
    part = match["part"]
    hand = match["hand"] or match["by"] or ""
    both = hand.endswith("s") or (not hand and part in _BY_BOTH)
    own = match["own"] if match["own"] in ("left", "right") else ""
    side = match["side"] or match["with"] or own or "right"
    if part == "shoulder" and own == side:  # which is reached with the other hand
        side = "right" if own == "left" else "left"
    return Gesture(TOUCHES, place=_PLACES.get(part, part), sides=("left", "right") if both else (side,))


_READ = ((_LOOKS, _look), (_TURNS_HEAD, _look), (_CLAPS, _clap), (_SALUTES, _salute), (_TOUCHES, _touch))
