"""Compares what wordings say of travel, lying, standing up, and one or both arms with what the motion shows."""

from __future__ import annotations

import re
from collections.abc import Iterator

import numpy as np

from motionclip_blender.core.body import Body
from motionclip_blender.core.measure import measured_side, wrists_apart
from motionclip_blender.core.motion import Motion
from motionclip_blender.core.skeleton import BODY, INDEX
from motionclip_blender.core.timeline.postures import chest_front

from .captions import CaptionedSpan, names_a_side
from .span_measures import trunk_tilt
from .told_facts import told
from .travel import travelling


def _words(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern, re.IGNORECASE)


_JOG, _SPRINT = _words(r"\b(?:jog(?:s|ging)?|trot(?:s|ting)?)\b"), _words(r"\bsprint(?:s|ing)?\b")
_FASTER = _words(r"\b(?:runs?|running|sprint\w*)\b")
_FASTEST_JOG, _SLOWEST_SPRINT = 3.6, 3.0  # m/s; people sprint no faster where they are recorded indoors
_STRETCH = 0.5  # seconds along which the pace is measured
_ON_THE_SPOT = _words(r"\b(?:on the spot|in place|round|back)\b")
_NOWHERE = 0.4  # metres from the start within which a motion goes nowhere

_DOWN, _UP = ("die", "fall", "lie_down", "sleep"), ("get_up", "stand_up")  # classes that end, or begin, lying
_ON = r"\b(?:on|onto|off|from) (?:the|his|her|their|its|your|one) (?:left |right )?"
_LYING = {
    "on the back": (_words(rf"{_ON}back\b|\bsupine\b|\bface[ -]up\b"), 0.2, 2.0),
    "on the belly": (_words(rf"{_ON}(?:belly|stomach|front|face)\b|\bprone\b|\bface[ -]down\b"), -2.0, -0.2),
    "on the side": (_words(rf"(?!\bfrom){_ON}side\b"), -0.8, 0.8),  # a blow comes from the side
}  # wordings, and between which heights the tip of the chest's front axis, one long, is then
_LEVEL = 60.0  # degrees of the trunk off the vertical from which on someone lies
_OVER, _THICK = 0.2, 0.38  # metres over the floor: of the lowest joint, and of hip or chest, of one who lies
_STANDS = _words(r"\b(?:stand|get)(?:s|ting|ing)?\b(?: \w+){0,2} up\b|\bto standing\b")
_STANDING, _RISEN = 0.85, 0.6  # height of the pelvis of an exemplar, and of others, relative to a standing body's

_ONE = _words(r"\b(?:one|a single)[ -](?:hand|arm|fist)(?:ed)?\b")
_IN_TURN = _words(r"\b(?:other|then|after|turns)\b")
_BOTH = _words(r"\b(?:both|two)[ -](?:\w+ )?(?:hand|arm|fist)(?:s|ed)?\b")
_ONE_ALONE = 0.4  # of `measured_side`
_ALIKE = 0.15  # metres between a wrist and the mirror image of the other one


def movement_contradictions(span: CaptionedSpan, motion: Motion, body: Body) -> Iterator[str]:
    """Yields a sentence for every wording of a span that its `motion` contradicts.

    motion: what prompts show of it.
    """
    joints = body.posed_joints(motion)[:, :BODY].astype(np.float64)
    standing = float(body.joints()[INDEX["pelvis"], 1] - body.joints()[:BODY, 1].min())
    yield from _travel(span, motion, body)
    if span.action in _DOWN and span.exemplar:
        yield from _hovering(joints[-1])
    if span.action in _DOWN + _UP:
        yield from _other_side_down(span, joints[0 if span.action in _UP else -1])
    if span.action in _UP:
        yield from _not_up(span, joints[-1, 0, 1] / standing)
    yield from _arms(span, motion, body)


