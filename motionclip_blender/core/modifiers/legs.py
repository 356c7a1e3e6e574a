"""Moves the legs of somebody who stands: knees are raised, toes tapped, knees bent, heels lifted or put together."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from .. import rotations as rot
from ..body import Body
from ..cleanup.foot_locking import move_feet
from ..easing import smoothstep
from ..measure import facing
from ..motion import Motion
from ..root_trajectory import about_vertical
from ..skeleton import INDEX
from .arm_reach import eased

_SECONDS = {
    "knee": 1.6,
    "leg": 1.8,
    "stamps": 0.7,
    "taps": 0.45,
    "toes": 1.8,
    "bends": 2.0,
    "curtsies": 2.4,
    "together": 2.0,
}  # of each movement
_TIMES = {"taps": 5}  # how often, without a number; once else
_TO = 0.4  # share of a movement's time in which it gets there, and back
_LEG = {"knee": 42.0, "hip": 80.0, "waist": 88.0, "chest": 105.0}  # degrees of a stretched leg, by how high its foot is
_STAMPS = 48.0  # degrees of a thigh before its foot stamps
_THIGH = {"hip": 88.0, "waist": 105.0, "chest": 122.0}  # degrees from hanging, by how high a knee is raised
_SHIN, _FOOT = 8.0, 15.0  # degrees by which a raised shin hangs back from the plumb line, and a foot from level
_OVER = 0.6  # share of the way over the other foot that the body goes, whose knee is raised
_TAP, _AHEAD = 24.0, 0.1  # degrees of a foot that taps with its heel down, and metres that it is put ahead
_HEELS_UP, _FORWARD = 42.0, 0.75  # degrees of feet on the toes, and share of the way to the toes that the body goes
_TURNED_OUT, _PLIE = 42.0, 0.2  # degrees of feet, and metres by which hips sink over them
_CURTSY, _BEHIND, _PAST = 0.14, 0.2, 0.05  # metres that hips sink, that a foot goes back, and past the other one
_APART = 0.06  # metres of an ankle from the middle, of heels that are together
_STRAIGHT = 0.998  # share of a leg's length to which it is stretched
_UPRIGHT, _SEAT = 0.8, 0.35  # shares of a standing pelvis' height, of who stands, and of who sits on something
_SITTING = ("knee", "leg", "stamps", "taps")  # what is done sitting, too
_SIDES = ("left", "right")


def length_of_legs(moves: str, legs: int, count: int | None, fps: float) -> int:
    """Returns the frames that a movement of `with_legs` takes. legs: how many do it by turns."""
    return round(fps * _SECONDS[moves] * (count or _TIMES.get(moves, legs if moves == "knee" else 1)))


def with_legs(
    motion: Motion,
    body: Body,
    moves: str,
    sides: Sequence[str],
    height: str = "",
    count: int | None = None,
    stays: bool = False,
) -> Motion:
    """Returns the motion of somebody who stands, with legs that move, over its whole length; that of
    who lies unchanged, and of who sits, if it needs the whole body.

    moves: "knee", which is raised; "leg", which is, stretched; "stamps" or "taps", of a foot, on its heel; "toes", on
    which the body rises; "bends", of knees over feet that are turned out, as in a plié; "curtsies"; or "together",
    where heels are put. sides: of the legs that do it, one after the other. height: to which a knee or leg is raised,
    "hip", "waist" or "chest", a leg also "knee". count: how often; as often as there is time for if it is None. stays:
    whether a body that rises on its toes is still up at the end.
    """
    seconds = len(motion) / motion.fps
    times = count or max(round(seconds / _SECONDS[moves]), 1)
    sits = not stands(motion, body)
    if sits and (moves not in _SITTING or not stands(motion, body, _SEAT)):
        return motion
    if moves == "together":
        return _together(motion, body)
    if moves == "toes":
        return _on_toes(motion, body, eased(len(motion), motion.fps, False) if stays else _ups(len(motion), times))
    if moves == "bends":
        return _bending(motion, body, _ups(len(motion), times))
    if moves == "curtsies":
        return _curtsying(motion, body, sides[0], _ups(len(motion), times))
    each = np.arange(len(motion)) * times // len(motion)  # which of the movements
    for number, side in enumerate(sides):
        ups = _ups(len(motion), times) * (each % len(sides) == number)
        if moves == "taps":
            motion = _tapping(motion, body, side, ups)
        elif moves == "leg":
            motion = _raised(motion, body, side, {"hip": -_LEG[height], "knee": _SHIN, "ankle": _FOOT}, ups)
        else:
            thigh = _STAMPS if moves == "stamps" else _THIGH[height]
            motion = _raised(motion, body, side, {"hip": -thigh, "knee": thigh + _SHIN, "ankle": _FOOT}, ups)
    return motion


def stands(motion: Motion, body: Body, share: float = _UPRIGHT) -> bool:
    """Checks whether a body stands in all of a motion: its pelvis is as high as a share of a standing one's."""
    joints = _joints(motion, body)
    return bool((joints[:, 0, 1] - joints[..., 1].min(axis=1)).min() > share * body.joints()[0, 1])


