"""Tells postures apart by measures of a pose: how high the pelvis is, and where the trunk points."""

from __future__ import annotations

import numpy as np

from ..skeleton import INDEX

_LOW = 0.8  # height of the pelvis relative to a standing body's, below which the body sits, crouches or lies
_HIGHER = 0.18  # difference of that height from which on postures differ
_TILTED = 45.0  # degrees between trunks from which on they differ


def unlike(before: np.ndarray, after: np.ndarray, standing: float) -> bool:
    """Checks whether no direct way leads from one pose (22, 3) to another: sitting to walking, lying to sitting.

    Heights are above the lowest joint, so that lying on a bed is lying. Poses that both are upright are never unlike,
    nor are crouches of like height.
    standing: height of the pelvis of the standing body, metres.
    """
    heights = [(pose[INDEX["pelvis"], 1] - pose[:, 1].min()) / standing for pose in (before, after)]
    if min(heights) > _LOW:
        return False
    trunks = [pose[INDEX["neck"]] - pose[INDEX["pelvis"]] for pose in (before, after)]
    cosine = np.dot(*trunks) / max(float(np.prod([np.linalg.norm(trunk) for trunk in trunks])), 1e-9)
    tilts = [np.degrees(np.arctan2(np.hypot(t[0], t[2]), t[1])) for t in trunks]
    differ = abs(heights[0] - heights[1]) > _HIGHER
    return differ or (abs(tilts[0] - tilts[1]) > _TILTED and cosine < np.cos(np.radians(_TILTED)))
