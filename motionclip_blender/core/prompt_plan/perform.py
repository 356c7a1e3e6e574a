"""Performs a plan as one motion: makes and modifies every step, and joins it to the one before.

The motions of all steps are decoded together. The clean-up runs once, on the joined motion, so that feet keep their
place across steps, too.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING
from weakref import WeakKeyDictionary

import numpy as np

from ..cleanup.foot_locking import on_floor, put_on_floor
from ..cleanup.pipeline import CleanUp
from ..cleanup.seams import SEAM, ground_poses, last_pose, possible
from ..cleanup.windows import finished, joined, steady
from ..modifiers.arms import with_both_arms, with_one_arm
from ..modifiers.clapping import clapping, claps_in, length_of_claps
from ..modifiers.gaze import looking
from ..modifiers.manner import flies, in_manner, pace
from ..modifiers.measure import active_part, measured_side, measured_travel, measured_turn
from ..modifiers.repeat import counted, held
from ..modifiers.shoulders import length_of, with_shoulders
from ..modifiers.touching import length_of_moves, touching
from ..modifiers.way import SLOWEST, bent, carried, on_the_spot, redirected, retimed, rounds_of, turned_on_spot
from ..motion import Motion
from ..prompt import MAX_FRAMES, checked_frames
from ..recipe.composition import masked
from ..timeline.bridges import bridged
from ..timeline.joining import entered, followed_by
from ..timeline.postures import kneels, on_feet, unlike, upright
from .choice import Choice
from .gesture import CLAPS, LOOKS, SHOULDERS, TOUCHES, Gesture
from .grammar import STANDS, grammar, is_action
from .plan import Plan, Segment

if TYPE_CHECKING:
    from ..engine import Engine

_LOOK = 45  # frames of a look
_CLAPS = 5  # claps without a number
_NATURAL = 60  # frames of a step without a requested length
_SHORTEST = 24  # frames of a step among others
_LONGEST = 120  # frames of a step without a requested duration
_AFTER = 4  # frames of stillness that are kept after a movement without repetition
_HURRIED = 1.7  # largest acceleration of a movement so that it ends in time
_HASTE = 1.3  # acceleration of the whole motion from which on a remark says so
_FASTEST = 2.0  # largest acceleration of the whole motion
_CALM = 0.8  # pace of a manner up to which a movement is not hurried to fit
_STILL_SLOW = 0.9  # largest speed of a slow movement, relative to the natural one
_SLOW = 0.1  # metres per second below which a motion is not compared with others of its class
_WHOLE = 120  # frames that are searched for the end of a movement without repetition
_LONG = 100  # frames beyond which a movement without repetition comes to rest, as where it is not part of a plan
_natural_ones: WeakKeyDictionary[Engine, tuple[object, Performance]] = WeakKeyDictionary()

_TURNS = 15.0  # degrees that a straight walk may turn by


@dataclass(frozen=True, eq=False)
class Performance:
    """The result of a plan.

    motion: the motion of all steps.
    choices: the choice for each step.
    remarks: sentences about everything that was not read or made as written.
    ends: the frame at which each step ends.
    """

    motion: Motion
    plan: Plan
    choices: tuple[Choice, ...]
    remarks: tuple[str, ...]
    ends: tuple[int, ...]


def is_plain(plan: Plan, choices: Sequence[Choice]) -> bool:
    """Checks whether a plan is one step whose motion is taken as it is."""
    segment, *more = plan.segments
    changed: list[object] = [
        segment.side,
        segment.count,
        segment.steps,
        segment.seconds,
        segment.together,
        choices[0].beside,
    ]
    changed += [_manner_of(segment, choices[0]), segment.gesture, segment.stays, segment.both, segment.single]
    goes = segment.travel is not None or segment.turn is not None
    return not more and not any(changed) and not goes and _speed_of(segment, choices[0]) == 1.0


def _manner_of(segment: Segment, choice: Choice) -> str:
    """Returns the manner that the step's motion is still to be given."""
    return "" if choice.taken else segment.manner


def _pace_of(segment: Segment, choice: Choice, motion: Motion, engine: Engine) -> float:
    """Returns the factor by which a step's manner plays its motion faster."""
    manner = _manner_of(segment, choice)
    return pace(manner, flies(motion, engine.body), choice.styled) if manner else 1.0


def plain_latent(engine: Engine, text: str, choice: Choice) -> np.ndarray:
    """Returns the latent (D,) of a step that is taken as it is: that of the prompt alone, where it is the same
    motion."""
    retrieval = engine.retrieval
    if choice.taken or retrieval is None:
        return choice.latent
    embedding = engine.encode_text(text)
    return engine.recalled(embedding[None])[0] if retrieval.motion_of(embedding) == choice.motion else choice.latent