def _ups(frames: int, times: int) -> np.ndarray:
    """Returns how far a movement is, (T,) from 0 to 1, that is done and back so many times."""
    phase = np.linspace(0, times, frames) % 1.0
    return smoothstep(np.minimum(phase, 1 - phase) / _TO)


def _level(motion: Motion) -> tuple[np.ndarray, np.ndarray]:
    """Returns the directions to the left and ahead of the body, (T, 3) each."""
    yaw = facing(motion)
    zero = np.zeros_like(yaw)
    return np.stack((np.cos(yaw), zero, -np.sin(yaw)), axis=1), np.stack((np.sin(yaw), zero, np.cos(yaw)), axis=1)


def _joints(motion: Motion, body: Body) -> np.ndarray:
    return body.posed_joints(motion).astype(np.float64)


def _turned(motion: Motion, turns: dict[int, np.ndarray]) -> Motion:
    """Returns the motion with joints turned by axis-angles (T, 3), in the axes of their parents, after their own
    turn."""
    rotations = motion.rotations.astype(np.float64)
    for joint, turn in turns.items():
        rotations[:, joint] = rot.quat_multiply(rot.axis_angle_to_quat(turn), rotations[:, joint])
    return Motion(rotations, motion.translation, motion.fps)


def _about_left(degrees: np.ndarray) -> np.ndarray:
    """Returns axis-angles (T, 3) about the left: what is above goes ahead."""
    return np.radians(degrees)[:, None] * np.array((1.0, 0.0, 0.0))


def _raised(motion: Motion, body: Body, side: str, degrees: dict[str, float], ups: np.ndarray) -> Motion:
    """Returns the motion with a leg raised before the body, which stands on the other one meanwhile.

    degrees: of its joints about the left, by name.
    """
    joints = _joints(motion, body)
    other = _SIDES[side == "left"]
    over = (joints[:, INDEX[f"{other}_ankle"]] - joints[:, 0]) * (1.0, 0.0, 1.0) * stands(motion, body)
    stay = np.zeros((len(motion), 3))
    motion = move_feet(motion, joints, [stay, stay], _OVER * ups[:, None] * over)
    rotations = motion.rotations.astype(np.float64)
    for name, angle in degrees.items():
        joint = INDEX[f"{side}_{name}"]
        bent = rot.axis_angle_to_quat(_about_left(np.full(len(motion), angle)))
        rotations[:, joint] = rot.slerp(rotations[:, joint], bent, ups)
    return Motion(rotations, motion.translation, motion.fps)


def _tapping(motion: Motion, body: Body, side: str, ups: np.ndarray) -> Motion:
    """Returns the motion with a foot put a little ahead, which taps: its heel stays down."""
    ahead = _level(motion)[1] * (_AHEAD * eased(len(motion), motion.fps, returns=False))[:, None]
    stay = np.zeros_like(ahead)
    motion = move_feet(motion, _joints(motion, body), [ahead if each == side else stay for each in _SIDES], stay)
    ankle = INDEX[f"{side}_ankle"]
    rotations = motion.rotations.astype(np.float64)  # the foot turns about its own left
    lifted = rot.axis_angle_to_quat(_about_left(-_TAP * ups))
    rotations[:, ankle] = rot.quat_multiply(rotations[:, ankle], lifted)
    return Motion(rotations, motion.translation, motion.fps)


def _on_toes(motion: Motion, body: Body, ups: np.ndarray) -> Motion:
    """Returns the motion with heels lifted and the body on the toes."""
    joints = _joints(motion, body)
    left, ahead = _level(motion)
    turn = np.radians(_HEELS_UP) * ups
    lifted = [_about_ball(joints, side, turn[:, None] * left) for side in _SIDES]
    up = np.mean([each[:, 1] for each in lifted], axis=0)
    length = np.linalg.norm(joints[:, INDEX["left_foot"]] - joints[:, INDEX["left_ankle"]], axis=1)
    body_moves = ahead * (_FORWARD * length * ups)[:, None] + up[:, None] * np.array((0.0, 1.0, 0.0))
    motion = move_feet(motion, joints, lifted, body_moves)
    rotations = motion.rotations.astype(np.float64)
    heels, toes = rot.axis_angle_to_quat(_about_left(np.degrees(turn))), _about_left(-np.degrees(turn))
    for side in _SIDES:
        ankle = INDEX[f"{side}_ankle"]
        rotations[:, ankle] = rot.quat_multiply(rotations[:, ankle], heels)
    return _turned(Motion(rotations, motion.translation, motion.fps), {INDEX[f"{s}_foot"]: toes for s in _SIDES})


