"""Measures a person by the places of joints, for any skeleton and axes: trunk, left side, and whether they stand.

All functions take `Places`, SMPL-X's joint names -> (..., 3), and keep the leading axes.
"""

from __future__ import annotations

import numpy as np

Places = dict[str, np.ndarray]

SIDES = ("left", "right")
# Largest angles in degrees between a limb and the trunk's line in a pose that passes as standing upright.
# A-, T- and N-poses are well below.
_STRADDLE = 35.0
_BEND = 30.0
_TWIST = 25.0
_NOD = 50.0
_LONG_FOOT = 0.15  # relative to the shin: shorter feet show no direction
_KNEE_BENT = float(np.degrees(np.arcsin(0.2)))  # degrees from which on a knee's direction of bending is measured
_KNEES_SEEN = 0.02  # least share of the frames with a bent knee
_STRETCHED = 15.0  # degrees within which the arms of a T-pose point to the sides


def unit(v: np.ndarray) -> np.ndarray:
    return v / np.maximum(np.linalg.norm(v, axis=-1, keepdims=True), 1e-12)


def degrees_between(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    """Returns the degrees between directions (..., 3), as (...,); 0 for a direction of length zero."""
    lengths = np.linalg.norm(a, axis=-1) * np.linalg.norm(b, axis=-1)
    cosine = np.where(lengths > 1e-12, (a * b).sum(axis=-1) / np.maximum(lengths, 1e-12), 1.0)
    return np.degrees(np.arccos(np.clip(cosine, -1, 1)))


def middle(places: Places, joint: str) -> np.ndarray:
    """Returns the midpoint of the left and the right joint of this name."""
    return (places[f"left_{joint}"] + places[f"right_{joint}"]) / 2


def trunk(places: Places) -> np.ndarray:
    """Returns the unit direction (..., 3) from between the hips to between the shoulders."""
    return unit(middle(places, "shoulder") - middle(places, "hip"))


def leg_length(places: Places) -> np.ndarray:
    """Returns the length from hip to knee to ankle, (...,), as the mean of both legs."""
    parts = [
        np.linalg.norm(places[f"{side}_{far}"] - places[f"{side}_{near}"], axis=-1)
        for side in SIDES
        for near, far in (("hip", "knee"), ("knee", "ankle"))
    ]
    return sum(parts) / 2


def across(places: Places) -> np.ndarray:
    """Returns the unit direction (..., 3) to the person's left, by hips and shoulders."""
    hips = places["left_hip"] - places["right_hip"]
    shoulders = places["left_shoulder"] - places["right_shoulder"]
    return unit(unit(hips) + unit(shoulders))


def frame(up: np.ndarray, left: np.ndarray) -> np.ndarray:
    """Returns the rotation (..., 3, 3) that turns `up` to +Y and the part of `left` perpendicular to it to +X."""
    up = unit(up)
    left = unit(left - (left * up).sum(axis=-1, keepdims=True) * up)
    return np.stack((left, up, np.cross(left, up)), axis=-2)


def nearest_axis(direction: np.ndarray) -> tuple[np.ndarray, float]:
    """Returns the coordinate axis (3,) nearest to a direction (3,), and the degrees between them."""
    at = int(np.argmax(np.abs(direction)))
    axis = np.zeros(3)
    axis[at] = np.sign(direction[at]) or 1.0
    return axis, float(degrees_between(direction, axis))


def strain(places: Places) -> np.ndarray:
    """Returns how far a pose is from standing upright, (...,): up to 1 it passes as standing."""
    up = trunk(places)
    checks = []
    for side in SIDES:
        hip, knee, ankle = (places[f"{side}_{joint}"] for joint in ("hip", "knee", "ankle"))
        checks += [degrees_between(hip - knee, up) / _STRADDLE, degrees_between(knee - ankle, up) / _STRADDLE]
        if f"{side}_foot" in places:
            foot = places[f"{side}_foot"] - ankle
            long = np.linalg.norm(foot, axis=-1) > _LONG_FOOT * np.linalg.norm(knee - ankle, axis=-1)
            # neither on tiptoe, as in a skeleton whose bones all lie in one line, nor with the toes up
            off = np.abs(degrees_between(foot, -up) - 70) / 50
            checks.append(np.where(long, off, 0.0))
    lines = [places[f"left_{joint}"] - places[f"right_{joint}"] for joint in ("hip", "shoulder")]
    checks += [np.abs(degrees_between(line, up) - 90) / _TWIST for line in lines]
    checks.append(degrees_between(*lines) / _TWIST)
    hips, shoulders = middle(places, "hip"), middle(places, "shoulder")
    size = np.linalg.norm(shoulders - hips, axis=-1)
    for joint, start, limit in (("spine2", hips, _BEND), ("spine3", hips, _BEND), ("head", shoulders, _NOD)):
        if joint in places:
            part = places[joint] - start
            long = np.linalg.norm(part, axis=-1) > 0.15 * size
            checks.append(np.where(long, degrees_between(part, up) / limit, 0.0))
    return np.max(checks, axis=0)


def stretched_arms(places: Places) -> np.ndarray:
    """Returns how far the arms are from pointing straight to the sides as in a T-pose, (...,): up to 1 they do."""
    left = across(places)
    off = [
        degrees_between(places[f"{side}_{far}"] - places[f"{side}_{near}"], sign * left)
        for side, sign in (("left", 1), ("right", -1))
        for near, far in (("shoulder", "elbow"), ("elbow", "wrist"))
    ]
    return np.max(off, axis=0) / _STRETCHED


def toes_forward(places: Places) -> float:
    """Returns how far a standing person's toes are ahead of the ankles, given the side that is called left.

    1 is fully ahead, -1 fully behind, as in a mirrored skeleton; 0 without toes, or if they are too short.
    """
    axes = frame(trunk(places), across(places))
    ahead = []
    for side in SIDES:
        if f"{side}_foot" in places:
            foot = places[f"{side}_foot"] - places[f"{side}_ankle"]
            shin = np.linalg.norm(places[f"{side}_knee"] - places[f"{side}_ankle"])
            if np.linalg.norm(foot) > _LONG_FOOT * shin:
                ahead.append(float((axes @ unit(foot))[2]))
    return float(np.mean(ahead)) if ahead else 0.0


def knees_bend_forwards(places: Places, least: float = _KNEE_BENT) -> float:
    """Returns how far a moving person's knees bend the wrong way, given the side that is called left.

    -1 is as all knees bend, 1 the other way, 0 if the knees hardly bend. Of 365 recordings none is above -0.6. A
    mirrored skeleton bends them the wrong way, whether it has toes or not.
    places: joint -> (T, 3). least: degrees that a knee must be bent to count.
    """
    left = unit(places["left_hip"] - places["right_hip"])
    bends, ways, seen = [], [], []
    for side in SIDES:
        hip, knee, ankle = (places[f"{side}_{joint}"] for joint in ("hip", "knee", "ankle"))
        thigh, shin = unit(knee - hip), unit(ankle - knee)
        bend = np.linalg.norm(np.cross(thigh, shin), axis=-1)
        seen.append(bend > np.sin(np.radians(least)))
        bends.append(bend[seen[-1]])
        ways.append((shin * np.cross(thigh, left)).sum(axis=-1)[seen[-1]])
    if np.mean(seen) < _KNEES_SEEN:
        return 0.0
    return float(np.concatenate(ways).sum() / np.concatenate(bends).sum())