def perform(engine: Engine, plan: Plan, choices: Sequence[Choice], frames: int | None = None) -> Performance:
    """Makes the motion of a plan, cleaned up for the engine's body. `frames` and errors are those of `composed`."""
    found = composed(engine, plan, choices, frames)
    clean_up = CleanUp(engine.pack, engine.body, len(found.motion), engine.pack.fps)
    return replace(found, motion=clean_up(found.motion))


def composed(engine: Engine, plan: Plan, choices: Sequence[Choice], frames: int | None = None) -> Performance:
    """Makes the motion of a plan as `_composed` does; that of several steps at its natural length, and a frame more or
    less, always the same.

    The last plan's is kept, because who makes a motion asks for its natural length first.
    """
    if frames is not None and len(plan.segments) == 1:
        return _composed(engine, plan, choices, frames)
    steps = plan, tuple((choice.motion, choice.wording, choice.latent.tobytes()) for choice in choices)
    known = _natural_ones.get(engine)
    if known is None or known[0] != steps:
        known = _natural_ones[engine] = steps, _composed(engine, plan, choices)
    natural = known[1]
    if frames is None or frames == len(natural.motion):
        return natural
    if abs(frames - len(natural.motion)) > 1:  # a rate that is not the pack's rounds
        return _composed(engine, plan, choices, frames)
    return replace(natural, motion=held(natural.motion, frames), ends=(*natural.ends[:-1], frames))


def _composed(engine: Engine, plan: Plan, choices: Sequence[Choice], frames: int | None = None) -> Performance:
    """Makes the motion of a plan at the pack's rate, before the clean-up.

    Counted steps are never cut: they are played up to twice as fast to fit, and a remark says if that is not enough.
    frames: length of the whole motion; by default as long as the steps take.
    """
    remarks = list(plan.remarks)
    steps = [(_once(segment, choice, plan), choice) for segment, choice in zip(plan.segments, choices, strict=True)]
    # the natural length of these steps is measured before the frames are shared out
    wholes = {i: _whole(engine, choice) for i, (segment, choice) in enumerate(steps) if _as_a_whole(segment, choice)}
    decoded = _decoded(engine, choices, wholes)
    own = [_own_length(engine, *step, decoded.get(i)) for i, step in enumerate(steps)]
    shares = _lengths(plan, own, frames, engine.pack.fps)
    rest = {i: _needed(*step, shares[i]) for i, step in enumerate(steps) if i not in decoded}
    decoded |= _decoded(engine, choices, rest)
    made: list[Motion] = []
    for i, (segment, choice) in enumerate(steps):
        natural = frames is None and segment.seconds is None
        motion = _step(engine, segment, choice, decoded[i], shares[i], natural, remarks)
        if i and _keeps_the_pose(segment) and _takes_up_a_pose(*steps[i - 1]):
            motion = held(made[-1].crop(len(made[-1]) - 1, len(made[-1])), len(motion))
        before = steps[i - 1][0].gesture if i else None
        made.append(motion if segment.gesture is None else _gesturing(motion, engine, segment.gesture, before))
    motion, ends = _joined(engine, steps, made, remarks)
    if frames is not None and len(motion) != frames:
        hurry = min(max(len(motion) / frames, 1.0), _FASTEST)
        motion = _fitted(motion, checked_frames(frames), remarks)
        ends = [min(round(end / hurry), frames) for end in ends[:-1]] + [frames]
    motion = motion.crop(0, MAX_FRAMES)
    return Performance(motion, plan, tuple(choices), tuple(dict.fromkeys(remarks)), tuple(ends))


def _keeps_the_pose(segment: Segment) -> bool:
    """Checks whether a step can be done in the pose of the step before: by who waits, or only makes a gesture."""
    return segment.text == STANDS if segment.gesture is None else segment.gesture.alone


