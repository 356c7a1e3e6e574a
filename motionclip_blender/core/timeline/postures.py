"""Tells postures apart by measures of a pose: how high the pelvis is, where the trunk points, what carries the body."""

from __future__ import annotations

import numpy as np

from ..skeleton import INDEX

_LOW = 0.8  # height of the pelvis relative to a standing body's, below which the body sits, crouches or lies
_HIGHER = 0.18  # difference of that height from which on postures differ
_TILTED = 45.0  # degrees between trunks from which on they differ
_OVER_FEET = 0.25  # metres over the ground from the feet to the pelvis that they carry, at most; a seat is at 0.4
_LIES = 60.0  # degrees of a trunk from upright on, in a body that lies
_OVER_FLOOR = 0.35  # metres of the pelvis over the lowest joint, at most, in a body that lies
_TURNED_OVER = 75.0  # degrees between chests from which on a body that lies has been turned over
_KNEELS = 0.2  # metres of a knee above the lowest joint, at most, in a body that kneels

_OVER_KNEE = 0.25  # metres of the pelvis over the lowest joint, at least, in a body that kneels


def unlike(before: np.ndarray, after: np.ndarray, standing: float) -> bool:
    """Checks whether no direct way leads from one pose (22, 3) to another: sitting to walking, lying to sitting.

    Heights are above the lowest joint, so that lying on a bed is lying. Poses in which the feet carry the body, from
    upright to crouching, are never unlike, nor are kneeling and crouching.
    standing: height of the pelvis of the standing body, metres.
    """
    heights = [(pose[INDEX["pelvis"], 1] - pose[:, 1].min()) / standing for pose in (before, after)]
    if min(heights) > _LOW or (on_feet(before) and on_feet(after)):
        return False
    if max(heights) < _LOW and all(on_feet(pose) or kneels(pose) for pose in (before, after)):
        return False
    trunks = [pose[INDEX["neck"]] - pose[INDEX["pelvis"]] for pose in (before, after)]
    cosine = np.dot(*trunks) / max(float(np.prod([np.linalg.norm(trunk) for trunk in trunks])), 1e-9)
    tilts = [tilt(pose) for pose in (before, after)]
    differ = abs(heights[0] - heights[1]) > _HIGHER
    if turned_over(before, after):
        return True
    return differ or (abs(tilts[0] - tilts[1]) > _TILTED and cosine < np.cos(np.radians(_TILTED)))


def turned_over(before: np.ndarray, after: np.ndarray) -> bool:
    """Checks whether a body lies, or is bent as low, in two poses (22, 3): on its back in one, on its belly in the
    other."""
    both_low = min(map(tilt, (before, after))) > _LIES
    return both_low and fronts_apart(before, after) > _TURNED_OVER


def tilt(pose: np.ndarray) -> float:
    """Returns the degrees from the vertical of the trunk of a pose (22, 3)."""
    trunk = pose[INDEX["neck"]] - pose[INDEX["pelvis"]]
    return float(np.degrees(np.arctan2(np.hypot(trunk[0], trunk[2]), trunk[1])))


def fronts_apart(before: np.ndarray, after: np.ndarray) -> float:
    """Returns the degrees between the ways in which two poses' chests face, (22, 3) each: 180 from back to belly."""
    return float(np.degrees(np.arccos(np.clip(np.dot(chest_front(before), chest_front(after)), -1, 1))))


def chest_front(pose: np.ndarray) -> np.ndarray:
    """Returns the direction (3,), of length 1, in which the chest of a pose (22, 3) faces: up in who lies on the
    back."""
    aside = pose[INDEX["left_shoulder"]] - pose[INDEX["right_shoulder"]]
    front = np.cross(aside, pose[INDEX["neck"]] - pose[INDEX["pelvis"]])
    return front / max(float(np.linalg.norm(front)), 1e-9)


def on_feet(pose: np.ndarray) -> bool:
    """Checks whether a body in a pose (22, 3) stands on its feet, however low it crouches."""
    ankles = pose[[INDEX["left_ankle"], INDEX["right_ankle"]]].mean(axis=0)
    knees = pose[[INDEX["left_knee"], INDEX["right_knee"]], 1].min() - pose[:, 1].min()
    away = pose[INDEX["pelvis"]] - ankles
    return bool(np.hypot(away[0], away[2]) < _OVER_FEET and knees > _KNEELS and away[1] > 0)


def lies(pose: np.ndarray) -> bool:
    """Checks whether a body in a pose (22, 3) lies: its trunk is level, and low over the lowest joint."""
    return bool(tilt(pose) > _LIES and pose[INDEX["pelvis"], 1] - pose[:, 1].min() < _OVER_FLOOR)


def kneels(pose: np.ndarray) -> bool:
    """Checks whether a body in a pose (22, 3) has its trunk upright over a knee on the floor."""
    knees = pose[[INDEX["left_knee"], INDEX["right_knee"]], 1] - pose[:, 1].min()
    trunk = pose[INDEX["neck"]] - pose[INDEX["pelvis"]]
    over = pose[INDEX["pelvis"], 1] - pose[:, 1].min() > _OVER_KNEE
    return bool(knees.min() < _KNEELS and over and trunk[1] > np.hypot(trunk[0], trunk[2]))


def upright(pose: np.ndarray, standing: float) -> bool:
    """Checks whether a body in a pose (22, 3) stands upright. standing: as of `unlike`."""
    return on_feet(pose) and (pose[INDEX["pelvis"], 1] - pose[:, 1].min()) / standing > _LOW


def down(pose: np.ndarray, standing: float) -> bool:
    """Checks whether a body in a pose (22, 3) sits, kneels or crouches: low, with its trunk up. standing: as of
    `unlike`."""
    trunk = pose[INDEX["neck"]] - pose[INDEX["pelvis"]]
    low = (pose[INDEX["pelvis"], 1] - pose[:, 1].min()) / standing < _LOW
    return bool(low and trunk[1] > np.hypot(trunk[0], trunk[2]))
