"""Leads from the pose in a photo into a motion, at the person's own place in the photo."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from ..core import rotations as rot
from ..core.body import Body
from ..core.cleanup.seams import LONGEST, SEAM, apart, ground_poses, needed_seam
from ..core.easing import smoothstep
from ..core.motion import Motion
from ..core.timeline.bridges import bridged
from .camera import seen_from
from .terms import Camera, Fit

if TYPE_CHECKING:
    from ..core.engine import Engine

HOLD = 6
"""Frames at 30 per second in which the person still stands as in the photo."""

_PART = 2  # the cross-fade takes at most this part of the motion
_LOOKED_AT = 6
_TRAVELS = 0.8  # metres from the first place, from which on it matters where a motion goes
_TURNS = np.radians((0, 30, -30, 60, -60, 90, -90, 120, -120, 150, -150, 180))
_TURN_SPEED = np.radians(220)  # per second
_NEAREST, _FARTHEST = 0.62, 2.5  # distances from the camera, relative to the photo's, that are wanted
_ASIDE = 0.15  # price of a turn by half a circle
_OUT = 0.5  # price of leaving the picture in all frames: a camera that follows mends it


def opening(fit: Fit, fps: float, frames: int = 1) -> Motion:
    """Returns the photo's own pose, held for some frames."""
    pose = np.repeat(np.asarray(fit.pose, np.float64).reshape(1, -1), frames, axis=0)
    return Motion.from_axis_angle(pose, np.repeat(np.asarray(fit.translation)[None], frames, axis=0), fps)


def acted(engine: Engine, body: Body, fit: Fit, motion: Motion) -> tuple[Motion, tuple[str, ...]]:
    """Returns the motion in the photo's world: it begins with the photo's pose, held for `HOLD` frames at 30 per
    second, and goes over into `motion` as segments of timelines do.

    Where a motion goes its way, the person turns to the side as far as it takes not to run into the camera, or far
    away. Also returns sentences on what is put in between, and on a turn.
    body: in the person's shape. motion: on the floor, at any rate, which is the result's.
    """
    fps, notes = motion.fps, []
    hold = max(round(HOLD * fps / 30), 1)
    start = opening(fit, fps, _LOOKED_AT)
    first = ground_poses(motion.crop(0, min(len(motion), _LOOKED_AT)), body)
    led, wordings = bridged(engine, opening(fit, fps, 2 * SEAM), first[0], SEAM)
    if wordings:
        notes.append(f"From the photo's pose to the motion {', then '.join(wordings)} is put in.")
        end = ground_poses(led.crop(max(len(led) - _LOOKED_AT, 0), len(led)), body)
        seam = _seam(end, first, fps, min(len(led), len(motion)))
        whole = opening(fit, fps, hold).concatenate(led.crop(min(SEAM, len(led) - 2), len(led)))
        going = len(whole) - seam
        whole = whole.fade_into(motion, seam) if seam else whole.concatenate(motion)
    else:
        seam = _seam(ground_poses(start, body), first, fps, len(motion))
        whole = (
            opening(fit, fps, hold + seam).fade_into(motion, seam) if seam else start.crop(0, hold).concatenate(motion)
        )
        going = hold
    turn = _best_turn(whole, going, fit.camera)
    if turn:
        whole = turned_aside(whole, going, turn)
        notes.append(f"The person turns by {abs(np.degrees(turn)):.0f} degrees, to stay before the camera.")
    return whole, tuple(notes)


def _seam(end: np.ndarray, first: np.ndarray, fps: float, room: int) -> int:
    """Returns the frames of the cross-fade from the last poses (n, 22, 3) to the first of what follows."""
    if apart(end[-1], first[0]) < 1e-4:
        return min(SEAM, room // _PART)
    return max(min(needed_seam(end, first, fps), LONGEST, room // _PART), 0)


def turned_aside(motion: Motion, start: int, angle: float) -> Motion:
    """Returns the motion with its way from frame `start` on turned by `angle` about the vertical, in radians.

    The person turns after it at a speed that people turn at; meanwhile the first steps go sideways.
    """
    frames = max(round(abs(angle) / _TURN_SPEED * motion.fps), 1)
    angles = angle * smoothstep((np.arange(len(motion)) - start) / frames)
    turns = rot.axis_angle_to_quat(np.stack((np.zeros_like(angles), angles, np.zeros_like(angles)), axis=-1))
    rotations = motion.rotations.astype(np.float64)
    rotations[:, 0] = rot.quat_multiply(turns, rotations[:, 0])
    steps = np.diff(motion.translation.astype(np.float64), axis=0, prepend=motion.translation[:1])
    steps[start + 1 :] = steps[start + 1 :] @ _about_y(angle).T
    return replace(motion, rotations=rotations, translation=motion.translation[0] + np.cumsum(steps, axis=0))


def _about_y(angle: float) -> np.ndarray:
    cosine, sine = np.cos(angle), np.sin(angle)
    return np.array([[cosine, 0.0, sine], [0.0, 1.0, 0.0], [-sine, 0.0, cosine]])


def _best_turn(motion: Motion, start: int, camera: Camera) -> float:
    """Returns the angle by which the way is best turned: 0 where the person stays about where they are."""
    way = motion.translation[start:].astype(np.float64)
    if np.hypot(*(way - way[0])[:, ::2].T).max() < _TRAVELS:
        return 0.0
    before = float(seen_from(camera, _pelvis(motion.translation[:1]))[0, 2])
    best, found = np.inf, 0.0
    for angle in _TURNS:
        places = seen_from(camera, _pelvis(turned_aside(motion, start, angle).translation[start:]))
        depth = places[:, 2] / before
        aside = np.abs(places[:, 0]) * camera.focal / np.maximum(places[:, 2], 0.1) / (camera.width / 2)
        price = np.clip(_NEAREST - depth, 0, None).max() * 10 + np.clip(depth - _FARTHEST, 0, None).max()
        price += _OUT * float((aside > 0.8).mean()) + _ASIDE * abs(angle) / np.pi
        if price < best - 1e-9:
            best, found = price, float(angle)
    return found


def _pelvis(translation: np.ndarray) -> np.ndarray:
    return translation + np.array((0.0, 0.95, 0.0))
