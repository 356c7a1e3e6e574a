"""Tells how many frames each step of a plan takes, and how many of its motion are decoded for that."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from ..cleanup.coasting import coasted
from ..cleanup.seams import SEAM
from ..cleanup.windows import steady
from ..measure import active_part
from ..modifiers.manner import pace
from ..modifiers.way import rounds_of
from ..motion import Motion
from ..prompt import MAX_FRAMES
from ..prompt_plan.choice import Choice
from ..prompt_plan.plan import Plan, Segment
from .gesturing import length_of_gesture
from .tempo import manner_of, pace_of, speed_of, winds

if TYPE_CHECKING:
    from ..engine import Engine

STILLNESS = 4
"""Frames of stillness that are kept after a movement without repetition."""

_NATURAL = 60  # frames of a step without a requested length
_WINDING = 150  # frames of a way that turns to and fro
_SHORTEST = 24  # frames of a step among others
_LONGEST = 120  # frames of a step without a requested duration
_TURN = 90  # frames of a turn of less than `_FAR`
_FAR = 200  # degrees
_WHOLE = 120  # frames that are searched for the end of a movement without repetition
_GAITS = ("walk", "run", "jog", "sprint", "march", "speed_up", "basketball_dribble")  # begin names of classes
_MARGIN, _FEWEST = 2, 20  # frames to spare, and that are decoded at least


def shares(plan: Plan, own: Sequence[int], frames: int | None, fps: float) -> list[int]:
    """Returns the frames of each step; those of counted steps may change.

    own: the natural length of each step. frames: of the whole motion; None for as long as the steps take.
    """
    many = len(plan.segments)
    told = [None if s.seconds is None else max(round(fps * s.seconds), 2) for s in plan.segments]
    if frames is None:
        return [min(n or each, MAX_FRAMES) for n, each in zip(told, own, strict=True)]
    left = frames + SEAM * (many - 1) - sum(n or 0 for n in told)
    free = sum(each for n, each in zip(told, own, strict=True) if n is None)
    least = _SHORTEST if many > 1 else 2
    return [min(n or max(left * each // free, least), MAX_FRAMES) for n, each in zip(told, own, strict=True)]


def known_length(engine: Engine, plan: Plan, choices: Sequence[Choice]) -> int | None:
    """Returns the natural length of a plan in frames if it is known without decoding its motion, else None."""
    (segment, *more), choice = plan.segments, choices[0]
    if more or made_whole(segment, choice):
        return None
    return shares(plan, [own_length(engine, segment, choice, None)], None, engine.pack.fps)[0]


def own_length(engine: Engine, segment: Segment, choice: Choice, motion: Motion | None) -> int:
    """Returns the natural length of a step, in frames. motion: that of a step that is decoded in full."""
    if segment.gesture is not None and segment.gesture.alone:
        return length_of_gesture(segment.gesture, engine.pack.fps)
    if motion is not None and not segment.measured:
        done = until_done(motion, choice, engine)
        rounds = rounds_of(done, segment.turn) if segment.on_spot and segment.turn else 1
        speed = speed_of(segment, choice) * pace_of(segment, choice, motion, engine)
        return max(round(rounds * len(done) / speed), 2)
    if segment.turn is not None:
        return round(_LONGEST * max(abs(segment.turn) / 360, 1.0) * segment.size) if abs(segment.turn) > _FAR else _TURN
    return _WINDING if winds(segment, choice) else _NATURAL


def until_done(motion: Motion, choice: Choice, engine: Engine) -> Motion:
    """Returns a movement without repetition up to its end, and a little of the stillness after it; who walks or runs
    goes on."""
    done = motion.crop(0, min(active_part(motion, engine.body)[1] + STILLNESS, len(motion)))
    return coasted(done, engine.body, choice.action.startswith(_GAITS))


def made_whole(segment: Segment, choice: Choice) -> bool:
    """Tells whether a step is decoded in full, whatever its share: a counted or measured one, or one without
    repetition."""
    return segment.measured or choice.facts.after == "hold"


def whole(engine: Engine, choice: Choice) -> int:
    """Returns how many frames are decoded of a step in full: of what repeats itself those that are steady."""
    return _WHOLE if choice.facts.after == "hold" else steady(engine.pack)


def needed(segment: Segment, choice: Choice, frames: int) -> int:
    """Returns how many frames to decode for a step of `frames` frames."""
    manner = manner_of(segment, choice)
    # whether the motion flies, which limits a manner's pace, is not known before it is decoded
    speed = speed_of(segment, choice) * (max(pace(manner), 1.0) if manner else 1.0)
    return min(max(int(np.ceil(frames * max(speed, 0.5))) + _MARGIN, _FEWEST), MAX_FRAMES)
