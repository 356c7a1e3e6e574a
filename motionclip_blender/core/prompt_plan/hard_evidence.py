"""Compares what a step asks for, its side, direction and turn, with what is measured of the known motions."""

from __future__ import annotations

import re
from collections.abc import Sequence

import numpy as np

from ..angles import apart
from .choice import Facts
from .grammar import begins, grammar
from .manner_words import named
from .plan import Segment
from .word_features import names_side

STAYS = 0.6
"""Loss of a wording whose motion lacks the requested travel, or moves both sides alike."""

_EVEN = 0.06  # least difference between the sides if one is requested
_SIDE_SAID, _OTHER_SIDE = 0.15, 0.6  # gain of a wording with the requested side, loss of one with the other
_WAY, _NEAR_WAY = 0.3, 40.0  # gain for the direction of travel, and degrees within which it agrees
_DRIFTS = 0.25  # metres per second below which a motion goes nowhere: a jump drifts
_TURN, _SAME_WAY_ROUND = 0.4, 0.06  # gains of a motion that turns as far as requested, and that way
_ONE_ARM = 0.3  # least difference between the arms if both are requested
_SAME_PLACE = 0.15  # gain of a wording that says "over", as is asked for
_OTHER_PLACE = 0.4  # loss of one that says "off"
_ONE_SIDE, _CLEARLY = 1.5, 0.3  # gain for the difference between the sides if one is requested, and where it ends
_STEPS = re.compile(r"\b(?:step|walk|climb|run|march)(?:s|ping|ing|ning)?\b")  # in which both legs take part
_SAME_SURFACE = 0.8  # gain of a wording that says "floor", too; a motion that reaches another place looks wrong
_PLACES = tuple(frozenset([word]) for word in ("over", "onto", "off", "under", "overhead"))
_SAME_PART = 0.4  # gain of a wording that names the same part of the body, or a place beside it
_PARTS = (
    frozenset(["stomach", "belly", "gut", "abdomen"]),
    frozenset(["face", "jaw", "nose", "chin"]),
    frozenset(["between"]),
)
_THROWS = frozenset(["underhand", "underarm"]), frozenset(["overhand", "overarm"])
_KICKS = tuple(frozenset([kind]) for kind in ("roundhouse", "front", "axe", "crescent", "hook", "spinning"))
_CRAWLS = frozenset(["knees", "fours"]), frozenset(["belly", "stomach", "army", "soldier", "elbows"])
# gain of a wording that says "floor", and loss of one that says "table", if what is picked up has no place
_LIKELY = 0.3
_PICKS = frozenset(["pick", "picks", "picking", "picked"])
_ON_TABLES = frozenset(
    ["cup", "mug", "glass", "phone", "telephone", "book", "pen", "pencil", "fork", "knife", "spoon", "plate", "bottle"]
)
_CLIMBED = frozenset(["stairs", "staircase", "steps", "ladder", "ramp", "slope", "hill", "upstairs", "downstairs"])
_UP_OR_DOWN = (
    frozenset(["up", "upstairs", "upwards", "ascends", "ascending", "uphill"]),
    frozenset(["down", "downstairs", "downwards", "descends", "descending", "downhill"]),
)
_SLOW, _QUICK = frozenset(["slow", "slowly", "slower"]), frozenset(["quickly"])
_OTHER_PACE = 0.25  # loss of a wording that says how fast, where nothing of that is asked for
_WAYS = frozenset(["backward", "backwards"]), frozenset(["forward", "forwards"])  # in which somebody falls or is pushed
_OTHER_WAY = 90.0  # degrees from which on somebody goes another way
_FLIGHT = frozenset(["jump", "jumps", "jumping", "leap", "leaps", "leaping", "hop", "hops", "hurdle", "hurdles"])
_SURFACES = (
    frozenset(["floor", "ground"]),
    frozenset(["table", "desk", "counter"]),
    frozenset(["shelf", "cupboard"]),
    frozenset(["tiptoe", "tiptoes", "toes"]),
    frozenset(["high"]),
)


