"""Makes the gesture of a step, by rule, on top of its motion."""

from __future__ import annotations

from ..body import Body
from ..modifiers.arm_circles import circling, length_of_circles
from ..modifiers.clapping import clapping, claps_in, length_of_claps
from ..modifiers.gaze import looking
from ..modifiers.heel_behind import heel_behind
from ..modifiers.leaning import leaning
from ..modifiers.legs import length_of_legs, with_legs
from ..modifiers.shoulders import length_of, with_shoulders
from ..modifiers.touching import length_of_moves, touching
from ..motion import Motion
from ..prompt_plan.gesture import CIRCLES, CLAPS, HEELS, LEANS, LEGS, LOOKS, SHOULDERS, TOUCHES, Gesture

_LOOK, _AGAIN = 45, 32  # frames of a look, and of each that is done several times
_CLAPS = 5  # claps without a number
_HELD = 60  # frames of a gesture that is held


def length_of_gesture(gesture: Gesture, fps: float) -> int:
    """Returns the natural length of a gesture and those that go with it, in frames."""
    return max(_length_of_one(each, fps) for each in gesture.all)


def _length_of_one(gesture: Gesture, fps: float) -> int:
    if gesture.kind == CLAPS:
        return length_of_claps(gesture.count or _CLAPS, fps)
    if gesture.kind == CIRCLES:
        return length_of_circles(gesture.count, fps)
    if gesture.kind == LEGS:
        return length_of_legs(gesture.moves, len(gesture.sides), gesture.count, fps)
    if gesture.kind == SHOULDERS:
        return length_of(gesture.moves, gesture.count, fps)
    if gesture.moves and gesture.count:
        return length_of_moves(gesture.moves, gesture.count, fps)
    if gesture.kind == LOOKS:
        return (_AGAIN if gesture.count else _LOOK) * len(gesture.looks) * (gesture.count or 1)
    return _HELD


def gesturing(motion: Motion, body: Body, gesture: Gesture, before: Gesture | None) -> Motion:
    """Returns the motion with a gesture, and those that go with it. before: that of the step before, where the hands
    may be in place already."""
    for each in gesture.all:
        motion = _with_one(motion, body, each, before)
    return motion


def _with_one(motion: Motion, body: Body, gesture: Gesture, before: Gesture | None) -> Motion:
    if gesture.kind == CLAPS:
        count = gesture.count or claps_in(len(motion), motion.fps)
        return clapping(motion, body, count, bool(gesture.place))
    if gesture.kind == CIRCLES:
        return circling(motion, body, gesture.sides, gesture.moves, gesture.count)
    if gesture.kind == LEGS:
        return with_legs(motion, body, gesture.moves, gesture.sides, gesture.place, gesture.count, gesture.stays)
    if gesture.kind == SHOULDERS:
        return with_shoulders(motion, body, gesture.sides, gesture.moves, gesture.count)
    if gesture.kind == HEELS:
        return heel_behind(motion, body, gesture.sides[0])
    if gesture.kind == LEANS:
        leans = before is not None and any((one.kind, one.place) == (LEANS, gesture.place) for one in before.all)
        return motion if leans else leaning(motion, body, gesture.place)
    if gesture.kind == LOOKS:
        return looking(motion, gesture.looks * (gesture.count or 1), gesture.stays)
    held = [(one.kind, one.place, one.sides, one.at) for one in before.all] if before is not None else []
    there = (TOUCHES, gesture.place, gesture.sides, gesture.at) in held
    motion = looking(motion, gesture.looks, stays=True) if gesture.looks else motion
    return touching(
        motion,
        body,
        gesture.sides,
        gesture.place,
        moves=gesture.moves,
        there=there,
        count=gesture.count,
        at=gesture.at,
    )
