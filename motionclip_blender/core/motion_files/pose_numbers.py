"""Checks what the numbers of a pose mean, rotations or places of joints, and whether two poses are the same."""

from __future__ import annotations

import numpy as np

from .. import rotations as rot
from ..skeleton import BODY, INDEX, JOINTS, PARENTS

_SHORTEST = 1e-2  # least length of a bone, in the file's unit
_STEADY, _ALIKE = 0.03, 0.15  # greatest variation of a bone's length, and difference from the other side's, relative
_SAME = 1e-3  # difference of quaternions


def are_places(poses: np.ndarray) -> bool:
    """Checks whether (T, 55, 3) numbers are places of joints, not rotations.

    In places bones keep their lengths, and left and right bones have equal lengths. Rotations of moving joints never do
    that.
    """
    bones = np.linalg.norm(poses[:, 1:BODY] - poses[:, PARENTS[1:BODY]], axis=-1)
    length = bones.mean(axis=0)
    if length.min() < _SHORTEST or (bones.std(axis=0) > _STEADY * length).any():
        return False
    left = [i for i in range(21) if JOINTS[i + 1].startswith("left_")]
    right = [JOINTS.index(JOINTS[i + 1].replace("left_", "right_")) - 1 for i in left]
    if (np.abs(length[left] - length[right]) > _ALIKE * length[left]).any():
        return False
    thigh, shin, foot = (length[INDEX[f"left_{name}"] - 1] for name in ("knee", "ankle", "foot"))
    return bool(0.75 < thigh / shin < 1.35 and foot < 0.7 * shin)


def same_turns(one: np.ndarray, other: np.ndarray) -> bool:
    """Checks whether two arrays of (T, 3 n) axis-angle are the same rotations."""
    a, b = (rot.axis_angle_to_quat(turns.reshape(len(turns), -1, 3).astype(np.float64)) for turns in (one, other))
    return bool((np.minimum(np.abs(a - b).max(axis=-1), np.abs(a + b).max(axis=-1)) < _SAME).all())
