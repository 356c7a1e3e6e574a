"""Compares what wordings say with facts: the side that acts, the direction of travel, the turn and the count."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from .captions import CaptionedSpan
from .span_measures import Measures

_LIMBS = r"(?:hands?|arms?|fists?|elbows?|shoulders?|palms?|wrists?|legs?|foot|feet|knees?|heels?|toes?|thighs?)"
_SIDE = re.compile(rf"\b(left|right)(?:-| )(?:\w+ )?{_LIMBS}\b", re.IGNORECASE)
_TURNING = (
    r"(?:turn(?:s|ing|ed)?|spin(?:s|ning)?|pivot(?:s|ing)?|veer(?:s|ing)?|curv(?:es?|ing)|rotat(?:es?|ing)"
    r"|bend(?:s|ing)? off)"
)
_OTHER_WORDS = rf"(?!{_TURNING}|and\b|then\b)[\w-]+?"
_NOT_OF_A_LIMB = rf"\b(?![ -]{_LIMBS})"
_TURN = re.compile(
    rf"\b{_TURNING}\b(?:[ -]{_OTHER_WORDS}){{0,4}}?[ -](left|right){_NOT_OF_A_LIMB}"
    rf"|\b(left|right)(?:[ -]hand)? (?:\w+ )?(?:turn|pivot|spin|corner|bend|curve|circle)s?\b",
    re.IGNORECASE,
)
_CLOCK = re.compile(r"\b(counter-?|anti-?)?clockwise\b", re.IGNORECASE)
_AROUND = re.compile(
    rf"(?<!without )\b{_TURNING} (?:a)?round\b|\babout[- ]face\b|\bu-?turn\b|\bhalf turn\b", re.IGNORECASE
)
_GOING = (
    r"(?:step(?:s|ping)?|walk(?:s|ing)?|runs?|running|jog(?:s|ging)?|mov(?:es?|ing)|shuffl(?:es?|ing)|straf(?:es?|ing)"
    r"|sidesteps?|sidestepping|hop(?:s|ping)?|jump(?:s|ing)?|leap(?:s|ing)?|crawl(?:s|ing)?|dash(?:es|ing)?)"
)
_WAY = re.compile(
    rf"\b{_GOING}\b(?: {_OTHER_WORDS}){{0,3}}? (forwards?|ahead|backwards?|sideways|left|right){_NOT_OF_A_LIMB}",
    re.IGNORECASE,
)
_BACK = re.compile(r"\b(?:backs|backing) (?:away|off|up)\b", re.IGNORECASE)
_WAYS = {"forwards": "forward", "ahead": "forward", "backwards": "backward"}
_OPPOSITE = {"left": "right", "right": "left", "forward": "backward", "backward": "forward"}
_AROUND_FROM = 110.0  # degrees from which on a turn is one around
_HARDLY = 15.0  # degrees below which nobody turns
_OFF = 75.0  # degrees by which a given turn may differ from the measured one
_MISCOUNTED = 0.5  # share by which a given count may differ from the measured one, and at least 2


@dataclass(frozen=True)
class Facts:
    """side: "left", "right" or "". direction: of travel, or "". turn: degrees, left positive; None if not known."""

    side: str = ""
    direction: str = ""
    turn: float | None = None


def facts_of(span: CaptionedSpan) -> Facts:
    """Returns the facts that a line of captions gives."""
    return Facts(span.side, span.direction, span.turn)


def told(caption: str) -> Facts:
    """Returns what a wording says. A turn of 180 or -180 stands for one around, 90 or -90 for one to a side."""
    sides = {side.lower() for side in _SIDE.findall(caption)}
    turn: float | None = None
    if found := _TURN.search(caption):
        turn = 90.0 if (found[1] or found[2]).lower() == "left" else -90.0
    elif found := _CLOCK.search(caption):
        turn = 90.0 if found[1] else -90.0
    if _AROUND.search(caption):
        turn = 180.0 if turn is None or turn > 0 else -180.0
    way = ""
    if _BACK.search(caption):
        way = "backward"
    elif (found := _WAY.search(caption)) and turn is None:
        way = _WAYS.get(found[1].lower(), found[1].lower())
    return Facts(sides.pop() if len(sides) == 1 else "", way, turn)


def contradictions(captions: tuple[str, ...], facts: Facts) -> Iterator[str]:
    """Yields a sentence for every wording that contradicts the facts."""
    for caption in captions:
        said = told(caption)
        if said.side and facts.side and said.side != facts.side:
            yield f'"{caption}" says {said.side}, and it is the {facts.side} side that acts.'
        if said.turn is not None and facts.turn is not None:
            around = abs(said.turn) > 90
            sided = not around or _TURN.search(caption) or _CLOCK.search(caption)
            if abs(facts.turn) < _HARDLY or (around and abs(facts.turn) < _AROUND_FROM):
                yield f'"{caption}" says more of a turn than there is, {facts.turn:.0f} degrees.'
            elif sided and said.turn * facts.turn < 0:
                yield f'"{caption}" says the other side than the turn of {facts.turn:.0f} degrees (left is positive).'
        if said.direction and facts.direction and _other_way(said.direction, facts.direction):
            yield f'"{caption}" says {said.direction}, and the way is {facts.direction}.'


def _other_way(said: str, fact: str) -> bool:
    if said == "sideways":
        return fact not in ("left", "right")
    return fact != said


def measured_contradictions(span: CaptionedSpan, measured: Measures) -> Iterator[str]:
    """Yields a sentence for every fact that a line gives and its motion contradicts, and for its wordings likewise."""
    for limb in ("arm", "leg"):
        value = getattr(measured, limb)
        other = max(abs(measured.arm), abs(measured.leg)) == abs(value)
        if span.side and other and measured.side and _OPPOSITE[span.side] == measured.side:
            yield f'"side" is "{span.side}", and the {measured.side} {limb} moves more.'
    if span.direction and measured.direction and _OPPOSITE[span.direction] == measured.direction:
        yield f'"direction" is "{span.direction}", and it travels {measured.direction}.'
    if span.turn is not None and abs(span.turn - measured.turn) > _OFF:
        yield f'"turn" is {span.turn:g}, and it turns by {measured.turn:.0f} degrees.'
    if span.count is not None and abs(span.count - measured.count) > max(2, _MISCOUNTED * span.count):
        yield f'"count" is {span.count}, and the movement goes out {measured.count} times.'
    own = Facts(
        "" if span.side else measured.side,
        "" if span.direction else measured.direction,
        measured.turn if span.turn is None else None,
    )
    yield from contradictions(span.captions, own)
