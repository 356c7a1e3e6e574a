"""Finds how often a motion does what it does: the swings of its main movement out and back."""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise
from typing import NamedTuple

import numpy as np

from ..body import Body
from ..measure import root_space_joints, root_space_poses, smoothed
from ..motion import Motion
from ..skeleton import INDEX

_SWING = 0.4  # least height of a swing, relative to the range of all
_STIRS = 0.1  # share of the range by which a movement that is back may go out
_RETURNS = 0.4  # share of the range within which it must come to be back
_UNCLEAR = (0.3, 0.5)  # the same, of movements that one may count or not
_PASSED = 0.3  # share of the widest stride from which on a foot has passed the other
_SMOOTH = 0.06  # seconds
_SIDES = ("left", "right")


class Swings(NamedTuple):
    """The frames at which a movement is farthest out, and those at which it is back: before, between and after them.

    still: the frames from which on before the first swing, and up to which after the last one, it stays back.
    returns: whether the last swing comes back.
    """

    out: list[int]
    back: list[int]
    still: tuple[int, int] = (0, 0)
    returns: bool = True


def swings(motion: Motion, body: Body, of: str = "") -> Swings:
    """Returns the swings of a motion. of: one of `MOVEMENTS`; by default the direction in which poses differ most."""
    return _swings(main_movement(motion, body, of), _SWING) if len(motion) > 2 else Swings([], [])


def how_often(motion: Motion, body: Body, of: str = "") -> tuple[int, bool, float]:
    """Returns how many swings a motion has, whether that is clear, and how far they go. `of` as in `swings`.

    It is clear if somewhat smaller and larger swings are as many.
    """
    if len(motion) < 3:
        return 0, True, 0.0
    along = main_movement(motion, body, of)
    counts = [len(_swings(along, least).out) for least in (_SWING, *_UNCLEAR)]
    low, high = np.percentile(along, [2, 99])
    return counts[0], len(set(counts)) == 1, float(high - low)


def _swings(along: np.ndarray, share: float) -> Swings:
    """Returns the swings of a movement (T,). share: their least height, relative to the range of all."""
    low, high = np.percentile(along, [2, 99])
    least = share * (high - low)
    if least < 1e-3:
        return Swings([], [])
    out: list[int] = []
    back = [0]
    top = bottom = 0
    rising = True
    for frame, value in enumerate(along):
        if rising:
            if value > along[top]:
                top = frame
            if not out and value < along[bottom]:  # it draws back before it goes out
                bottom = top = frame
                back[0] = frame
            if along[top] - value > least and along[top] - along[bottom] > least:
                out.append(top)
                bottom, rising = frame, False
        else:
            if value < along[bottom]:
                bottom = frame
            if value - along[bottom] > least:
                back.append(bottom)
                top, rising = frame, True
    if rising and along[top] - along[bottom] > least:  # it does not come back
        out.append(top)
        bottom = len(along) - 1
    if out:
        back.append(bottom)
    if not out:
        return Swings(out, back)
    returns = along[back[-1]] < low + _RETURNS * (high - low)
    return Swings(out, back, _still(along, back, _STIRS * (high - low)), bool(returns))


def _still(along: np.ndarray, back: list[int], most: float) -> tuple[int, int]:
    """Returns the first and the last frame at which a movement (T,) is back, together with the ends of `back`."""
    before = np.flatnonzero(along[: back[0]] > along[back[0]] + most)
    after = np.flatnonzero(along[back[-1] :] > along[back[-1]] + most)
    first = int(before[-1]) + 1 if len(before) else 0
    return first, back[-1] + int(after[0]) - 1 if len(after) else len(along) - 1


def passing_feet(motion: Motion, body: Body) -> list[int]:
    """Returns the frames at which one foot passes the other, along the body's heading or across it, where they are
    farther apart."""
    joints = root_space_joints(motion, body)
    apart = (_at(joints, "left_ankle") - _at(joints, "right_ankle"))[:, [0, 2]]
    apart = apart - apart.mean(axis=0)
    along = apart[:, apart.std(axis=0).argmax()]
    told = np.flatnonzero(np.abs(along) > _PASSED * np.abs(along).max())
    return [int(a + b) // 2 for a, b in pairwise(told) if along[a] * along[b] < 0]


def main_movement(motion: Motion, body: Body, of: str = "") -> np.ndarray:
    """Returns how far the movement is out, (T,), low where it is back: mostly where the motion begins. `of` as in
    `swings`."""
    if of in MOVEMENTS:
        along = MOVEMENTS[of](root_space_joints(motion, body))
    else:
        poses = root_space_poses(motion, body)
        centred = poses - poses.mean(axis=0)
        along = centred @ np.linalg.svd(centred, full_matrices=False)[2][0]
    along = smoothed(along, _SMOOTH * motion.fps)
    if of in _OUT_AND_BACK:
        return along
    low, high = np.percentile(along, [2, 98])
    return -along if abs(along[0] - low) > abs(along[0] - high) else along


_OUT_AND_BACK = ("feet apart",)  # of which it is known how the body is when it is back, wherever the motion begins


def _at(joints: np.ndarray, name: str) -> np.ndarray:
    return joints[:, INDEX[name]]


def _reach(joints: np.ndarray) -> np.ndarray:
    arms = [_at(joints, f"{side}_wrist") - _at(joints, f"{side}_shoulder") for side in _SIDES]
    return np.maximum(*(np.hypot(arm[:, 0], arm[:, 2]) for arm in arms))


def _hand_aside(joints: np.ndarray) -> np.ndarray:
    """Returns how far the hand that is higher is beside its elbow, outward."""
    arms = [(_at(joints, f"{side}_wrist"), _at(joints, f"{side}_elbow")) for side in _SIDES]
    higher = max((0, 1), key=lambda i: arms[i][0][:, 1].mean())
    wrist, elbow = arms[higher]
    return (wrist - elbow)[:, 0] * (1, -1)[higher]


def _feet_apart(joints: np.ndarray) -> np.ndarray:
    return np.linalg.norm(_at(joints, "left_ankle") - _at(joints, "right_ankle"), axis=1)


MOVEMENTS: dict[str, Callable[[np.ndarray], np.ndarray]] = {
    "height": lambda joints: _at(joints, "pelvis")[:, 1],
    "head up": lambda joints: _at(joints, "head")[:, 1],
    "head down": lambda joints: -_at(joints, "head")[:, 1],
    "shoulders": lambda joints: (_at(joints, "left_shoulder") + _at(joints, "right_shoulder"))[:, 1] / 2,
    "nod": lambda joints: (_at(joints, "head") - _at(joints, "neck"))[:, 2],
    "foot up": lambda joints: np.maximum(_at(joints, "left_ankle"), _at(joints, "right_ankle"))[:, 1],
    "feet apart": _feet_apart,
    "reach": _reach,
    "hand aside": _hand_aside,
}
"""What consists of one movement: its name -> how far it is out, (T,), of joints in root space (T, 22, 3)."""
