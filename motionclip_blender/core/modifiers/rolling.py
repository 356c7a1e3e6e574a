"""Rolls backward: a forward roll backward in time, without the dive that led into it."""

from __future__ import annotations

import numpy as np

from ..body import Body
from ..measure import smoothed
from ..motion import Motion
from ..skeleton import INDEX

_HOPS = 0.07  # metres over the floor that hands and feet are left
_EVENED = 1.0  # frames over which the height is smoothed by which a flight is lowered


def rolled_back(motion: Motion, body: Body) -> Motion:
    """Returns a forward roll as one that goes backward.

    A dive into a roll would be a flight off the shoulders backward in time: from where the body turns over on, its
    lowest part, hands and then feet, stays near the floor.
    """
    back = motion.backward()
    joints = body.posed_joints(back)
    sits = int(joints[:, 0, 1].argmin())
    turns_over = np.flatnonzero(joints[sits:, INDEX["neck"], 1] < joints[sits:, 0, 1])
    if not len(turns_over):
        return back
    over = sits + int(turns_over[0])
    lowest = body.lowest(back).astype(np.float64)
    away = np.zeros((len(back), 3))
    floor = np.linspace(lowest[over], lowest.min(), len(back) - over)
    away[over:, 1] = np.maximum(smoothed(lowest[over:], _EVENED) - floor - _HOPS, 0.0)
    return back.moved(-away)