def _about_ball(joints: np.ndarray, side: str, turn: np.ndarray) -> np.ndarray:
    """Returns how far an ankle moves, (T, 3) metres, by a turn of the foot about its ball, as axis-angle (T, 3)."""
    ball = joints[:, INDEX[f"{side}_ankle"]] - joints[:, INDEX[f"{side}_foot"]]
    return np.einsum("tab,tb->ta", rot.quat_to_matrix(rot.axis_angle_to_quat(turn)), ball) - ball


def _bending(motion: Motion, body: Body, ups: np.ndarray) -> Motion:
    """Returns the motion with feet turned out, heels together, and knees that bend over the toes."""
    motion = _together(motion, body)
    way = eased(len(motion), motion.fps, returns=True)
    rotations = motion.rotations.astype(np.float64)
    root = rotations[:, 0]
    for side, sign in zip(_SIDES, (1.0, -1.0), strict=True):
        hip = INDEX[f"{side}_hip"]
        out = about_vertical(sign * np.radians(_TURNED_OUT) * way)
        world = rot.quat_multiply(out, rot.quat_multiply(root, rotations[:, hip]))
        rotations[:, hip] = rot.quat_multiply(rot.quat_conjugate(root), world)
    motion = Motion(rotations, motion.translation, motion.fps)
    return _sunk(motion, body, _PLIE * ups)


def _sunk(motion: Motion, body: Body, metres: np.ndarray) -> Motion:
    """Returns the motion with hips lower by metres (T,), and feet where they are."""
    down = -metres[:, None] * np.array((0.0, 1.0, 0.0))
    stay = np.zeros_like(down)
    return move_feet(motion, _joints(motion, body), [stay, stay], down)


def _curtsying(motion: Motion, body: Body, side: str, ups: np.ndarray) -> Motion:
    """Returns the motion with the foot of a side put behind the other one, while knees bend."""
    left, ahead = _level(motion)
    joints = _joints(motion, body)
    apart = np.sum((joints[:, INDEX["left_ankle"]] - joints[:, INDEX["right_ankle"]]) * left, axis=1)
    past = (apart + _PAST) * (-1.0 if side == "left" else 1.0)
    behind = ups[:, None] * (past[:, None] * left - _BEHIND * ahead)
    stay, half = np.zeros_like(behind), behind / 4
    behind += _about_ball(joints, side, np.radians(_HEELS_UP * ups)[:, None] * left)
    half = half - (_CURTSY * ups)[:, None] * np.array((0.0, 1.0, 0.0))
    motion = move_feet(motion, joints, [behind if each == side else stay for each in _SIDES], half)
    rotations = motion.rotations.astype(np.float64)
    ankle = INDEX[f"{side}_ankle"]  # whose heel is up
    rotations[:, ankle] = rot.quat_multiply(rotations[:, ankle], rot.axis_angle_to_quat(_about_left(_HEELS_UP * ups)))
    return Motion(rotations, motion.translation, motion.fps)


def _together(motion: Motion, body: Body) -> Motion:
    """Returns the motion with both heels side by side under the body."""
    left, _ = _level(motion)
    joints = _joints(motion, body)
    way = eased(len(motion), motion.fps, returns=False)[:, None]
    ankles = [joints[:, INDEX[f"{side}_ankle"]] for side in _SIDES]
    middle = (ankles[0] + ankles[1]) / 2
    moved = []
    for ankle, sign in zip(ankles, (1.0, -1.0), strict=True):
        there = middle + sign * _APART * left
        moved.append(way * (there - ankle) * (1.0, 0.0, 1.0))
    over = (middle - joints[:, 0]) * (1.0, 0.0, 1.0)
    aside = way * np.sum(over * left, axis=1, keepdims=True) * left
    up = np.minimum(*(_room(joints, side, aside - shift) for side, shift in zip(_SIDES, moved, strict=True)))
    return move_feet(motion, joints, moved, aside + np.maximum(way * up[:, None], 0.0) * np.array((0.0, 1.0, 0.0)))


def _room(joints: np.ndarray, side: str, moved: np.ndarray) -> np.ndarray:
    """Returns the metres (T,) by which a hip can rise until its leg is straight. moved: (T, 3) metres that it is moved
    relative to the ankle."""
    hip, knee, ankle = (joints[:, INDEX[f"{side}_{name}"]] for name in ("hip", "knee", "ankle"))
    length = _STRAIGHT * (np.linalg.norm(hip - knee, axis=1) + np.linalg.norm(knee - ankle, axis=1))
    away = hip + moved - ankle
    return np.sqrt(np.maximum(length**2 - away[:, 0] ** 2 - away[:, 2] ** 2, 0.0)) - away[:, 1]