def _joined(
    engine: Engine, steps: Sequence[tuple[Segment, Choice]], made: Sequence[Motion], remarks: list[str]
) -> tuple[Motion, list[int]]:
    """Returns the motions of steps as one, each of which goes on from the one before, and the frame at which each step
    ends. Remarks are added about everything that is put in or left out."""
    if len(made) > 1:  # a decoded motion starts at standing height, even if the person sits
        made = [on_floor(motion, engine.body) for motion in made]
    motion, ends = made[0], [len(made[0])]
    for number, (following, (segment, choice)) in enumerate(zip(made[1:], steps[1:], strict=True), 2):
        rises = choice.action in grammar()["rises"]
        risen = _risen(engine, motion, following, made[number - 2]) if rises else None
        if risen is not None:
            motion, said = risen
            remarks.append(f'"{segment.said}" {said}')
        else:
            last = last_pose(motion, engine.body)
            following = entered(following, last, engine.body)
            motion, wordings = bridged(engine, motion, ground_poses(following.crop(0, 1), engine.body)[0], SEAM)
            if wordings:
                remarks.append(f"Between the steps {number - 1} and {number} {_quoted(wordings)} is put in.")
            motion = followed_by(motion, following, possible(SEAM, motion, following), engine.body)
        ends.append(len(motion))
    return motion, ends


def _once(segment: Segment, choice: Choice, plan: Plan) -> Segment:
    """Returns a step among others that is one event, such as "kicks", as one that is done once; "kicking" goes on."""
    uncounted = not (segment.count or segment.steps or segment.seconds or segment.gesture or choice.beside)
    goes_on = any(is_action(word) and word.endswith("ing") for word in segment.text.split())
    if len(plan.segments) > 1 and uncounted and not goes_on and choice.action in grammar()["events"]:
        return replace(segment, count=1)
    return segment


def _risen(engine: Engine, motion: Motion, rising: Motion, before: Motion) -> tuple[Motion, str] | None:
    """Returns a motion after which the body stands, and the rest of a sentence about that, where `rising`, a motion of
    standing up, does not begin as the body is; None where it does.

    before: the motion of the step before. Who has knelt or crouched down by it rises as they went down.
    """
    last = last_pose(motion, engine.body)
    first, end = ground_poses(rising, engine.body)[[0, -1]]
    standing = engine.body.joints()[0, 1]
    if upright(last, standing) and not upright(first, standing):
        return motion, "is left out: the body stands already."
    if _rises_as_it_sank(last, standing) and upright(ground_poses(before.crop(0, 1), engine.body)[0], standing):
        back = before.crop(0, active_part(before, engine.body)[1]).backward()
        risen = followed_by(motion, back, possible(SEAM, motion, back), engine.body)
        return risen, "is made as the way down, backward."
    if not unlike(last, first, standing):
        return None
    risen, wordings = bridged(engine, motion, end, SEAM)
    return (risen, f"is made as {_quoted(wordings)}.") if wordings else None


def _rises_as_it_sank(pose: np.ndarray, standing: float) -> bool:
    """Checks whether a body kneels or crouches, so that it can go up the way that it came down."""
    return not upright(pose, standing) and (kneels(pose) or on_feet(pose))


def _quoted(wordings: Sequence[str]) -> str:
    return ", then ".join(f'"{wording}"' for wording in wordings)


def _lengths(plan: Plan, own: Sequence[int], frames: int | None, fps: float) -> list[int]:
    """Returns the frames of each step; those of counted steps may change. own: the natural length of each step."""
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
    if more or _as_a_whole(segment, choice):
        return None
    return _lengths(plan, [_own_length(engine, segment, choice, None)], None, engine.pack.fps)[0]


def _own_length(engine: Engine, segment: Segment, choice: Choice, motions: Sequence[Motion] | None) -> int:
    """Returns the natural length of a step, in frames. motions: those of a step that is decoded in full."""
    if segment.gesture is not None and segment.gesture.alone:
        return _length_of_gesture(segment.gesture, engine.pack.fps)
    if motions is not None and not (segment.count or segment.steps):
        done = _done(motions[0], engine)
        rounds = rounds_of(done, segment.turn) if segment.on_spot and segment.turn else 1
        speed = _speed_of(segment, choice) * _pace_of(segment, choice, motions[0], engine)
        return max(round(rounds * len(done) / speed), 2)
    if segment.turn is not None:
        return round(_LONGEST * max(abs(segment.turn) / 360, 1.0)) if abs(segment.turn) > 200 else 90
    return _NATURAL


def _done(motion: Motion, engine: Engine) -> Motion:
    """Returns a movement without repetition up to its end, and a little of the stillness after it."""
    return motion.crop(0, min(active_part(motion, engine.body)[1] + _AFTER, len(motion)))


def _as_a_whole(segment: Segment, choice: Choice) -> bool:
    """Tells whether a step is decoded in full, whatever its share: a counted one, or one without repetition."""
    return bool(segment.count or segment.steps) or choice.facts.after == "hold"


