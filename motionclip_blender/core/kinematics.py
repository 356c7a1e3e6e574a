"""Computes forward kinematics: the places of the joints of a moving skeleton."""

from __future__ import annotations

import numpy as np

from .motion import Motion
from .skeleton import JOINTS, PARENTS


def posed(motion: Motion, joints: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Returns the global rotations (T, 55, 3, 3) and positions (T, 55, 3), in metres, of `joints` (55, 3) at rest."""
    local = motion.matrices
    spins = np.empty_like(local)
    places = np.empty((len(motion), len(JOINTS), 3), np.float32)
    spins[:, 0] = local[:, 0]
    places[:, 0] = joints[0] + motion.translation
    for joint, parent in enumerate(PARENTS[1:], start=1):
        spins[:, joint] = spins[:, parent] @ local[:, joint]
        places[:, joint] = places[:, parent] + spins[:, parent] @ (joints[joint] - joints[parent])
    return spins, places
