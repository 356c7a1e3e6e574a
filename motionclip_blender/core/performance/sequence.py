"""Joins the motions of a plan's steps: each goes on from the pose of the one before, or is done in it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from ..body import Body
from ..cleanup.foot_locking import on_floor
from ..cleanup.seams import SEAM, ground_poses, last_frame, last_pose, needed_seam, possible
from ..measure import active_part
from ..modifiers.gait import STARTS, braking, end_speed, starting
from ..modifiers.leaning import BENDS
from ..modifiers.repeat import held
from ..modifiers.upper_body import in_place, in_pose
from ..motion import Motion
from ..prompt_plan.amounts import duration
from ..prompt_plan.choice import Choice
from ..prompt_plan.gesture import LEANS, LEGS, LOOKS, TOUCHES, Gesture
from ..prompt_plan.grammar import HOLDS_A_POSE, STANDS, grammar
from ..prompt_plan.plan import Segment
from ..skeleton import BODY
from ..timeline.bridges import bridged
from ..timeline.joining import entered, followed_by
from ..timeline.postures import chest_front, down, kneels, lies, on_feet, tilt, turned_over, unlike, upright
from .gesturing import gesturing

if TYPE_CHECKING:
    from ..engine import Engine

Step = tuple[Segment, Choice]

_ON_FLOOR = 0.06  # metres over its lowest place up to which a body stands
_LETS_GO = 0.75  # the same of a pose of the arms, in which a head is shaken
_LEFT, _DOWN_THERE = 10, 20  # frames of a motion that leads down: what is left of it at least, and its end
_LOOKED_AT = 6  # frames whose poses are compared at a seam
_RISES = 0.15  # metres by which the pelvis rises or sinks, from which on a cross-fade takes as long as it needs
_BENDS = 30.0  # degrees by which the trunk bends, from which on it does, too
_SLEEPS, _STRETCHES = "sleep", "stretch"
_OF_LEGS = 0.3  # difference between what the legs do from which on a stretch is one of the legs
_LIES_ON = re.compile(r"\b(?:back|belly|stomach|side|front|face)\b")
_FACE_UP = 0.7  # of a chest's front, how far it points up in who can move the arms in lying
_AT_FIRST = 30  # frames of the posture in which a motion begins
_SLOWS = 0.6  # share of the speed of the faster of two motions up to which the other one is slow
_COMES_BACK = 0.5  # share of its largest distance from its first pose within which a motion ends that comes back


def in_sequence(
    engine: Engine, steps: Sequence[Step], made: Sequence[Motion], remarks: list[str]
) -> tuple[Motion, list[int]]:
    """Returns the motions of steps as one, each of which goes on from the one before, and the frame at which each step
    ends.

    steps: with their choices. made: their motions, without gestures. remarks: to which sentences are added about
    everything that is put in, left out, or done otherwise.
    """
    motions, ways_down = _in_poses(engine, steps, made, remarks)
    if len(motions) > 1:  # a decoded motion starts at standing height, even if the person sits
        motions = [on_floor(motion, engine.body) for motion in motions]
    motion, ends = motions[0], [len(motions[0])]
    for number, (following, (segment, choice)) in enumerate(zip(motions[1:], steps[1:], strict=True), 2):
        rises = choice.action in grammar()["rises"]
        risen = _risen(engine, motion, following, ways_down[number - 1]) if rises else None
        if risen is not None:
            motion, said = risen
            remarks.append(f'"{segment.said}" {said}')
        elif choice.action in grammar()["falls"] and lies(last_pose(motion, engine.body)):
            remarks.append(f'"{segment.said}" is left out: the body lies already.')
        elif choice.action in grammar()["sinks"] and (lower := _from_below(engine, motion, following)) is not None:
            motion = followed_by(motion, lower, possible(SEAM, motion, lower), engine.body)
        elif _sleeps_there(engine, segment, choice, motion, following):
            motion = motion.concatenate(held(last_frame(motion), len(following)))
        elif choice.action in grammar()["leads_down"] and _is_down_for(engine, motion, following):
            motion, _ = _led_to(engine, motion, held(last_frame(following), _DOWN_THERE))
        else:
            either_side = not (segment.side or segment.travel or segment.turn)
            following = entered(following, last_pose(motion, engine.body), engine.body, either_side)
            motion, following = _without_jolt(motion, following, engine.body)
            swims = {choice.action, steps[number - 2][1].action} <= set(grammar()["in_water"])
            motion, put_in = _led_to(engine, motion, following, not swims)
            if put_in:
                remarks.append(f"Between the steps {number - 1} and {number} {_quoted(put_in)} is put in.")
        ends.append(len(motion))
    return motion, ends


def _led_to(
    engine: Engine, motion: Motion, following: Motion, over_ground: bool = True
) -> tuple[Motion, tuple[str, ...]]:
    """Returns a motion with another one after it, and the wordings of what is put in between, as a body over the
    ground needs it."""
    put_in: tuple[str, ...] = ()
    if over_ground:
        motion, put_in = bridged(engine, motion, ground_poses(following.crop(0, 1), engine.body)[0], SEAM)
    seam = SEAM if put_in else _seam(engine, motion, following)
    return followed_by(motion, following, possible(seam, motion, following), engine.body), put_in


def _seam(engine: Engine, motion: Motion, following: Motion) -> int:
    """Returns the frames of a cross-fade between motions: more than usual where the body rises, sinks or bends by
    it."""
    tail = ground_poses(motion.crop(max(len(motion) - _LOOKED_AT, 0), len(motion)), engine.body)
    start = ground_poses(following.crop(0, _LOOKED_AT), engine.body)
    rises = abs(tail[-1, 0, 1] - tail[-1, :, 1].min() - start[0, 0, 1] + start[0, :, 1].min()) > _RISES
    bends = abs(tilt(tail[-1]) - tilt(start[0])) > _BENDS
    return needed_seam(tail, start, motion.fps) if rises or bends else SEAM


def _without_jolt(motion: Motion, following: Motion, body: Body) -> tuple[Motion, Motion]:
    """Returns two motions that follow each other with the first one braking at its end, or the second one setting out
    slowly, where only one of them goes fast."""
    ends, starts = end_speed(motion), end_speed(following.crop(0, STARTS))
    if starts < _SLOWS * ends:
        motion = braking(motion, body)
    elif ends < _SLOWS * starts:
        following = starting(following, body)
    return motion, following


def _in_poses(
    engine: Engine, steps: Sequence[Step], made: Sequence[Motion], remarks: list[str]
) -> tuple[list[Motion], list[Motion]]:
    """Returns the motions of steps with their gestures, and for each the one by which the body got where it begins.

    Who waits or makes a gesture keeps the pose of the step before, and who has sat, knelt or crouched down stays down
    for what the upper body does.
    """
    motions: list[Motion] = []
    ways_down = [made[0]]
    pose: Motion | None = None  # in which somebody is down
    kept: Gesture | None = None  # of hands that were put somewhere
    for i, (motion, (segment, choice)) in enumerate(zip(made, steps, strict=True)):
        waits = segment.text == STANDS if segment.gesture is None else segment.gesture.alone
        way = motion
        if segment.posture:
            motion = held(last_frame(motion), _AT_FIRST)
        stays = pose is not None and (waits or of_upper_body(engine, segment, choice, motion))
        if pose is not None and stays:
            motion = held(pose, len(motion)) if waits else in_pose(motion, pose, engine.body)
            if not waits:
                remarks.append(f'"{segment.said}" is done in the pose of the step before.')
        elif i and waits and (height := _height(engine, segment, *steps[i - 1], motions[-1])) is not None:
            motions[-1] = ways_down[-1] = height
            motion = held(last_frame(height), len(motion))
        elif (
            i
            and waits
            and _takes_up_a_pose(*steps[i - 1])
            and not _is_over(engine, segment, *steps[i - 1], motions[-1])
        ):
            motion = held(last_frame(motions[-1]), len(motion))
        elif i and _nods(engine, segment, choice, motion) and _takes_up_a_pose(*steps[i - 1]):
            farthest = _farthest(engine, motions[-1], _LETS_GO)  # with the arms still crossed
            motions[-1] = ways_down[-1] = motions[-1] if farthest is None else farthest
            motion = in_pose(motion, last_frame(motions[-1]), engine.body, arms=False)
        if segment.gesture is not None:
            motion = gesturing(motion, engine.body, segment.gesture, steps[i - 1][0].gesture if i else None)
            kept = segment.gesture if segment.gesture.kept else kept if segment.gesture.kind == LOOKS else None
        elif kept is not None and choice.action in grammar()["free_hands"] and segment.limb != "arm":
            motion = gesturing(motion, engine.body, kept, kept)
        else:
            kept = None
        motions.append(motion)
        if not stays:
            pose = last_frame(motion) if _ends_down(engine, segment, choice, motion) else None
        if segment.posture:
            ways_down.append(way)
        else:
            ways_down.append(ways_down[-1] if stays or (i and _is_down_already(engine, motions)) else motion)
    return motions, ways_down


def _is_down_already(engine: Engine, motions: Sequence[Motion]) -> bool:
    """Checks whether the last of the motions begins as low as the one before ends: who sits there has not sat down by
    it."""
    before, after = last_pose(motions[-2], engine.body), ground_poses(motions[-1].crop(0, 1), engine.body)[0]
    standing = engine.body.joints()[0, 1]
    return not upright(after, standing) and not unlike(before, after, standing)


def _height(engine: Engine, segment: Segment, before: Segment, choice: Choice, motion: Motion) -> Motion | None:
    """Returns a motion up to its farthest pose, where a step says that this is held: the bottom of a squat, which by
    itself comes up again. None for other steps.

    before, choice, motion: the preceding step.
    """
    once = choice.facts.after == "hold" or choice.action in grammar()["events"]
    held_pose = HOLDS_A_POSE.match(duration(segment.said.lower())[0].strip())
    if not once or before.gesture or (before.count or 1) > 1 or not held_pose:
        return None
    return _farthest(engine, motion)


def _farthest(engine: Engine, motion: Motion, near: float = _COMES_BACK) -> Motion | None:
    """Returns a motion up to its farthest pose from the first one; None for one that is in the air there, or that does
    not end within a share `near` of that distance."""
    joints = engine.body.posed_joints(motion)[:, :BODY]
    from_pelvis = joints - joints[:, :1]
    away = np.linalg.norm(from_pelvis - from_pelvis[0], axis=-1).mean(axis=1)
    farthest, lowest = int(away.argmax()), joints[..., 1].min(axis=1)
    stands = lowest[farthest] < lowest.min() + _ON_FLOOR  # not in the air
    comes_back = away[-1] < near * away[farthest]
    return motion.crop(0, farthest + 1) if comes_back and stands and farthest else None


def _is_over(engine: Engine, segment: Segment, before: Segment, choice: Choice, motion: Motion) -> bool:
    """Checks whether a gesture is made by who has thrown or kicked before, and does not stay as he ended; or by who has
    bent over, and straightens up for it.

    before, choice, motion: the preceding step.
    """
    if before.gesture is not None and segment.gesture is not None and segment.gesture.kind != LOOKS:
        bent = {one.place for one in before.gesture.all if one.kind == LEANS} & BENDS.keys()
        if bent - {one.place for one in segment.gesture.all if one.kind == LEANS}:
            return True
    posed = before.gesture is not None or choice.action in grammar()["postures"]
    last = last_pose(motion, engine.body)
    stands = not down(last, engine.body.joints()[0, 1]) and not lies(last)
    return segment.gesture is not None and not posed and stands


def _nods(engine: Engine, segment: Segment, choice: Choice, motion: Motion) -> bool:
    """Checks whether a step is done by the head alone."""
    return choice.action in grammar()["of_head"] and of_upper_body(engine, segment, choice, motion)


def _takes_up_a_pose(segment: Segment, choice: Choice) -> bool:
    """Checks whether a step ends in a pose in which somebody waits, or looks around: that of a person who sits."""
    if segment.gesture is not None:
        return not segment.gesture.moving and segment.gesture.kind in (LEANS, LEGS, LOOKS, TOUCHES)
    return choice.facts.after == "hold" or choice.action in grammar()["postures"]


def _ends_down(engine: Engine, segment: Segment, choice: Choice, motion: Motion) -> bool:
    """Checks whether a step ends with a body that sits, kneels, crouches or lies, so that it can stay there."""
    if segment.gesture is not None or not _takes_up_a_pose(segment, choice):
        return False
    last = last_pose(motion, engine.body)
    if choice.action in grammar()["stays_down"] and not upright(last, engine.body.joints()[0, 1]):
        return not lies(last) or bool(chest_front(last)[1] > _FACE_UP)
    stays = not on_feet(last) or choice.action in grammar()["postures"]  # who picks something up does not
    return stays and down(last, engine.body.joints()[0, 1])


def of_upper_body(engine: Engine, segment: Segment, choice: Choice, motion: Motion) -> bool:
    """Checks whether a step can be done by who is down: by somebody who stands where they are, but need not."""
    goes = segment.travel is not None or segment.turn is not None or segment.steps or segment.metres
    stands = not {"stand", "stands", "standing"}.isdisjoint(segment.said.lower().split())
    if goes or stands or choice.action in grammar()["rises"]:
        return False
    standing = engine.body.joints()[0, 1]
    poses = ground_poses(motion, engine.body)[[0, len(motion) // 2, -1]]
    by_arms = choice.action == _STRETCHES and abs(choice.facts.leg) < _OF_LEGS
    return all(upright(pose, standing) for pose in poses) and (by_arms or in_place(motion, engine.body))


def _from_below(engine: Engine, motion: Motion, falling: Motion) -> Motion | None:
    """Returns the rest of a fall, or of lying or sitting down, from where the body is as low as it is already: who
    collapses in a push-up does not stand up to fall. None for who stands, or would have to turn over."""
    last, poses = last_pose(motion, engine.body), ground_poses(falling, engine.body)
    if upright(last, engine.body.joints()[0, 1]) or turned_over(last, poses[-1]):
        return None
    heights = poses[:, 0, 1] - poses[..., 1].min(axis=1)
    low = np.flatnonzero(heights <= last[0, 1] - last[:, 1].min())
    there = len(low) > 0 and low[0] <= len(falling) - _LEFT
    return falling.crop(int(low[0]) if there else max(len(falling) - _DOWN_THERE, 0), len(falling))


def _sleeps_there(engine: Engine, segment: Segment, choice: Choice, motion: Motion, sleeping: Motion) -> bool:
    """Checks whether a body that lies would have to turn over to sleep as it does in a motion, which nobody asked
    for."""
    last, first = last_pose(motion, engine.body), ground_poses(sleeping.crop(0, 1), engine.body)[0]
    turns = choice.action == _SLEEPS and lies(last) and turned_over(last, first)
    return turns and not _LIES_ON.search(segment.text)


def _is_down_for(engine: Engine, motion: Motion, leading: Motion) -> bool:
    """Checks whether a body is down already where a motion leads down from standing: who lies on the back turns over
    to lie on the belly, and who crawls does not stand up to kneel."""
    standing = engine.body.joints()[0, 1]
    first, end = ground_poses(leading, engine.body)[[0, -1]]
    return upright(first, standing) and not any(
        upright(pose, standing) for pose in (last_pose(motion, engine.body), end)
    )


def _risen(engine: Engine, motion: Motion, rising: Motion, way_down: Motion) -> tuple[Motion, str] | None:
    """Returns a motion after which the body stands, and the rest of a sentence about that, where `rising`, a motion of
    standing up, does not begin as the body is; None where it does.

    way_down: the motion by which the body got there. Who has knelt or crouched down by it rises as they went down, and
    so does who has sat down, if `rising` begins otherwise.
    """
    last = last_pose(motion, engine.body)
    first, end = ground_poses(rising, engine.body)[[0, -1]]
    standing = engine.body.joints()[0, 1]
    if upright(last, standing) and not upright(first, standing):
        return motion, "is left out: the body stands already."
    sank = upright(ground_poses(way_down.crop(0, 1), engine.body)[0], standing)
    sits = not lies(last) and unlike(last, first, standing)
    if sank and (sits or _rises_as_it_sank(last, standing)):
        back = way_down.crop(0, active_part(way_down, engine.body)[1]).backward()
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
