"""Computes forward kinematics: the places of the joints of a moving skeleton."""

from __future__ import annotations

from functools import cache

import numpy as np

from .motion import Motion
from .skeleton import JOINTS, PARENTS


def posed(motion: Motion, joints: np.ndarray, count: int = len(JOINTS)) -> tuple[np.ndarray, np.ndarray]:
    """Returns the global rotations (T, n, 3, 3) and positions (T, n, 3), in metres, of `joints` (55, 3) at rest.

    count: n, how many joints are needed, from the first on; parents come before their children.
    """
    # frames last: products of many 3x3 matrices are then a few products of long rows, which are three times as fast
    local = np.ascontiguousarray(motion.matrices[:, :count].transpose(1, 2, 3, 0))
    spins = np.empty_like(local)
    places = np.empty((count, 3, len(motion)), np.float32)
    spins[0] = local[0]
    places[0] = (joints[0] + motion.translation).T
    for children, parents in _levels(count):
        before = spins[parents]
        turned = before[:, :, :1] * local[children, :1]
        turned += before[:, :, 1:2] * local[children, 1:2]
        turned += before[:, :, 2:] * local[children, 2:]
        spins[children] = turned
        away = (joints[children] - joints[parents]).astype(np.float32)[:, None, :, None]
        places[children] = places[parents] + (before * away).sum(axis=2)
    return np.ascontiguousarray(spins.transpose(3, 0, 1, 2)), np.ascontiguousarray(places.transpose(2, 0, 1))


@cache
def _levels(count: int) -> tuple[tuple[np.ndarray, np.ndarray], ...]:
    """Returns the joints at each distance from the root, and their parents: those of one level are computed at once."""
    depth = [0]
    for joint in range(1, count):
        depth.append(depth[PARENTS[joint]] + 1)
    levels = [np.flatnonzero(np.array(depth) == level) for level in range(1, max(depth) + 1)]
    return tuple((level, np.array(PARENTS)[level]) for level in levels)
