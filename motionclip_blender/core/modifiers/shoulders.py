"""Moves the shoulders: shrugs, with palms turned up beside the waist, and rolls."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from .. import rotations as rot
from ..body import Body
from ..motion import Motion
from ..skeleton import INDEX
from .touching import touching

_A_SHRUG, _A_ROLL = 1.6, 1.2  # seconds
_LIFTED, _DRAWN = 17.0, 14.0  # degrees of a collar upward, and back or ahead


def length_of(moves: str, count: int | None, fps: float) -> int:
    """Returns the frames that a movement takes: of `with_shoulders`; a shrug is done once, and a roll thrice."""
    return round(fps * (_A_SHRUG * (count or 1) if moves == "shrug" else _A_ROLL * (count or 3)))


def with_shoulders(motion: Motion, body: Body, sides: Sequence[str], moves: str, count: int | None) -> Motion:
    """Returns the motion with shoulders that move, over its whole length.

    moves: "shrug", "roll back" or "roll forward". sides: those that roll; both shrug. count: as often as its length has
    time for, if it is None.
    """
    frames = len(motion)
    if moves == "shrug":
        motion, sides = touching(motion, body, ("left", "right"), "shrug", stays=False), ("left", "right")
    natural = _A_SHRUG if moves == "shrug" else _A_ROLL
    times = count or max(round(frames / motion.fps / natural), 1)
    phase = 2 * np.pi * times * np.linspace(0, 1, frames)
    lifted = (1 - np.cos(phase)) / 2
    drawn = {"shrug": 0.0, "roll back": 1.0, "roll forward": -1.0}[moves] * np.sin(phase)
    rotations = motion.rotations.astype(np.float64)
    for side in sides:
        sign = 1.0 if side == "left" else -1.0
        turn = np.zeros((frames, 3))
        # ahead while it rises, and back while it sinks, or the other way round
        turn[:, 1], turn[:, 2] = -sign * np.radians(_DRAWN) * drawn, sign * np.radians(_LIFTED) * lifted
        joint = INDEX[f"{side}_collar"]
        rotations[:, joint] = rot.quat_multiply(rot.axis_angle_to_quat(turn), rotations[:, joint])
    return Motion(rotations, motion.translation, motion.fps)
