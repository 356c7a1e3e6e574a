"""Removes foot sliding: keeps feet in place while they stand.

Kovar et al., "Footskate cleanup for motion capture editing" (SCA 2002): a standing foot is held in one place by moving
the body and bending hip and knee a little.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Literal

import numpy as np

from .. import rotations as rot
from ..body import floor_under
from ..easing import smoothstep
from ..fitted_body import Standing
from ..limb_ik import reach
from ..motion import Motion
from ..skeleton import INDEX

_SIDES = ("left", "right")
_KNEE = np.array([1.0, 0.0, 0.0])  # knees bend about the thigh's own X
# A foot may stand while its ankle or its ball is within `_NEAR_FLOOR` of its height in a stance, and slow enough
_NEAR_FLOOR = 0.05  # metres
_FAR_FROM_FLOOR, _LONG = 0.2, 0.4  # metres, and seconds of a rest there: who lies, not who hops
_ROLLS, _HIGHER = 0.03, 0.05  # metres: by which a foot that stands changes its height, and most that is added for it
_STILL = 0.5  # metres per second
_SLIDE = 0.5  # share of the body's speed that is added to that limit, since sliding feet move with the body
_HELD = 0.25  # metres per second: after the path's correction a slower foot stands
_SLIDES, _SLIDES_MUCH = 0.18, 0.26  # metres per second that feet still slide: little, and as in quick steps
_TRAVELS, _TRAVELS_FAST = 0.3, 0.5  # metres within a second: on the spot, and on the way
_HURRY = 0.75  # of quick steps, as `_SLIDE`
_MORE = 2  # further corrections of the path in quick steps
_HELD_IN_HURRY = 0.35  # share of the body's speed that is added to `_HELD` in quick steps
_EVEN = 0.25  # seconds over which the correction of the path is averaged in quick steps
_FLIGHT = 0.25  # seconds: a longer time without a foot on the ground is a flight, whose path is kept
_SHORTEST = 0.1  # seconds of a stance
_CLEARANCE = 0.027  # metres above the floor at which a foot swings at least
_STARTS, _SWINGS = 0.9, 2.0  # metres per second at which a foot begins to swing, and is lifted to its full clearance
_STEPS = 0.8  # metres per second by which a foot is faster than the body in a step
_LONGEST_STEP = 1.0  # seconds
_LIFTED = 1.0  # frames over which a lift is smoothed
_EASE = 0.15  # seconds over which a foot moves into its place before a stance, and leaves it afterwards
_RISING = 0.3  # metres per second: a body that leaves the floor is faster
_SMOOTHING = 2.0  # frames
_DRIFTS = 5.0  # seconds from which on a body that stays may have drifted visibly
_SLOW = 1.5  # seconds: what is slower than sway and steps on the spot
_WANDERS = 0.2  # metres: feet that slowly go no further stay where they are
_STAYS = 0.1  # metres per second: a slower body stays where it is


def lock_feet(motion: Motion, body: Standing) -> Motion:
    """Returns `motion` with feet that keep their place while they stand.

    First the root trajectory is corrected: in every frame the slower of the feet on the ground is taken to stand, and
    its slide is subtracted from the body's path. A moonwalk is preserved, because one of its feet always stands. Quick
    steps are corrected several times. Then each foot is held where it stands.
    """
    if len(motion) < 3:
        return motion
    before, joints = motion, body.posed_joints(motion).astype(np.float64)
    slid = _slid(joints, motion.fps, body)
    motion, joints = motion.moved(-slid), joints - slid[:, None]
    heights, speeds, velocities = _contacts(joints, motion.fps, body)
    standing = (heights < _NEAR_FLOOR) & (speeds < _HELD)
    if share := _hurried(joints, heights, speeds, motion.fps):
        for _ in range(_MORE):
            slid = share * _slid(joints, motion.fps, body, _HURRY)
            motion, joints = motion.moved(-slid), joints - slid[:, None]
        heights, speeds, velocities = _contacts(joints, motion.fps, body)
        slow = _HELD + share * _HELD_IN_HURRY * _pelvis_speed(joints, motion.fps)
        standing = (heights < _NEAR_FLOOR) & (speeds < slow[:, None])
        # which feet stand is seen where the path follows them; held are they on the way of the body, which is even
        evened = _evened(before.translation - motion.translation, share**2 * _EVEN * motion.fps)
        joints = joints + (before.translation - evened - motion.translation)[:, None]
        motion = before.moved(-evened)
        velocities = _contacts(joints, motion.fps, body)[2]
    ease = round(_EASE * motion.fps)
    shifts = []
    for side in (0, 1):
        # integrated velocity of the contact, which has no jump where the contact changes from the heel to the ball
        way = np.cumsum(velocities[:, side], axis=0) / motion.fps
        flat = hold(way, without_short_runs(standing[:, side], _SHORTEST * motion.fps), ease)
        shifts.append(np.stack((flat[:, 0], np.zeros(len(motion)), flat[:, 1]), axis=1))
    lifts = _lifts(joints, heights, speeds, standing, motion.fps)
    lifted = [shift + lift[:, None] * (0.0, 1.0, 0.0) for shift, lift in zip(shifts, lifts.T, strict=True)]
    common = _evened((shifts[0] + shifts[1]) / 2, share**2 * _EVEN * motion.fps)
    locked = move_feet(motion, joints, lifted, common=common)
    return _kept_in_place(_without_drift(locked, before), locked, joints, shifts)


def _lifts(joints: np.ndarray, heights: np.ndarray, speeds: np.ndarray, standing: np.ndarray, fps: float) -> np.ndarray:
    """Returns how far each foot is to be lifted so that it clears the floor in a step, (T, 2) metres.

    A foot that between two stances is never much faster than the body glides or is dragged, and is left where it is.
    heights, speeds: (T, 2) as of `_contacts`. standing: (T, 2).
    """
    stands = standing.any(axis=1)
    if not stands.any():
        return np.zeros(standing.shape)
    # the body will be put on the floor by the foot that stands
    floor = np.where(standing, heights, np.inf).min(axis=1)
    every = np.arange(len(joints))
    heights = heights - _smoothed(np.interp(every, every[stands], floor[stands]))[:, None]
    faster = speeds - _pelvis_speed(joints, fps)[:, None]
    fast = smoothstep((speeds - _STARTS) / (_SWINGS - _STARTS))
    needed = np.maximum(_CLEARANCE - heights, 0.0) * fast
    for side in (0, 1):
        for start, stop in runs(~standing[:, side]):
            if stop - start > _LONGEST_STEP * fps or faster[start:stop, side].max() < _STEPS:
                needed[start:stop, side] = 0.0
        needed[standing[:, side], side] = 0.0
        needed[:, side] = _smoothed(needed[:, side], _LIFTED)
    return needed


def _without_drift(motion: Motion, before: Motion) -> Motion:
    """Returns `motion` without what its correction of `before` adds up to while the body stays where it is.

    A standing foot that rolls from heel to ball and back is moved a few millimetres each time, always the same way: a
    quarter of a metre within forty seconds. Motions under `_DRIFTS` seconds are returned unchanged.
    """
    if len(motion) < _DRIFTS * motion.fps:
        return motion
    spread = _SLOW * motion.fps
    path = before.translation[:, [0, 2]].astype(np.float64)
    corrected = np.gradient(motion.translation[:, [0, 2]].astype(np.float64) - path, axis=0)
    speed = np.hypot(*(_smoothed(row, spread, "reflect") for row in np.gradient(path, axis=0).T)) * motion.fps
    stays = _smoothed((speed < _STAYS).astype(np.float64), spread / 4)
    away = np.zeros((len(motion), 3))
    for axis, row in ((0, 0), (2, 1)):
        away[:, axis] = np.cumsum(stays * _smoothed(corrected[:, row], spread, "reflect"))
    return motion.moved(away[0] - away)


def _kept_in_place(motion: Motion, locked: Motion, joints: np.ndarray, shifts: list[np.ndarray]) -> Motion:
    """Returns `motion`, which differs from `locked` by its path only, without the slow way of feet that stay.

    joints, shifts: those by which `locked` was made. Motions under `_DRIFTS` seconds are returned unchanged, and so are
    those whose feet go further than `_WANDERS`.
    """
    if len(motion) < _DRIFTS * motion.fps:
        return motion
    ankles = [joints[:, INDEX[f"{side}_ankle"]] + shift for side, shift in zip(_SIDES, shifts, strict=True)]
    place = (ankles[0] + ankles[1]) / 2 + motion.translation - locked.translation
    away = np.zeros_like(place)
    for axis in (0, 2):
        away[:, axis] = _smoothed(place[:, axis], _SLOW * motion.fps, "reflect")
    away -= away[0]
    return motion.moved(-away) if np.hypot(*np.ptp(away[:, [0, 2]], axis=0)) < _WANDERS else motion


def on_floor(motion: Motion, body: Standing) -> Motion:
    """Returns `motion` shifted vertically as a whole, so that the body stands on the floor, y = 0."""
    return motion.moved(np.array([0.0, -floor_under(body.lowest(motion)), 0.0]))


def put_on_floor(motion: Motion, body: Standing) -> Motion:
    """Returns `motion` with the body on the floor, y = 0, whenever it stands, sits or lies.

    First the whole motion is put on the floor, as by `on_floor`. Then slow, small offsets from the floor are subtracted
    from the pelvis' height; a hop leaves and meets the floor much faster, and is kept.
    """
    lowest = body.lowest(motion).astype(np.float64)
    floor = floor_under(lowest)
    height = lowest - floor
    away = np.zeros((len(motion), 3))
    away[:, 1] = floor
    if len(motion) > 2:
        slow = np.abs(np.gradient(height)) * motion.fps < _RISING
        rests = np.zeros(len(motion), bool)
        for near, seconds in ((_NEAR_FLOOR, _SHORTEST), (_FAR_FROM_FLOOR, _LONG)):
            rests |= without_short_runs((np.abs(height) < near) & slow, seconds * motion.fps)
        if rests.any():
            every = np.arange(len(motion))
            eased = _smoothed(np.interp(every, every[rests], height[rests]))
            away[:, 1] += eased + floor_under(height - eased)
    return motion.moved(-away)


def keep_on_floor(motion: Motion, body: Standing) -> Motion:
    """Returns `motion` with whatever part of the body is lowest on the floor, y = 0, in every frame.

    For packs that do not store the body's height: crouching and rising become right; a jump stays on the ground. And
    for retargeted clips of who lies or falls: the root's path is scaled by the length of legs, which leaves a person in
    the air whose source has short legs and a thick body, as cartoon characters have.
    """
    away = np.zeros((len(motion), 3))
    away[:, 1] = body.lowest(motion)
    return motion.moved(-away)


def _contacts(joints: np.ndarray, fps: float, body: Standing) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Returns the height, speed and velocity of each foot's lower end, heel or ball: (T, 2), (T, 2), (T, 2, 2).

    Heights are above the lowest stance of the motion, in metres; velocities are over the ground, in metres per second.
    """
    rest = body.joints()
    places = [[INDEX[f"{side}_{end}"] for side in _SIDES] for end in ("ankle", "foot")]
    heights = np.stack([joints[:, at, 1] - rest[at, 1] for at in places])  # (2 ends, T, 2 feet)
    velocity = np.stack([np.gradient(joints[:, at][..., [0, 2]], axis=0) * fps for at in places])
    lower = heights.argmin(axis=0)
    velocity = np.where(lower[..., None] == 0, velocity[0], velocity[1])
    heights, speeds = heights.min(axis=0), np.linalg.norm(velocity, axis=-1)
    return heights - _floor(heights, speeds, joints, fps), speeds, velocity


