"""Computes forward kinematics: the places of the joints of a moving skeleton."""

from __future__ import annotations

import numpy as np

from .motion import Motion
from .skeleton import JOINTS, PARENTS


def posed(motion: Motion, joints: np.ndarray, count: int = len(JOINTS)) -> tuple[np.ndarray, np.ndarray]:
    """Returns the global rotations (T, n, 3, 3) and positions (T, n, 3), in metres, of `joints` (55, 3) at rest.

    count: n, how many joints are needed, from the first on; parents come before their children.
    """
    local = motion.matrices[:, :count]
    spins = np.empty_like(local)
    places = np.empty((len(motion), count, 3), np.float32)
    spins[:, 0] = local[:, 0]
    places[:, 0] = joints[0] + motion.translation
    for joint, parent in enumerate(PARENTS[1:count], start=1):
        spins[:, joint] = spins[:, parent] @ local[:, joint]
        places[:, joint] = places[:, parent] + spins[:, parent] @ (joints[joint] - joints[parent])
    return spins, places
