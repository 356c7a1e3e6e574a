"""Swings stretched arms beside the body: round in whole circles, as mills do, or to and fro."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from .. import rotations as rot
from ..body import Body
from ..kinematics import posed
from ..motion import Motion
from ..skeleton import INDEX, PARENTS
from .arm_reach import axes_of, eased, frame_along

A_CIRCLE = 1.1
"""Seconds of a circle."""

_AROUND = 0.6  # seconds before the first circle and after the last
_CIRCLES = 3  # without a number
_OUT = 24.0  # degrees that an arm is away from the plane beside the body
_TO_AND_FRO = "to and fro"
_SWING, _MORE_AHEAD = 55.0, 15.0  # degrees that an arm swings ahead and back, and that it swings farther ahead
_BENT = (0.0, -0.15, 0.0)  # axis-angle of a left elbow


def length_of_circles(count: int | None, fps: float) -> int:
    """Returns the frames that so many circles take; by default those of three."""
    return round(fps * (2 * _AROUND + A_CIRCLE * (count or _CIRCLES)))


def circling(motion: Motion, body: Body, sides: Sequence[str], way: str, count: int | None) -> Motion:
    """Returns the motion with stretched arms that swing round, over its whole length.

    way: "forward", where hands go ahead over the head, "backward", or "to and fro", where they swing ahead and back by
    the sides; with " by turns" after it, where one arm does the opposite of the other one. count: as often as there is
    time for, if it is None.
    """
    frames, seconds = len(motion), len(motion) / motion.fps
    times = count or max(round((seconds - 2 * _AROUND) / A_CIRCLE), 1)
    since = np.linspace(0, seconds, frames) - _AROUND
    phase = 2 * np.pi * times * np.clip(since / max(seconds - 2 * _AROUND, 1e-6), 0.0, 1.0)
    spins, _ = posed(motion, body.joints(), INDEX["right_wrist"] + 1)
    chest = rot.matrix_to_quat(spins[:, INDEX["spine3"]].astype(np.float64))
    out = np.radians(_OUT)
    eases = eased(frames, motion.fps, returns=True, seconds=_AROUND)
    rotations = motion.rotations.astype(np.float64)
    for number, side in enumerate(sides):
        along = np.array((np.sin(out), -np.cos(out), 0.0)) * axes_of(side)
        up = np.array((1.0, 0.0, 0.0)) * axes_of(side)
        turn = _turn(way, phase + np.pi if way.endswith("by turns") and number else phase)
        about = rot.axis_angle_to_quat(np.stack((turn, np.zeros(frames), np.zeros(frames)), axis=1))
        hangs = rot.matrix_to_quat(frame_along(side, along, up)[None])
        world = rot.quat_multiply(chest, rot.quat_multiply(about, hangs))
        shoulder = INDEX[f"{side}_shoulder"]
        above = rot.matrix_to_quat(spins[:, PARENTS[shoulder]].astype(np.float64))
        local = {"shoulder": rot.quat_multiply(rot.quat_conjugate(above), world)}
        local["elbow"] = rot.axis_angle_to_quat(np.tile(np.array(_BENT) * axes_of(side)[0], (frames, 1)))
        local["wrist"] = rot.axis_angle_to_quat(np.zeros((frames, 3)))
        for name, turned in local.items():
            joint = INDEX[f"{side}_{name}"]
            rotations[:, joint] = rot.slerp(rotations[:, joint], turned, eases)
    return Motion(rotations, motion.translation, motion.fps)


def _turn(way: str, phase: np.ndarray) -> np.ndarray:
    """Returns the radians (T,) by which an arm is turned from hanging, over and ahead, at phases (T,) of its way."""
    if way.startswith(_TO_AND_FRO):
        return -np.radians(_SWING) * np.sin(phase) - np.radians(_MORE_AHEAD) * np.sin(phase) ** 2
    return -phase if way.startswith("backward") else phase