def _floor(heights: np.ndarray, speeds: np.ndarray, joints: np.ndarray, fps: float) -> float:
    """Returns the height of the lower end of a foot that stands on the floor, of heights and speeds (T, 2).

    It is about the lowest of the motion; more where feet that are slow enough to stand are mostly higher, as those of
    somebody who drags the toes of the other foot along.
    """
    lower = heights.argmin(axis=1)[:, None]
    slow = np.take_along_axis(speeds, lower, axis=1)[:, 0] < _STILL + _SLIDE * _pelvis_speed(joints, fps)
    lowest = np.percentile(heights.min(axis=1), 5)
    if not slow.any():
        return float(lowest)
    above = np.median(heights.min(axis=1)[slow]) - lowest - _ROLLS
    return float(lowest + np.clip(above, 0.0, _HIGHER))


def _hurried(joints: np.ndarray, heights: np.ndarray, speeds: np.ndarray, fps: float) -> float:
    """Returns how much standing feet still slide after a correction, from 0, as in a walk, to 1, as in a run.

    In quick steps a foot stands for a few frames only, so that a smooth correction of the path leaves much of its
    slide. A body that does not travel takes no such steps. Motions at 0 are corrected once.
    """
    second = min(round(fps), len(joints) - 1)
    gone = np.linalg.norm((joints[second:, 0] - joints[:-second, 0])[:, [0, 2]], axis=1).mean() / second * fps
    slowest = np.where(heights < _NEAR_FLOOR, speeds, np.inf).min(axis=1)
    stands = slowest < _STILL + _HURRY * _pelvis_speed(joints, fps)
    if not stands.any():
        return 0.0
    slides = (slowest[stands].mean() - _SLIDES) / (_SLIDES_MUCH - _SLIDES)
    travels = (gone - _TRAVELS) / (_TRAVELS_FAST - _TRAVELS)
    return float(np.clip(slides, 0.0, 1.0) * np.clip(travels, 0.0, 1.0))


