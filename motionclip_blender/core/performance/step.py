"""Makes the motion of one step: what is done at once, the side, the count, the speed, the manner and the way."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from ..angles import apart, wrapped
from ..cleanup.foot_locking import put_on_floor
from ..cleanup.windows import finished
from ..measure import FAR, measured_side, measured_travel, measured_turn, travelled
from ..modifiers.arms import with_both_arms, with_one_arm
from ..modifiers.manner import going_in_manner, in_manner, pace
from ..modifiers.repeat import as_far, counted, held
from ..modifiers.rolling import rolled_back
from ..modifiers.upper_body import masked
from ..modifiers.way import (
    bent,
    carried,
    in_full_circles,
    leans,
    on_the_spot,
    redirected,
    retimed,
    turned_into,
    turned_on_spot,
    wandering,
    zigzagging,
)
from ..motion import Motion
from ..prompt import MAX_FRAMES
from ..prompt_plan.choice import Choice
from ..prompt_plan.grammar import grammar
from ..prompt_plan.plan import Segment
from ..prompt_plan.word_features import in_order
from .lengths import STILLNESS, until_done
from .tempo import FASTEST, manner_of, pace_of, speed_of, winds

if TYPE_CHECKING:
    from ..engine import Engine

_HURRIED = 1.7  # largest acceleration of a movement so that it ends in time
_CALM = 0.8  # pace of a manner up to which a movement is not hurried to fit
_STILL_SLOW = 0.9  # largest speed of a slow movement, relative to the natural one
_LONG = 100  # frames beyond which a movement without repetition comes to rest, as where it is not part of a plan
_ROLLS = 0.5  # metres that somebody goes who rolls, and not on the spot
_ROLLS_ROUND = 0.35  # seconds in which who rolls aside turns there
_SIDE = re.compile(r"\b(?:left|right)\b")
_SIDEWAYS = 45.0  # degrees from ahead
_ASIDE = 135.0  # degrees up to which somebody goes aside, rather than back
_ONE_LEAP = ("throw", "roll", "dodge")
_SHORT = 0.9  # share of a distance that is told of as too short
_ELSEWHERE = 60.0  # degrees from which on a motion goes another way
_ROUNDS = 60.0  # degrees from which on a motion goes around by itself
_TURNS = 15.0  # degrees that a straight walk may turn by


def step_motion(
    engine: Engine,
    segment: Segment,
    choice: Choice,
    motions: Sequence[Motion],
    frames: int,
    natural: bool,
    remarks: list[str],
) -> Motion:
    """Makes the motion of a step, `frames` long unless it is counted.

    motions: what is decoded for it: its own, and that of a simultaneous action. natural: whether a movement without
    repetition may take its own time. remarks: to which sentences are added about what is not made as written.
    """
    segment = _as_worded(segment, choice)
    motion = _at_once(segment, choice, motions, remarks)
    motion = _limbs(engine, segment, choice, motion)
    motion = _timed(engine, segment, choice, motion, motions[0], frames, natural, remarks)
    aside = _turns_aside(segment, motion)
    if aside is not None:
        return turned_into(motion, aside)
    if _rolls_aside(segment, choice, motion):
        return turned_into(carried(motion, engine.body, 0.0), segment.travel or 0.0, _ROLLS_ROUND)
    motion = _travelling(engine, segment, choice, motion, remarks)
    motion = _turning(segment, choice, motion)
    if segment.winds and winds(segment, choice):
        if segment.winds == "zigzag":
            motion = zigzagging(motion)
        elif abs(measured_turn(motion)) < _ROUNDS:
            motion = wandering(motion)
    manner = manner_of(segment, choice)
    if not manner or choice.styled:
        return motion
    return going_in_manner(motion, engine.body, manner, straight=segment.turn is not None)


def _as_worded(segment: Segment, choice: Choice) -> Segment:
    """Returns the step without what its motion shows already, if it is said as the wording says it: what each side
    does, and where somebody goes who goes elsewhere than the words for it are read, as in "kicks out to the side"."""
    told, said = (_SIDE.findall(text.lower()) for text in (choice.wording, segment.said))
    if told != said or in_order(choice.wording) != in_order(segment.said):
        return segment
    if len(set(told)) > 1:
        return replace(segment, side="", limb="", travel=None)
    own, asked = choice.facts.travel, segment.travel
    if asked is None or own is None or choice.action == "roll":  # who rolls faces anywhere
        return segment
    return replace(segment, travel=None) if apart(own, asked) > _ELSEWHERE else segment


def _at_once(segment: Segment, choice: Choice, motions: Sequence[Motion], remarks: list[str]) -> Motion:
    """Returns the motion with the arms of a simultaneous action, if there is one."""
    if not choice.at_once:
        for more in segment.together[1:]:
            remarks.append(f'"{more}" is one thing too many at once and is left out.')
    if choice.beside is not None:
        # the travelling motion provides the legs, the other one the arms
        carries = choice.beside.facts.travel is not None or choice.beside.action in grammar()["postures"]
        walks = carries and choice.facts.travel is None
        remarks.append(f'"{segment.said}" is made of two motions: "{choice.wording}" and "{choice.beside.wording}".')
        return masked(motions[0], motions[1]) if walks else masked(motions[1], motions[0])
    if segment.together and not choice.at_once:
        remarks.append(f'"{segment.together[0]}" is nothing that is known and is left out.')
    return motions[0]


def _limbs(engine: Engine, segment: Segment, choice: Choice, motion: Motion) -> Motion:
    """Returns the motion done by the limbs that are asked for, and on the spot if that is."""
    body = engine.body
    motion = _on_side(motion, segment, choice, engine)
    if segment.stays and measured_travel(motion)[0] is not None:
        motion = on_the_spot(motion, body)
    if segment.side and segment.limb == "arm":
        return with_one_arm(motion, body, segment.side)
    if segment.both:
        return with_both_arms(motion, body)
    if segment.single and choice.action not in grammar()["on_hands"]:
        return with_one_arm(motion, body, measured_side(motion, body, "arm")[0])
    return motion


def _on_side(motion: Motion, segment: Segment, choice: Choice, engine: Engine) -> Motion:
    """Returns the motion, or its mirror image if that moves the requested side.

    The side is what the wording says, or what moves more where it says none or both; who limps moves it less.
    """
    if not segment.side:
        return motion
    said = {"left", "right"} & set(choice.wording.lower().replace("-", " ").split())
    if len(said) == 1:
        return motion.mirror() if said.pop() != segment.side else motion
    side = measured_side(motion, engine.body, segment.limb)[0]
    return motion.mirror() if (side != segment.side) != (choice.action in grammar()["lame"]) else motion


def _timed(
    engine: Engine,
    segment: Segment,
    choice: Choice,
    motion: Motion,
    decoded: Motion,
    frames: int,
    natural: bool,
    remarks: list[str],
) -> Motion:
    """Returns the motion as often, as fast and in the manner that is asked for. decoded: as it was before all that."""
    counts = segment.count or segment.steps
    once = choice.facts.after == "hold"
    speed, manner = speed_of(segment, choice), manner_of(segment, choice)
    if counts:
        of = grammar()["counted_by"].get(choice.action, "")
        motion = counted(put_on_floor(motion, engine.body), engine.body, counts, segment.steps is not None, of)
        if segment.seconds is not None:
            motion = retimed(motion, float(np.clip(len(motion) / frames, 1 / FASTEST, FASTEST)))
            if len(motion) > frames + STILLNESS:
                took, asked = len(motion) / motion.fps, frames / motion.fps
                remarks.append(f'"{segment.said}" takes {took:.1f} seconds, though it is to take {asked:.1f}.')
    elif once:  # played faster to fit, so that its end is not cut
        motion = until_done(motion, choice, engine)
        if segment.on_spot and segment.turn:
            motion = turned_on_spot(motion, segment.turn)
        calm = natural or (bool(manner) and pace(manner) <= _CALM)  # who is sad does not hurry
        most = 1.0 if calm else _HURRIED if speed >= 1 else max(_STILL_SLOW / speed, 1.0)
        motion = retimed(motion, float(np.clip(len(motion) / (speed * frames), 1.0, most)))
    motion = retimed(motion, speed)
    if manner:
        motion = retimed(motion, pace_of(segment, choice, decoded, engine))
        motion = in_manner(motion, engine.body, manner, choice.styled)
    if segment.metres is not None:
        return _measured(engine, segment, choice, motion, frames, remarks)
    if counts or (once and natural):
        return motion
    if once and len(motion) > frames + STILLNESS:
        took, has = len(motion) / motion.fps, frames / motion.fps
        remarks.append(f'"{segment.said}" takes {took:.1f} seconds, and has {has:.1f}: its end is cut.')
    return finished(motion, frames, engine) if once and frames > _LONG else held(motion, frames)


def _measured(
    engine: Engine, segment: Segment, choice: Choice, motion: Motion, frames: int, remarks: list[str]
) -> Motion:
    """Returns the motion going as many metres as are asked for: what is done once is repeated only if it is a step."""
    assert segment.metres is not None
    own = float(travelled(motion)[-1])
    one_leap = choice.action in (*grammar()["events"], *grammar()["one_way"], *_ONE_LEAP)  # is neither repeated nor cut
    if one_leap and _SHORT < segment.metres / max(own, 1e-6) < 1 / _SHORT:
        return motion
    if own < FAR or one_leap:
        remarks.append(f'"{choice.wording}" goes {own:.2g} m: the distance of "{segment.said}" is left out.')
        return motion if choice.facts.after == "hold" else held(motion, frames)
    motion = as_far(motion, engine.body, segment.metres, MAX_FRAMES)
    if segment.seconds is not None:
        motion = retimed(motion, float(np.clip(len(motion) / frames, 1 / FASTEST, FASTEST)))
    gone = float(travelled(motion)[-1])
    if gone < _SHORT * segment.metres:
        why = f", for a motion has {MAX_FRAMES:,} frames at most" if len(motion) >= MAX_FRAMES else ""
        remarks.append(f'"{segment.said}" goes {gone:.2g} m{why}.')
    return motion


def _turns_aside(segment: Segment, motion: Motion) -> float | None:
    """Returns the degrees that somebody turns by to go aside who is to turn there, or who leans far forward, as in
    crawling; else None."""
    now, metres = measured_travel(motion)
    if segment.travel is None or segment.turn is not None or now is None or metres < _ROLLS:
        return None
    degrees = wrapped(segment.travel - now)
    return degrees if _is_aside(degrees) and (segment.turns_there or leans(motion)) else None


def _rolls_aside(segment: Segment, choice: Choice, motion: Motion) -> bool:
    """Checks whether somebody rolls aside on the spot, who has to turn there: nobody rolls forward to the side."""
    drifts = _drifts(choice, measured_travel(motion)[1])
    return segment.travel is not None and segment.turn is None and drifts and _is_aside(segment.travel)


def _drifts(choice: Choice, metres: float) -> bool:
    """Checks whether a motion is a roll that hardly goes anywhere."""
    return choice.action == "roll" and metres < _ROLLS


def _is_aside(degrees: float) -> bool:
    return _SIDEWAYS < abs(degrees) <= _ASIDE


def _travelling(engine: Engine, segment: Segment, choice: Choice, motion: Motion, remarks: list[str]) -> Motion:
    """Returns the motion going the way that is asked for."""
    travel = segment.travel
    if travel is None and choice.beside is not None:  # the arms' motion may face another way
        travel = choice.facts.travel if choice.facts.travel is not None else choice.beside.facts.travel
    if travel is None:
        return motion
    own, metres = measured_travel(motion)
    if choice.action in grammar()["one_way"] and own is not None:  # who falls neither rises nor falls with twisted legs
        if apart(own, travel) > _ELSEWHERE:
            remarks.append(f'"{choice.wording}" goes its own way: the direction of "{segment.said}" is left out.')
        return motion
    drifts = _drifts(choice, metres)
    if choice.action == "roll" and abs(travel) > _ASIDE:
        motion = rolled_back(motion, engine.body)
        if not drifts:
            return motion
    elif not drifts:
        redirecting = redirected(motion, travel)
        if redirecting is not motion or own is not None:
            return redirecting
    moved = carried(motion, engine.body, travel)
    if moved is motion:
        remarks.append(f'"{choice.wording}" stays where it is: the direction of "{segment.said}" is left out.')
    return moved


def _turning(segment: Segment, choice: Choice, motion: Motion) -> Motion:
    """Returns the motion turning as far as is asked for; a way or steps without a turn are straight."""
    turn = None if segment.on_spot and choice.facts.after == "hold" else segment.turn
    straight = (segment.travel is not None or segment.steps) and choice.action != "roll"
    if turn is None and straight and abs(measured_turn(motion)) > _TURNS:
        turn = 0.0
    if turn is None:
        return motion
    if turn and measured_turn(motion) * turn < 0 and not segment.side:
        motion = motion.mirror()
    made = bent(motion, turn, segment.circle)
    whole = segment.circle and turn and turn % 360 == 0 and measured_travel(made)[0] is not None
    return in_full_circles(made, turn) if whole else made