def _whole(engine: Engine, choice: Choice) -> int:
    """Returns how many frames are decoded of a step in full: of what repeats itself those that are steady."""
    return _WHOLE if choice.facts.after == "hold" else steady(engine.pack)


def _decoded(engine: Engine, choices: Sequence[Choice], asked: Mapping[int, int]) -> dict[int, list[Motion]]:
    """Decodes the motions of steps, one each, or two where two actions are simultaneous; equal lengths in one batch.

    asked: the frames to decode, by the number of the step.
    """
    found: dict[int, list[Motion]] = {i: [] for i in asked}
    for frames in dict.fromkeys(asked.values()):
        both = [(i, one) for i in asked if asked[i] == frames for one in (choices[i], choices[i].beside) if one]
        once = [one.facts.after == "hold" for _, one in both]
        motions = joined(engine, np.stack([one.latent for _, one in both]), frames, once)
        for (i, _), motion in zip(both, motions, strict=True):
            found[i].append(motion)
    return found


def _needed(segment: Segment, choice: Choice, frames: int) -> int:
    """Returns how many frames to decode for a step of `frames` frames."""
    manner = _manner_of(segment, choice)
    # whether the motion flies, which limits a manner's pace, is not known before it is decoded
    speed = _speed_of(segment, choice) * (max(pace(manner), 1.0) if manner else 1.0)
    return min(max(int(np.ceil(frames * max(speed, 0.5))) + 2, 20), MAX_FRAMES)


def _speed_of(segment: Segment, choice: Choice) -> float:
    """Returns the factor by which a step's motion is played faster."""
    facts = choice.facts
    if segment.speed != 1.0 and choice.usual and facts.travel is not None and facts.speed > _SLOW:
        # "slowly" is slower than others go; a motion may be slow, or fast, by itself
        speed = segment.speed * choice.usual / facts.speed
        return float(np.clip(speed, SLOWEST, 1.0) if segment.speed < 1 else np.clip(speed, 1.0, _FASTEST))
    return 1.0 if _says_speed(choice.wording, segment) else segment.speed


def _step(
    engine: Engine,
    segment: Segment,
    choice: Choice,
    motions: Sequence[Motion],
    frames: int,
    natural: bool,
    remarks: list[str],
) -> Motion:
    """Makes the motion of a step, `frames` long unless it is counted.

    motions: what `_decoded` made for it.
    natural: whether a movement without repetition may take its own time.
    """
    counts = segment.count or segment.steps
    speed = _speed_of(segment, choice)
    once = choice.facts.after == "hold"
    motion = motions[0]
    if not choice.at_once:
        for more in segment.together[1:]:
            remarks.append(f'"{more}" is one thing too many at once and is left out.')
    if choice.beside is not None:
        # the travelling motion provides the legs, the other one the arms
        carries = choice.beside.facts.travel is not None or choice.beside.action in grammar()["postures"]
        walks = carries and choice.facts.travel is None
        motion = masked(motions[0], motions[1]) if walks else masked(motions[1], motions[0])
        remarks.append(f'"{segment.said}" is made of two motions: "{choice.wording}" and "{choice.beside.wording}".')
    elif segment.together and not choice.at_once:
        remarks.append(f'"{segment.together[0]}" is nothing that is known and is left out.')
    motion = _on_side(motion, segment, choice, engine)
    if segment.stays and measured_travel(motion)[0] is not None:
        motion = on_the_spot(motion, engine.body)
    if segment.side and segment.limb == "arm":
        motion = with_one_arm(motion, engine.body, segment.side)
    elif segment.both:
        motion = with_both_arms(motion, engine.body)
    elif segment.single and choice.action not in grammar()["on_hands"]:
        motion = with_one_arm(motion, engine.body, measured_side(motion, engine.body, "arm")[0])
    if counts:
        of = grammar()["counted_by"].get(choice.action, "")
        motion = counted(put_on_floor(motion, engine.body), engine.body, counts, segment.steps is not None, of)
        if segment.seconds is not None:
            motion = retimed(motion, float(np.clip(len(motion) / frames, 1 / _FASTEST, _FASTEST)))
            if len(motion) > frames + _AFTER:
                remarks.append(f'"{segment.said}" takes {len(motion)} frames, though it is to take {frames}.')
    elif once:  # played faster to fit, so that its end is not cut
        motion = _done(motion, engine)
        if segment.on_spot and segment.turn:
            motion = turned_on_spot(motion, segment.turn)
        manner = _manner_of(segment, choice)
        calm = natural or (bool(manner) and pace(manner) <= _CALM)  # who is sad does not hurry
        most = 1.0 if calm else _HURRIED if speed >= 1 else max(_STILL_SLOW / speed, 1.0)
        motion = retimed(motion, float(np.clip(len(motion) / (speed * frames), 1.0, most)))
    motion = retimed(motion, speed)
    if manner := _manner_of(segment, choice):
        motion = retimed(motion, _pace_of(segment, choice, motions[0], engine))
        motion = in_manner(motion, engine.body, manner, choice.styled)
    if not counts and not (once and natural):
        if once and len(motion) > frames + _AFTER:
            remarks.append(f'"{segment.said}" takes {len(motion)} frames, and has {frames}: its end is cut.')
        motion = finished(motion, frames, engine) if once and frames > _LONG else held(motion, frames)
    travel = segment.travel
    if travel is None and choice.beside is not None:  # the arms' motion may face another way
        travel = choice.facts.travel if choice.facts.travel is not None else choice.beside.facts.travel
    if travel is not None:
        before = motion
        motion = redirected(motion, travel)
        if motion is before and measured_travel(motion)[0] is None:
            motion = carried(motion, engine.body, travel)
        if motion is before and measured_travel(motion)[0] is None:
            remarks.append(f'"{choice.wording}" stays where it is: the direction of "{segment.said}" is left out.')
    turn = None if segment.on_spot and once else segment.turn
    if turn is None and (segment.travel is not None or segment.steps) and abs(measured_turn(motion)) > _TURNS:
        turn = 0.0
    if turn is not None:
        if turn and measured_turn(motion) * turn < 0 and not segment.side:
            motion = motion.mirror()
        motion = bent(motion, turn, segment.circle)
    return motion


