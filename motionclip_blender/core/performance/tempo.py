"""Tells how fast a step is played: by its words, by the manner that it asks for, and as fast as its motion goes."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from ..modifiers.manner import flies, manners, pace
from ..modifiers.way import SLOWEST
from ..motion import Motion
from ..prompt_plan.choice import Choice
from ..prompt_plan.grammar import grammar
from ..prompt_plan.plan import Segment

if TYPE_CHECKING:
    from ..engine import Engine

FASTEST = 2.0
"""Largest acceleration of a motion."""

_SLOW = 0.1  # metres per second below which a motion is not compared with others of its class
_PLAIN_SLOW = 0.65  # the speed of "slowly"
_OF_ASKED = 0.7  # power of the speed that is asked for by which a motion changes that is slow, or fast, by itself
_SPRINTS = ("sprint", "sprints", "brisk")  # which are fast by themselves


def manner_of(segment: Segment, choice: Choice) -> str:
    """Returns the manner that the step's motion is still to be given; empty for none."""
    return "" if choice.taken else segment.manner


def pace_of(segment: Segment, choice: Choice, motion: Motion, engine: Engine) -> float:
    """Returns the factor by which a step's manner plays its motion faster."""
    manner = manner_of(segment, choice)
    return pace(manner, flies(motion, engine.body), choice.styled) if manner else 1.0


def winds(segment: Segment, choice: Choice) -> bool:
    """Checks whether a step goes a way that turns to and fro: a zigzag, or that of the drunk, or without an aim."""
    manner = manner_of(segment, choice)
    weaves = bool(manner) and manners()[manner].weave > 0 and segment.turn is None
    return choice.facts.travel is not None and choice.facts.after == "repeat" and (weaves or bool(segment.winds))


def speed_of(segment: Segment, choice: Choice) -> float:
    """Returns the factor by which the words of a step play its motion faster."""
    facts, asked = choice.facts, segment.speed
    if asked == 1.0:
        return asked
    named = _names_speed(choice.wording, segment)
    more = 1.0 if asked > 1 else min(asked / _PLAIN_SLOW, 1.0)  # "very slowly" is slower than a "slow walk"
    if not choice.usual or facts.travel is None or facts.speed <= _SLOW:
        return more if named else asked
    # "slowly" is slower than others go; a motion may be slow, or fast, by itself, but is changed unless it is said so
    speed, least = asked * choice.usual / facts.speed, more if named else asked**_OF_ASKED
    return float(np.clip(speed, SLOWEST, least) if asked < 1 else np.clip(speed, least, FASTEST))


def _names_speed(wording: str, segment: Segment) -> bool:
    """Checks whether the chosen wording names the speed itself: "slow walk"."""
    speeds = [grammar()["speeds"].get(word, 1.0) for word in wording.lower().split()]
    if segment.speed < 1:
        return min(speeds) < 1
    return max(speeds) > 1 or not set(_SPRINTS).isdisjoint(wording.lower().split())
