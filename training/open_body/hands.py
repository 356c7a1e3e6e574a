# SPDX-License-Identifier: GPL-3.0-or-later
"""Defines relaxed hands and a basis of hand poses, in SMPL-X's finger axes (axis-angle, radians)."""

from __future__ import annotations

import numpy as np

# Curl (towards the palm) and spread (towards the thumb side) of each finger's three joints, in SMPL-X's finger order.
_RELAXED: dict[str, tuple[tuple[float, float], ...]] = {
    "index": ((0.28, -0.13), (0.42, 0.0), (0.24, 0.0)),
    "middle": ((0.36, -0.03), (0.48, 0.0), (0.28, 0.0)),
    "pinky": ((0.46, 0.20), (0.46, 0.0), (0.28, 0.0)),
    "ring": ((0.42, 0.08), (0.50, 0.0), (0.30, 0.0)),
}
_RELAXED_THUMB = ((0.10, 0.30, 0.10), (0.0, 0.15, 0.0), (0.0, 0.20, 0.0))


def relaxed_hand(side: str) -> np.ndarray:
    """Returns the relaxed finger pose (45,) of the ``"left"`` or ``"right"`` hand."""
    pose = np.zeros((15, 3))
    for finger, joints in enumerate(_RELAXED.values()):
        for k, (curl, spread) in enumerate(joints):
            pose[3 * finger + k] = (0.0, -spread, -curl)  # left hand: fingers along +X, palm down
    pose[12:] = _RELAXED_THUMB
    return (pose * _sign(side)).ravel()


def hand_components(side: str) -> np.ndarray:
    """Returns orthonormal rows (45, 45): first a curl of the whole hand, then each finger's.

    Because of this order, few numbers suffice for most hand poses.
    """
    seeds = []
    curl = np.zeros((15, 3))
    curl[:12, 2] = -1.0
    curl[12:, 1] = 0.5
    seeds.append(curl)
    for finger in (0, 1, 3, 2):
        own = np.zeros((15, 3))
        own[3 * finger : 3 * finger + 3, 2] = -1.0
        seeds.append(own)
    thumb = np.zeros((15, 3))
    thumb[12:, 1] = 1.0
    seeds.append(thumb)
    rows = np.concatenate([np.stack(seeds).reshape(len(seeds), -1), np.eye(45)])
    basis: list[np.ndarray] = []
    for row in rows:
        for other in basis:
            row = row - other * (row @ other)
        length = np.linalg.norm(row)
        if length > 1e-6:
            basis.append(row / length)
    return np.stack(basis) * np.tile(_sign(side), 15)


def _sign(side: str) -> np.ndarray:
    """Returns the signs of an axis-angle mirrored across x = 0: the rotation about x stays, those about y and z
    reverse.
    """
    return np.array([1.0, 1.0, 1.0]) if side == "left" else np.array([1.0, -1.0, -1.0])