def _takes_up_a_pose(segment: Segment, choice: Choice) -> bool:
    """Checks whether a step ends in a pose in which somebody waits, or looks around: that of a person who sits."""
    gesture = segment.gesture
    if gesture is not None:
        return gesture.kind == TOUCHES
    return choice.facts.after == "hold" or choice.action in grammar()["postures"]


def _length_of_gesture(gesture: Gesture, fps: float) -> int:
    """Returns the natural length of a gesture, in frames."""
    if gesture.kind == CLAPS:
        return length_of_claps(gesture.count or _CLAPS, fps)
    if gesture.kind == SHOULDERS:
        return length_of(gesture.moves, gesture.count, fps)
    if gesture.moves and gesture.count:
        return length_of_moves(gesture.moves, gesture.count, fps)
    return _NATURAL if gesture.kind != LOOKS else _LOOK * len(gesture.looks) * (gesture.count or 1)


def _gesturing(motion: Motion, engine: Engine, gesture: Gesture, before: Gesture | None) -> Motion:
    """Returns the motion with a gesture that is made by rule. before: that of the step before."""
    there = before is not None and (before.kind, before.place, before.sides) == (TOUCHES, gesture.place, gesture.sides)
    if gesture.kind == CLAPS:
        count = gesture.count or claps_in(len(motion), motion.fps)
        return clapping(motion, engine.body, count, bool(gesture.place))
    if gesture.kind == SHOULDERS:
        return with_shoulders(motion, engine.body, gesture.sides, gesture.moves, gesture.count)
    if gesture.kind == LOOKS:
        return looking(motion, gesture.looks * (gesture.count or 1), gesture.stays)
    motion = looking(motion, gesture.looks, stays=True) if gesture.looks else motion
    return touching(motion, engine.body, gesture.sides, gesture.place, True, gesture.moves, there, gesture.count)


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


def _says_speed(wording: str, segment: Segment) -> bool:
    """Checks whether the chosen wording names the speed itself: "slow walk"."""
    words = set(wording.lower().split())
    slow = {"slow", "slowly", "leisurely"} & words
    fast = {"fast", "quickly", "quick", "briskly", "brisk", "sprint", "sprints", "rapid"} & words
    return bool(slow) if segment.speed < 1 else bool(fast)


def _fitted(motion: Motion, frames: int, remarks: list[str]) -> Motion:
    """Returns the motion `frames` long: played faster if it is longer, held if it is shorter."""
    if len(motion) > frames:
        speed = len(motion) / frames
        if speed > _FASTEST:
            remarks.append(f"The steps take {len(motion)} frames, and {frames} are asked for: the end is cut.")
        elif speed > _HASTE:
            remarks.append(f"The steps take {len(motion)} frames, and {frames} are asked for: they are played faster.")
        motion = retimed(motion, min(speed, _FASTEST))
    return held(replace(motion), frames)
