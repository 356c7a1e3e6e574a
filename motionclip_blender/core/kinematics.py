"""Computes forward kinematics: the places of the joints of a moving skeleton."""

from __future__ import annotations

from functools import cache

import numpy as np

from .motion import Motion
from .skeleton import BODY, JOINTS, PARENTS

# how many joints -> the name under which motions keep their places
_PLACES = {len(JOINTS): "places", BODY: "places of the body"}


def posed(motion: Motion, joints: np.ndarray, count: int = len(JOINTS)) -> tuple[np.ndarray, np.ndarray]:
    """Returns the global rotations (T, n, 3, 3) and positions (T, n, 3), in metres, of `joints` (55, 3) at rest.

    count: n, how many joints are needed, from the first on; parents come before their children.
    """
    spins, away = _posed(motion, joints, count)
    away = motion.kept(_PLACES[count], joints, lambda: away) if count in _PLACES else away
    return spins, away + motion.translation[:, None]


def positions(motion: Motion, joints: np.ndarray, count: int = len(JOINTS)) -> np.ndarray:
    """Returns the moving body's joints, (T, n, 3) metres; fast where they were asked for before.

    joints: (55, 3) metres at rest. count: n, how many joints are needed, from the first on.
    """
    for known in (each for each in _PLACES if each > count):
        if motion.keeps(_PLACES[known], joints):
            return positions(motion, joints, known)[:, :count]
    if count not in _PLACES:
        return posed(motion, joints, count)[1]
    away = motion.kept(_PLACES[count], joints, lambda: _posed(motion, joints, count)[1])
    return away + motion.translation[:, None]


def _posed(motion: Motion, joints: np.ndarray, count: int) -> tuple[np.ndarray, np.ndarray]:
    """Returns global rotations (T, n, 3, 3) and positions (T, n, 3), in metres, as if the translation were 0.

    joints: (55, 3) metres at rest. count: n, how many joints are computed, from the first on.
    """
    # frames last: products of many 3x3 matrices are then a few products of long rows, which are three times as fast
    local = np.ascontiguousarray(motion.matrices[:, :count].transpose(1, 2, 3, 0))
    spins = np.empty_like(local)
    places = np.empty((count, 3, len(motion)), np.float32)
    spins[0] = local[0]
    places[0] = joints[0].astype(np.float32)[:, None]
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