def _pelvis_speed(joints: np.ndarray, fps: float) -> np.ndarray:
    """Returns the speed of the pelvis over the ground, (T,) metres per second."""
    steps = np.gradient(joints[:, 0, [0, 2]], axis=0)
    return np.asarray(np.linalg.norm(steps, axis=1) * fps)


def _slid(joints: np.ndarray, fps: float, body: Standing, slide: float = _SLIDE) -> np.ndarray:
    """Returns how far the standing foot has slid over the ground up to each frame, (T, 3) metres.

    slide: share of the body's speed that a standing foot may have.
    """
    heights, speeds, velocities = _contacts(joints, fps, body)
    speeds = np.where(heights < _NEAR_FLOOR, speeds, np.inf)
    slower = speeds.argmin(axis=1)
    every = np.arange(len(joints))
    # excludes feet that take off for a jump, which are as fast as the body
    stands = speeds[every, slower] < _STILL + slide * _pelvis_speed(joints, fps)
    way = np.zeros((len(joints), 3))
    if stands.any():
        flies = np.zeros(len(joints), bool)
        for start, stop in runs(~stands):
            flies[start:stop] = stop - start > _FLIGHT * fps
        for axis, row in ((0, 0), (2, 1)):
            speed = np.interp(every, every[stands], velocities[every, slower, row][stands])
            way[:, axis] = np.cumsum(_smoothed(np.where(flies, 0.0, speed))) / fps
    return way - way[0]


