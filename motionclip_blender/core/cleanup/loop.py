"""Closes loops: finds and closes their seams, repeats them, keeps them in place, and lengthens motions."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import NamedTuple

import numpy as np

from .. import rotations as rot
from ..motion import Motion
from ..root_trajectory import RootTrajectory
from ..skeleton import BODY

SHORTER, LONGER = 0.87, 1.15
"""Limits of a loop's length relative to the requested one; it is played slower or faster by the same factor."""

_SEAM = 5  # frames of the cross-fade into the repetition, for a motion that does not end as it began
_LOOP_DEGREES = 8.0  # difference of every joint up to which a motion counts as ending as it began
_TURN = 2 * np.pi
_SWING = np.radians(20)  # the most that hips swing about the vertical with the steps; the rest is a turn of the body
_AHEAD = 0.2  # seconds: weight of a difference of speeds relative to one of poses in the search for a loop
_LIVELY = 0.8  # least movement of a loop, relative to the motion's beginning; otherwise stillness would win
_SMOOTH = 0.5  # seconds; slower than a step's sway, faster than a walk round a corner


def closed(motion: Motion, seconds: float = 0.33) -> Motion:
    """Returns the motion with its last frame flowing into its first, at the same length.

    The gap between the two, in pose and speed, is distributed over `seconds` on both sides of the seam. A turn of the
    body that is not a whole one is removed evenly over the whole motion, so that each round starts with the same
    heading. The path over the ground stays: see `repeated`. Motions under four frames are returned unchanged.
    """
    if len(motion) < 4:
        return motion
    ease = int(np.clip(round(seconds * motion.fps), 1, len(motion) // 2))
    way = RootTrajectory.of(motion)
    rotations = motion.rotations.astype(np.float64)
    rotations[:, 0] = way.tilt
    rotations = rot.continuous(rotations)
    turns = rot.quat_to_axis_angle(rot.quat_multiply(rot.quat_conjugate(rotations[:-1]), rotations[1:]))
    following, rush = _seam(turns)
    after = rot.quat_multiply(rotations[-1], rot.axis_angle_to_quat(following))
    gap = rot.quat_to_axis_angle(rot.quat_multiply(rot.quat_conjugate(after), rotations[0]))
    rotations = rot.quat_multiply(rotations, rot.axis_angle_to_quat(_made_up(gap, rush, len(motion), ease)))

    yaw = way.yaw
    whole = _TURN * np.round((yaw[-1] - yaw[0]) / _TURN)
    turned = yaw[-1] - yaw[0] - whole
    drift = np.sign(turned) * max(abs(turned) - _SWING, 0.0)
    values = np.stack((yaw - drift * np.linspace(0, 1, len(yaw)), way.height), axis=1)
    following, rush = _seam(np.diff(values, axis=0))
    gap = values[0] + (whole, 0) - (values[-1] + following)
    values += _made_up(gap, rush, len(motion), ease)
    # steps are speeds already, so only their values must meet
    jolt = way.steps[0] - way.steps[-1]
    steps = way.steps + _made_up(jolt, np.zeros(2), len(motion) - 1, min(ease, (len(motion) - 1) // 2))
    rotations[:, 0], translation = RootTrajectory(values[:, 0], rotations[:, 0], steps, values[:, 1], way.start).root()
    return Motion(rotations, translation, motion.fps)


def _seam(steps: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Extrapolates steps (T - 1, ...) from frame to frame over the seam, to second order.

    Returns the step that would follow the last, and by how much the speed of the first frame exceeds that of the frame
    it leads to.
    """
    slowing, gaining = steps[-1] - steps[-2], steps[1] - steps[0]
    following = steps[-1] + slowing
    return following, (steps[0] - gaining / 2) - (following + slowing / 2)


def _made_up(gap: np.ndarray, rush: np.ndarray, frames: int, ease: int) -> np.ndarray:
    """Returns the correction (frames, ...) by which values meet at the seam: half of it before, half of it after.

    Uses cubic Hermite curves, which are smooth where the correction begins.
    gap: by how much the first value exceeds the extrapolated one after the last.
    rush: the same of the speeds, per frame.
    """
    t = np.arange(1, ease + 1) / ease  # the last frames, then the one that would follow: t = 1 is the first frame
    rises, speeds = t * t * (3 - 2 * t), t * t * (t - 1) * ease
    axes = (slice(None), *[None] * gap.ndim)
    out = np.zeros((frames, *gap.shape))
    # the frame after the last is the first, where the other half of the correction begins
    out[frames - ease + 1 :] += 0.5 * (rises[axes] * gap + speeds[axes] * rush)[:-1]
    out[:ease] -= 0.5 * (rises[axes] * gap - speeds[axes] * rush)[::-1]
    return out


def best_loop(motion: Motion, frames: int) -> Motion:
    """Returns the stretch of `motion` that best ends as it begins, played as `frames` frames, and closed.

    The stretch is `SHORTER` to `LONGER` times as long as requested, so that a walk can keep whole steps. A motion that
    is too short to choose from is taken whole.
    """
    shortest, longest = max(round(SHORTER * frames), 4), round(LONGER * frames)
    if len(motion) <= shortest:
        return closed(_stretched(motion, frames))
    found = best_stretch(motion, shortest, longest, frames)
    start, length = (0, min(frames, len(motion))) if found is None else (found.start, found.length)
    return closed(_stretched(motion.crop(start, start + length), frames))


class Stretch(NamedTuple):
    """A part of a motion that can be followed by itself.

    apart: how far the frame after it is from its first, in pose and speed; see `_features`.
    """

    apart: float
    start: int
    length: int


def best_stretch(motion: Motion, shortest: int, longest: int, beginning: int) -> Stretch | None:
    """Returns the stretch of `shortest` to `longest` frames that best ends as it begins; None if all are too still.

    beginning: number of first frames whose movement a stretch must nearly have.
    """
    features, movement = _features(motion)
    enough = _LIVELY * movement[:beginning].mean()
    best = None
    for length in range(shortest, min(longest, len(motion) - 1) + 1):
        # compares the frame after a stretch of this length with the stretch's first
        apart = np.linalg.norm(features[length:] - features[:-length], axis=1)
        moves = np.convolve(movement, np.full(length, 1 / length), "valid")[:-1]
        apart[moves < enough] = np.inf
        start = int(np.argmin(apart))
        if np.isfinite(apart[start]) and (best is None or apart[start] < best.apart):
            best = Stretch(float(apart[start]), start, length)
    return best


def _features(motion: Motion) -> tuple[np.ndarray, np.ndarray]:
    """Returns features of each frame for comparing seams, (T, n), and how much the pose changes, (T,).

    The features are pose and speed without heading and place; frames with near features can be joined.
    """
    way = RootTrajectory.of(motion)
    rotations = motion.rotations[:, :BODY].astype(np.float64)
    rotations[:, 0] = way.tilt
    poses = rot.quat_to_sixd(rotations).reshape(len(motion), -1)
    values = np.concatenate((poses, way.height[:, None]), axis=1)
    ahead = _AHEAD * motion.fps
    steps = np.concatenate((way.steps, way.steps[-1:])) * ahead
    speeds = np.gradient(values, axis=0)
    return np.concatenate((values, speeds * ahead, steps), axis=1), np.linalg.norm(speeds, axis=1)


def _stretched(motion: Motion, frames: int) -> Motion:
    """Returns the motion as `frames` frames at the same rate: played slower or faster."""
    if len(motion) == frames:
        return motion
    if len(motion) == 1:
        return extended(motion, frames, hold=True)
    rate = motion.fps * (frames - 1) / (len(motion) - 1)
    played = replace(motion.resample(rate), fps=motion.fps)
    return extended(played, frames, hold=True).crop(0, frames)  # rounding may have dropped the last frame


def cycle_travel(motion: Motion) -> np.ndarray:
    """Returns the (3,) metres over the ground from the first frame of a closed motion to that of its next round."""
    path = motion.translation.astype(np.float64)
    step = ((path[-1] - path[-2]) + (path[1] - path[0])) / 2
    return (path[-1] - path[0] + step) * (1, 0, 1)


def repeated(motion: Motion, times: int) -> Motion:
    """Repeats a closed motion `times` times, each round starting where the one before it ends."""
    travel = cycle_travel(motion)
    paths = [motion.translation + i * travel for i in range(times)]
    return Motion(np.tile(motion.rotations, (times, 1, 1)), np.concatenate(paths), motion.fps)


def ending_as_begun(motion: Motion) -> Motion:
    """Returns a closed motion followed by its first frame at its new place, which Blender's cycles and strips need."""
    return repeated(motion, 2).crop(0, len(motion) + 1)


def within_rounds(motion: Motion, change: Callable[[Motion], Motion], seconds: float = 1.5) -> Motion:
    """Applies `change` to several rounds of a closed motion and returns one round from the middle.

    seconds: the farthest that frames which `change` looks at together lie apart.
    """
    before = max(int(np.ceil(seconds * motion.fps / len(motion))), 1)
    changed = change(repeated(motion, 2 * before + 1))
    part = changed.crop(before * len(motion), (before + 1) * len(motion))
    return part.moved((motion.translation[0] - part.translation[0]) * (1, 0, 1))


def in_place(motion: Motion, loop: bool = False) -> Motion:
    """Returns the motion without its path over the ground: the body stays where it began.

    Sway and bob within about a second are kept, and so are turns.
    loop: whether the motion is closed and must remain so.
    """
    if loop and len(motion) > 1:
        return within_rounds(motion, in_place, 4 * _SMOOTH)
    path = motion.translation[:, [0, 2]].astype(np.float64)
    reach = round(4 * _SMOOTH * motion.fps)
    kernel = np.exp(-0.5 * (np.arange(-reach, reach + 1) / (_SMOOTH * motion.fps)) ** 2)
    kernel /= kernel.sum()
    # with odd reflection at the ends, smoothing leaves a straight path unchanged from the first frame on
    padded = np.pad(path, ((reach, reach), (0, 0)), mode="reflect", reflect_type="odd") if len(path) > 1 else path
    smooth = np.stack([np.convolve(padded[:, i], kernel, "valid") for i in (0, 1)], axis=1) if len(path) > 1 else path
    translation = motion.translation.astype(np.float64)
    translation[:, [0, 2]] = path - smooth + path[0]
    return replace(motion, translation=translation)


def extended(motion: Motion, frames: int, hold: bool = False) -> Motion:
    """Lengthens the motion to at least `frames`, by repeating it or by holding its last pose."""
    if hold or len(motion) < 3:
        at = np.minimum(np.arange(max(frames, len(motion))), len(motion) - 1)
        return Motion(motion.rotations[at], motion.translation[at], motion.fps)
    # a loop's last pose equals its first, so a fade over one frame is enough
    seam = 1 if ends_as_it_began(motion) else min(_SEAM, len(motion) // 3)
    out = motion
    while len(out) < frames:
        out = out.fade_into(motion, seam)
    return out


def ends_as_it_began(motion: Motion) -> bool:
    """Checks whether the last pose equals the first, or nearly so, except for the root's rotation."""
    dots = np.abs(np.sum(motion.rotations[0, 1:BODY] * motion.rotations[-1, 1:BODY], axis=-1))
    return bool(np.degrees(2 * np.arccos(np.clip(dots, 0, 1))).max() < _LOOP_DEGREES)
