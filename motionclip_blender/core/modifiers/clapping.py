"""Claps: leads both hands together before the chest, again and again."""

from __future__ import annotations

import numpy as np

from ..body import Body
from ..motion import Motion
from ..skeleton import INDEX
from .arm_reach import Held, eased, joints_and_chest, with_hand_at

A_CLAP = 0.4
"""Seconds from one clap to the next."""

AROUND = 0.7
"""Seconds in which hands are raised before the first clap and lowered after the last."""

_BEFORE, _ABOVE = (-0.14, 0.26), (0.42, 0.1)  # metres from between the shoulders up and ahead
_CLOSED, _OPEN = 0.035, 0.15  # metres from a wrist to the middle
_FINGERS, _PALM = (0.0, 0.6, 0.8), (-1.0, 0.0, 0.0)
_MET = 0.35  # share of a clap's time in which palms are together


def length_of_claps(count: int, fps: float) -> int:
    """Returns the frames that so many claps take."""
    return round(fps * (2 * AROUND + A_CLAP * (count - 1)))


def claps_in(frames: int, fps: float) -> int:
    """Returns how many claps so many frames have room for, at least one."""
    return max(1 + round((frames / fps - 2 * AROUND) / A_CLAP), 1)


def clapping(motion: Motion, body: Body, count: int, overhead: bool = False) -> Motion:
    """Returns the motion with `count` claps spread over its length; `length_of_claps` is their natural one.

    overhead: whether hands clap above the head, not before the chest.
    """
    up, ahead = _ABOVE if overhead else _BEFORE
    places, chest = joints_and_chest(motion, body)
    frames = len(motion)
    middle = (places[:, INDEX["left_shoulder"]] + places[:, INDEX["right_shoulder"]]) / 2
    # each clap's time relative to the motion's, at its middle
    whole = 2 * AROUND + A_CLAP * (count - 1)
    raised = AROUND / whole
    times = np.linspace(0, 1, frames) if frames > 1 else np.zeros(1)
    phase = (times - raised) / max(1 - 2 * raised, 1e-6) * (count - 1) if count > 1 else (times - 0.5) * whole / A_CLAP
    away = np.abs(phase - np.clip(np.round(phase), 0, count - 1))
    apart = np.clip((away - _MET / 2) / (0.5 - _MET / 2), 0.0, 1.0)
    gap = _CLOSED + (_OPEN - _CLOSED) * np.sin(0.5 * np.pi * apart)
    way = eased(frames, motion.fps, returns=True)
    for side, sign in (("left", 1.0), ("right", -1.0)):
        offset = np.stack((sign * gap, np.full(frames, up), np.full(frames, ahead)), axis=1)
        wrist = middle + np.einsum("tab,tb->ta", chest, offset)
        motion = with_hand_at(motion, body, side, Held(wrist, _FINGERS, _PALM), way)
    return motion