class HardEvidence:
    """The sides that wordings name, and measures of their motions."""

    def __init__(self, texts: Sequence[str], facts: Sequence[Facts], motions: np.ndarray) -> None:
        """texts: n wordings. facts: of each motion. motions: (n,) the motion of each wording."""
        self._left = np.array([names_side(text, "left") for text in texts])
        words = [frozenset(text.lower().split()) for text in texts]
        manners = frozenset(named())
        self._flies, self._slow, self._quick, self._mannered = _with_any(words, (_FLIGHT, _SLOW, _QUICK, manners))
        self._climbs = _with_any(words, _UP_OR_DOWN)
        self._high = _with_any(words, (*_SURFACES[1:3], _ON_TABLES)).any(axis=0)
        self._places, self._surfaces, self._ways = (_with_any(words, each) for each in (_PLACES, _SURFACES, _WAYS))
        of_acts = (_PARTS, _THROWS, _CRAWLS, _KICKS)
        self._parts, self._throws, self._crawls, self._kicks = (_with_any(words, each) for each in of_acts)
        self._right = np.array([names_side(text, "right") for text in texts])
        self._one_sided = {limb: np.abs([getattr(each, limb) for each in facts])[motions] for limb in ("arm", "leg")}
        goes = [each.travel is not None and each.speed >= _DRIFTS for each in facts]
        travels = [each.travel if going else np.nan for each, going in zip(facts, goes, strict=True)]
        self._travels = np.array(travels, float)[motions]
        self._drifts = np.array([np.nan if each.travel is None else each.travel for each in facts], float)[motions]
        self._turns = np.array([each.turn for each in facts])[motions]

    def of(self, segment: Segment) -> np.ndarray:
        """Returns how much the score of each wording changes by side, place, direction and turn, (n,)."""
        out = np.zeros(len(self._left), np.float32)
        if segment.side:
            out += self._of_side(segment)
        elif segment.both:
            out -= _OTHER_SIDE * (self._left ^ self._right) + STAYS * (self._one_sided["arm"] > _ONE_ARM)
        elif segment.single:
            out -= STAYS * (self._one_sided["arm"] < _EVEN)
        # what is looked up without its place is still done there
        words = frozenset(f"{segment.text} {segment.said}".lower().split())
        if _STEPS.search(segment.text) and not _FLIGHT & words:  # who steps over something does not leap
            out -= _OTHER_PLACE * self._flies
        if _CLIMBED & words:
            for group, other in zip(_UP_OR_DOWN, reversed(self._climbs), strict=True):
                out -= bool(group & words) * _OTHER_PLACE * other
        if not segment.manner:
            out -= _OTHER_PACE * (not named().keys() & words) * self._mannered
            out -= _OTHER_PACE * (self._slow * (segment.speed >= 1.0) + self._quick * (segment.speed <= 1.0))
        goes = any(begins(word, [*grammar()["moves"], "climb", "duck", "fall"]) for word in words)
        for gain, groups, told in (
            (goes * _SAME_PLACE, _PLACES, self._places),
            (_SAME_SURFACE, _SURFACES, self._surfaces),
            ((segment.travel is None) * _WAY, _WAYS, self._ways),
            (_SAME_PART, _PARTS, self._parts),
            (_SAME_PART, _THROWS, self._throws),
            (_SAME_PART * ("crawl" in segment.text.lower()), _CRAWLS, self._crawls),
            *([(_SAME_PART, _KICKS, self._kicks)] if "kick" in segment.text.lower() else ()),
        ):
            for group, same in zip(groups, told, strict=True):
                if group & words:
                    out += gain * same - _OTHER_PLACE * (told.any(axis=0) & ~same)
        if segment.travel is None:
            for group, way in zip(_WAYS, (180.0, 0.0), strict=True):
                if group & words:
                    out -= _OTHER_PLACE * (apart(self._drifts, way) > _OTHER_WAY)
        placed = any(group & words for group in _SURFACES)
        if words & _PICKS and "up" in words and not (placed or segment.side or words & _ON_TABLES):
            out += _LIKELY * (self._surfaces[0].astype(np.float32) - self._high)
        away = apart(self._travels, segment.travel or 0.0)
        if segment.travel is not None:
            out += np.where(np.isnan(away), -STAYS, np.where(away < _NEAR_WAY, _WAY, 0))
        if segment.on_spot and segment.turn:
            out += self._of_turn(segment.turn)
        elif segment.turn is not None or segment.steps is not None:
            out += np.where(np.isnan(away) | (away > _NEAR_WAY), -STAYS, 0)
        return out

    def _of_side(self, segment: Segment) -> np.ndarray:
        same, other = (self._left, self._right) if segment.side == "left" else (self._right, self._left)
        out = _SIDE_SAID * (same & ~other) - _OTHER_SIDE * (other & ~same)
        if segment.limb in self._one_sided and not (segment.limb == "leg" and _STEPS.search(segment.text)):
            more = self._one_sided[segment.limb]
            out += _ONE_SIDE * np.minimum(more, _CLEARLY) - STAYS * (more < _EVEN)
        return out

    def _of_turn(self, degrees: float) -> np.ndarray:
        """Returns the gain for turning by about as much: a turn in place is made narrower or wider, and a far narrower
        or wider one looks worse. A mirror image would do, so that the way round counts less."""
        far = np.exp(-np.abs(np.log(np.abs(self._turns).clip(1.0) / abs(degrees))))
        return _TURN * far + _SAME_WAY_ROUND * (self._turns * degrees > 0)


def _with_any(texts: Sequence[frozenset[str]], groups: Sequence[frozenset[str]]) -> np.ndarray:
    """Returns which texts, as their words, have a word of each group, (groups, texts)."""
    return np.array([[bool(words & group) for words in texts] for group in groups])