def _evened(way: np.ndarray, spread: float) -> np.ndarray:
    """Returns a correction (T, 3) of the path with its speeds smoothed by `spread` frames: who runs goes on in the air
    as fast as on the foot."""
    if len(way) < 3 or not spread:
        return way
    steps = np.stack([_smoothed(row, spread, "reflect") for row in np.diff(way, axis=0).T], axis=1)
    return np.concatenate((way[:1], way[0] + np.cumsum(steps, axis=0)))


def _smoothed(
    values: np.ndarray, spread: float = _SMOOTHING, padding: Literal["edge", "reflect"] = "edge"
) -> np.ndarray:
    reach = min(round(3 * spread), len(values) - 1)
    kernel = np.exp(-0.5 * (np.arange(-reach, reach + 1) / spread) ** 2)
    return np.convolve(np.pad(values, reach, mode=padding), kernel / kernel.sum(), "valid")


def move_feet(motion: Motion, joints: np.ndarray, shifts: list[np.ndarray], common: np.ndarray | None = None) -> Motion:
    """Returns `motion` with its left and right foot moved by `shifts`, (T, 3) metres each; the feet keep their
    directions.

    joints: (T, 55, 3) joints of `motion`.
    common: (T, 3) metres by which the body moves, by default the mean of both shifts; knees bend for the difference.
    """
    if common is None:
        common = (shifts[0] + shifts[1]) / 2
    rotations = motion.rotations.astype(np.float64)
    for side, shift in zip(_SIDES, shifts, strict=True):
        leg = [INDEX[f"{side}_{joint}"] for joint in ("hip", "knee", "ankle")]
        world = [rotations[:, 0]]
        for joint in leg:
            world.append(rot.quat_multiply(world[-1], rotations[:, joint]))
        hip, knee, ankle = (joints[:, joint] for joint in leg)
        world[1:3] = reach((hip + common, knee + common, ankle + common), ankle + shift, world[1], world[2], _KNEE)
        for joint, parent, turned in zip(leg, world, world[1:], strict=False):
            rotations[:, joint] = rot.quat_multiply(rot.quat_conjugate(parent), turned)
    return replace(motion, rotations=rotations, translation=motion.translation + common)


def hold(offset: np.ndarray, held: np.ndarray, ease: int, to: float | None = None) -> np.ndarray:
    """Returns the correction (T, n) by which a foot keeps one `offset` (T, n) while it is `held` (T,).

    ease: frames over which the correction fades in and out.
    to: the offset to keep, by default the mean of each hold.
    """
    shift = np.zeros_like(offset)
    weight = np.zeros(len(offset))
    fade = (1 + np.cos(np.pi * np.arange(1, ease + 1) / (ease + 1))) / 2
    for start, stop in runs(held):
        correction = (offset[start:stop].mean(axis=0) if to is None else to) - offset[start:stop]
        before, after = min(ease, start), min(ease, len(offset) - stop)
        shift[start:stop] += correction
        weight[start:stop] += 1
        shift[start - before : start] += fade[:before][::-1, None] * correction[0]
        weight[start - before : start] += fade[:before][::-1]
        shift[stop : stop + after] += fade[:after, None] * correction[-1]
        weight[stop : stop + after] += fade[:after]
    # between two close holds both corrections apply, as a weighted mean
    return shift / np.maximum(weight, 1)[:, None]


def runs(flags: np.ndarray) -> list[tuple[int, int]]:
    """Returns the (start, stop) of every stretch of frames whose flag is set."""
    edges = np.flatnonzero(np.diff(np.concatenate(([0], flags.astype(np.int8), [0]))))
    return [(int(start), int(stop)) for start, stop in edges.reshape(-1, 2)]


def without_short_runs(flags: np.ndarray, shortest: float) -> np.ndarray:
    """Returns `flags` (T,) with stretches of fewer than `shortest` frames unset."""
    kept = flags.copy()
    for start, stop in runs(flags):
        if stop - start < shortest:
            kept[start:stop] = False
    return kept
