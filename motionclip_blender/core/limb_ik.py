"""Bends a limb of two bones so that its end reaches a place: an arm or a leg."""

from __future__ import annotations

import numpy as np

from . import rotations as rot

_REACH = 0.9995  # of a limb's whole length: it is never fully straightened to reach a place
_STRAIGHT = 0.05  # sine of the bend below which a limb defines no plane
_BEYOND = 0.6  # radians up to which a limb that is bent against its hinge is taken for a stretched one


def reach(
    limb: tuple[np.ndarray, np.ndarray, np.ndarray],
    target: np.ndarray,
    at_top: np.ndarray,
    at_middle: np.ndarray,
    hinge: np.ndarray,
) -> list[np.ndarray]:
    """Returns the world rotations of a limb's two bones, (T, 4) each, by which its end reaches `target` (T, 3).

    The middle joint keeps its plane, but never bends farther against its hinge; a target that is too far is reached for
    with the limb stretched.
    limb: places of the top, middle and end joints before, (T, 3) each.
    at_top, at_middle: rotations before.
    hinge: (3,) the axis of the upper bone about which a stretched limb, which defines no plane, bends.
    """
    top, middle, end = limb
    upper, lower = (np.linalg.norm(b - a, axis=1) for a, b in ((top, middle), (middle, end)))
    to_target = target - top
    distance = np.clip(np.linalg.norm(to_target, axis=1), np.abs(upper - lower) + 1e-4, (upper + lower) * _REACH)
    now = np.clip(np.linalg.norm(end - top, axis=1), np.abs(upper - lower) + 1e-4, (upper + lower) * 0.99999)
    # the bend, by the law of cosines, before and after
    bend = [np.arccos(np.clip((upper**2 + lower**2 - d**2) / (2 * upper * lower), -1, 1)) for d in (now, distance)]
    axis = np.cross(middle - top, end - middle)
    own = rot.quat_to_matrix(at_top) @ hinge
    length = np.linalg.norm(axis, axis=1, keepdims=True)
    against = np.sum(axis * own, axis=1) < 0
    # a joint bent a little against its hinge, as noise does, goes back through straight rather than farther that way
    beyond = against & (np.pi - bend[0] < _BEYOND)
    axis = np.where(beyond[:, None], -axis, axis)
    bend[0] = np.where(beyond, 2 * np.pi - bend[0], bend[0])
    straight = (1 - np.clip(length / (_STRAIGHT * (upper * lower)[:, None]), 0, 1)) * np.where(
        against & ~beyond, -1, 1
    )[:, None]
    axis = axis / np.maximum(length, 1e-9) * (1 - np.abs(straight)) + own * straight
    axis /= np.maximum(np.linalg.norm(axis, axis=1, keepdims=True), 1e-9)
    fold = rot.axis_angle_to_quat(axis * (bend[0] - bend[1])[:, None])
    folded = middle + rotated(fold, end - middle)
    swing = rot.between(folded - top, to_target)
    return [rot.quat_multiply(swing, at_top), rot.quat_multiply(rot.quat_multiply(swing, fold), at_middle)]


def rotated(quats: np.ndarray, vectors: np.ndarray) -> np.ndarray:
    """Returns vectors (T, 3) turned by quaternions (T, 4)."""
    return np.einsum("tab,tb->ta", rot.quat_to_matrix(quats), vectors)
