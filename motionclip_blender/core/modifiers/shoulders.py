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
_BY_TURNS, _TURNS = " by turns", 2  # of a movement that one shoulder does after the other
_LIFTED, _DRAWN = 17.0, 14.0  # degrees of a collar upward, and back or ahead


def length_of(moves: str, count: int | None, fps: float) -> int:
    """Returns the frames that a movement takes: of `with_shoulders`; a shrug is done once, and a roll thrice."""
    each = _TURNS if moves.endswith(_BY_TURNS) else 1
    return round(fps * each * (_A_SHRUG * (count or 1) if moves.startswith("shrug") else _A_ROLL * (count or 3)))


def with_shoulders(motion: Motion, body: Body, sides: Sequence[str], moves: str, count: int | None) -> Motion:
    """Returns the motion with shoulders that move, over its whole length.

    moves: "shrug", "roll back" or "roll forward"; with " by turns" after it, where one shoulder moves after the other.
    sides: those that move; with a shrug of both, palms turn up. count: as often as its length has time for, if it is
    None.
    """
    frames, turns = len(motion), _TURNS if moves.endswith(_BY_TURNS) else 1
    moves = moves.removesuffix(_BY_TURNS)
    if moves == "shrug" and len(sides) > 1 and turns == 1:
        motion = touching(motion, body, sides, "shrug", stays=False)
    natural = (_A_SHRUG if moves == "shrug" else _A_ROLL) * turns
    times = turns * (count or max(round(frames / motion.fps / natural), 1))
    phase = 2 * np.pi * times * np.linspace(0, 1, frames)
    each = np.minimum(phase // (2 * np.pi), times - 1).astype(int)  # which of the movements
    lifted = (1 - np.cos(phase)) / 2
    drawn = {"shrug": 0.0, "roll back": 1.0, "roll forward": -1.0}[moves] * np.sin(phase)
    rotations = motion.rotations.astype(np.float64)
    for number, side in enumerate(sides):
        sign = 1.0 if side == "left" else -1.0
        its_turn = each % turns == number % turns
        turn = np.zeros((frames, 3))
        # ahead while it rises, and back while it sinks, or the other way round
        turn[:, 1] = -sign * np.radians(_DRAWN) * drawn * its_turn
        turn[:, 2] = sign * np.radians(_LIFTED) * lifted * its_turn
        joint = INDEX[f"{side}_collar"]
        rotations[:, joint] = rot.quat_multiply(rot.axis_angle_to_quat(turn), rotations[:, joint])
    return Motion(rotations, motion.translation, motion.fps)
