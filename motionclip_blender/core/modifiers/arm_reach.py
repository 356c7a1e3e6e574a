"""Leads hands to places about the body: poses of an arm whose hand is at a place, held in a direction."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from .. import rotations as rot
from ..angles import wrapped
from ..body import Body
from ..easing import smoothstep
from ..kinematics import posed
from ..limb_ik import reach
from ..motion import Motion
from ..skeleton import INDEX, PARENTS

_ARM = ("shoulder", "elbow", "wrist")
HANGS = (0.3, -0.95, 0.1)
"""The direction of a left upper arm whose elbow is beside the body, in the chest's axes."""

AHEAD = (0.0, 0.0, 1.0)
"""The direction of a forearm that is bent before the body."""

EASE = 0.35
"""Seconds in which hands get to a place, and back, at least."""

_FIRST = INDEX["right_wrist"] + 1  # joints that must be posed
_TWISTED = 0.6  # share of a hand's turn about the forearm that the forearm takes


@dataclass(frozen=True, eq=False)
class Held:
    """Where a hand is held, in the chest's axes: x to the left, y up, z ahead.

    wrist: (T, 3) metres, in the world. fingers: (3,) the direction in which they point. palm: (3,) that which the palm
    faces. upper_arm, forearm: (3,) those in which they point before the hand is led to its place, which tell on which
    side of it the elbow is. All are of the left hand, and mirrored for the right one.
    """

    wrist: np.ndarray
    fingers: tuple[float, float, float]
    palm: tuple[float, float, float]
    forearm: tuple[float, float, float] = AHEAD
    upper_arm: tuple[float, float, float] = HANGS


def joints_and_chest(motion: Motion, body: Body) -> tuple[np.ndarray, np.ndarray]:
    """Returns the places (T, n, 3) of the joints up to the wrists, metres, and the chest's rotations (T, 3, 3)."""
    spins, places = posed(motion, body.joints(), _FIRST)
    return places.astype(np.float64), spins[:, INDEX["spine3"]].astype(np.float64)


def axes_of(side: str) -> np.ndarray:
    """Returns the factors (3,) by which what is told of the left side is that of a side, "left" or "right"."""
    return np.array((1.0, 1.0, 1.0) if side == "left" else (-1.0, 1.0, 1.0))


def eased(frames: int, fps: float, returns: bool, seconds: float = EASE) -> np.ndarray:
    """Returns how far hands are on their way to a place, (T,) from 0 to 1.

    returns: whether they go back at the end. seconds: that the way takes, and the way back.
    """
    ease = max(min(round(seconds * fps), (frames - 1) // 2), 1)
    every = np.arange(frames)
    return smoothstep((np.minimum(every, frames - 1 - every) if returns else every) / ease)


def with_hand_at(motion: Motion, body: Body, side: str, held: Held, way: np.ndarray) -> Motion:
    """Returns the motion with a hand led to a place.

    The elbow is kept beside the body and bends as far as it must. side: "left" or "right". way: (T,) from 0, where the
    arm is as it was, to 1, where the hand is at the place.
    """
    spins, places = posed(motion, body.joints(), _FIRST)
    chest = spins[:, INDEX["spine3"]].astype(np.float64)
    mirrored = axes_of(side)
    at = [INDEX[f"{side}_{name}"] for name in _ARM]
    upper, lower = (np.linalg.norm(body.joints()[b] - body.joints()[a]) for a, b in pairwise(at))
    hangs, forearm = (np.array(each) / np.linalg.norm(each) * mirrored for each in (held.upper_arm, held.forearm))
    hinge = np.array((0.0, -1.0 if side == "left" else 1.0, 0.0))
    axis = np.cross(hangs, forearm) / np.linalg.norm(np.cross(hangs, forearm))
    upper_spin, lower_spin = (chest @ frame_along(side, along, axis * hinge[1]) for along in (hangs, forearm))
    shoulder = places[:, at[0]].astype(np.float64)
    elbow = shoulder + upper * (chest @ hangs)
    wrist = elbow + lower * (chest @ forearm)
    world = reach(
        (shoulder, elbow, wrist), held.wrist, rot.matrix_to_quat(upper_spin), rot.matrix_to_quat(lower_spin), hinge
    )
    fingers, palm = np.array(held.fingers) * mirrored, np.array(held.palm) * mirrored
    world.append(rot.matrix_to_quat(chest @ frame_along(side, fingers, -palm)))
    rotations = motion.rotations.astype(np.float64)
    above = rot.matrix_to_quat(spins[:, PARENTS[at[0]]].astype(np.float64))
    local = []
    for each in world:
        local.append(rot.quat_multiply(rot.quat_conjugate(above), each))
        above = each
    local[1], local[2] = _twist_shared(local[1], local[2])
    for joint, turned in zip(at, local, strict=True):
        rotations[:, joint] = rot.slerp(rotations[:, joint], turned, way)
    return Motion(rotations, motion.translation, motion.fps)


def frame_along(side: str, along: np.ndarray, up: np.ndarray) -> np.ndarray:
    """Returns the rotation (3, 3) by which an arm, stretched to its side at rest with its palm down, points `along`,
    with its upper side `up`, as nearly as that is at a right angle."""
    x = along if side == "left" else -along
    y = up - x * np.dot(up, x)
    y = y / np.linalg.norm(y)
    return np.stack((x, y, np.cross(x, y)), axis=1)


def _twist_shared(elbow: np.ndarray, wrist: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Returns the rotations (T, 4) of elbow and wrist with a part of the hand's turn about the forearm taken by it."""
    angle = np.deg2rad(_TWISTED * wrapped(np.rad2deg(2 * np.arctan2(wrist[:, 1], wrist[:, 0]))))
    turn = rot.axis_angle_to_quat(np.stack((angle, np.zeros_like(angle), np.zeros_like(angle)), axis=1))
    return rot.quat_multiply(elbow, turn), rot.quat_multiply(rot.quat_conjugate(turn), wrist)