def fastest(motion: Motion) -> float:
    """Returns the m/s over the ground of the fastest half second, or of a shorter motion."""
    way = motion.translation[:, [0, 2]].astype(np.float64)
    frames = min(max(round(_STRETCH * motion.fps), 1), len(way) - 1)
    if frames < 1:
        return 0.0
    return float(np.linalg.norm(way[frames:] - way[:-frames], axis=1).max() * motion.fps / frames)


def front_height(pose: np.ndarray) -> float:
    """Returns the height of the tip of the chest's front axis over its foot: 1 on the back, -1 on the belly.

    pose: (22, 3) joints.
    """
    return float(chest_front(pose)[1])


def _travel(span: CaptionedSpan, motion: Motion, body: Body) -> Iterator[str]:
    moved = travelling(motion, body, span.direction == "backward") if span.travel else motion
    way = moved.translation[:, [0, 2]].astype(np.float64)
    pace, far = fastest(moved), float(np.linalg.norm(way - way[0], axis=1).max())
    for caption in span.captions:
        if _JOG.search(caption) and not _FASTER.search(caption) and pace > _FASTEST_JOG:
            yield f'"{caption}" is shown at {pace:.1f} m/s; who jogs does at most {_FASTEST_JOG:g}.'
        elif _SPRINT.search(caption) and pace < _SLOWEST_SPRINT:
            yield f'"{caption}" is shown at {pace:.1f} m/s; who sprints does at least {_SLOWEST_SPRINT:g}.'
        direction = told(caption).direction
        stays = span.exemplar and not span.speed and far < _NOWHERE
        if direction and stays and not _ON_THE_SPOT.search(caption):
            yield f'"{caption}" says {direction}, and it stays within {far:.1f} m.'


def _hovering(pose: np.ndarray) -> Iterator[str]:
    """Yields a sentence for a last pose that lies, but not on the floor."""
    if trunk_tilt(pose[None])[0] < _LEVEL:
        return
    lowest, trunk = pose[:, 1].min(), max(pose[INDEX["pelvis"], 1], pose[INDEX["spine3"], 1])
    if lowest > _OVER or trunk > _THICK:
        yield f"it ends lying in the air: the lowest joint at {lowest:.2f} m, hip or chest at {trunk:.2f} m."


def _other_side_down(span: CaptionedSpan, pose: np.ndarray) -> Iterator[str]:
    front = front_height(pose)
    for caption in span.captions:
        told = [way for way, (words, *_) in _LYING.items() if words.search(caption)]
        if len(told) == 1 and not _LYING[told[0]][1] <= front <= _LYING[told[0]][2]:
            when = "begins" if span.action in _UP else "ends"
            yield f'"{caption}" says {told[0]}, and it {when} with the front of the chest {_turned(front)}.'


def _turned(front: float) -> str:
    return "up" if front > 0.5 else "down" if front < -0.5 else "to a side"


def _not_up(span: CaptionedSpan, height: float) -> Iterator[str]:
    said = next(filter(_STANDS.search, span.captions), None)
    if said is not None and height < (_STANDING if span.exemplar else _RISEN):
        yield f'"{said}" ends with the pelvis at {height:.2f} of its height in standing.'


def _arms(span: CaptionedSpan, motion: Motion, body: Body) -> Iterator[str]:
    captions = [caption for caption in span.captions if not names_a_side(caption)]
    both = [caption for caption in captions if _BOTH.search(caption) and not _ONE.search(caption)]
    one = [caption for caption in captions if _ONE.search(caption) and not _IN_TURN.search(caption)]
    if both:
        side, more = measured_side(motion, body, "arm")
        if more > _ONE_ALONE:
            yield from (f'"{caption}" says both arms, and it is the {side} one that moves.' for caption in both)
    if one and np.percentile(wrists_apart(motion, body), 90) < _ALIKE:
        yield from (f'"{caption}" says one arm, and both do the same.' for caption in one)
