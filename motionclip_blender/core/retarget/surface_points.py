"""Chooses points of the open body's surface, and tells where other proportions and turned arms put them.

The parts of the body that a hand can touch are limbs, whose points move with the joints at both ends; the trunk, whose
points move with hips and shoulders; the neck and the head.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import NamedTuple

import numpy as np

from ..body import Body
from ..skeleton import HAND_JOINTS, INDEX, JOINTS
from .anatomy import SIDES

_HAND, _PART = 24, 24  # points of a hand, and of each other part of the body
_LEAST_WEIGHT = 0.55  # of a point's joint, so that it moves with it
_WIDER = 0.5  # of what shoulders and hips are broader: a chest and a belly need not be as much
_BESIDE = 0.5  # of the distance between left and right, beyond which the trunk is not wider or narrower

# The parts of the body that hands touch, by their joints. Limbs: each joint, and the one towards which its points lie
_LIMBS: tuple[dict[str, str], ...] = tuple(
    part
    for side in SIDES
    for part in (
        {f"{side}_hip": f"{side}_knee"}, {f"{side}_knee": f"{side}_ankle"},
        {f"{side}_ankle": f"{side}_foot", f"{side}_foot": f"{side}_foot"},
        {f"{side}_collar": f"{side}_shoulder", f"{side}_shoulder": f"{side}_elbow"},
        {f"{side}_elbow": f"{side}_wrist"},
    )
)  # fmt: skip
_TRUNK = (("pelvis",), ("pelvis", "spine1"), ("spine1", "spine2"), ("spine2", "spine3"), ("spine3",))
_HEAD = (("head",), ("head", "jaw"))
_ARMS = [INDEX[f"{side}_{joint}"] for side in SIDES for joint in ("collar", "shoulder", "elbow")]
_CORNERS = ("left_hip", "right_hip", "left_shoulder", "right_shoulder")


class Points(NamedTuple):
    """Points of the open body's surface.

    joint: (n,) the joint that carries each. shares: (n, 55) how much of the joints' shifts by other proportions is a
    point's own: of a limb those of both ends, of the trunk those of hips and shoulders, wherever a rig has its spine.
    rest: (n, 3).
    """

    joint: np.ndarray
    shares: np.ndarray
    rest: np.ndarray

    def places(self, spins: np.ndarray, joints: np.ndarray, made_for: np.ndarray) -> np.ndarray:
        """Returns (t, n, 3) the points of a moving person whose joints rest at `made_for` (55, 3)."""
        offset = self.rest + self.shares @ (made_for - _open_joints()) - made_for[self.joint]
        return joints[:, self.joint] + np.einsum("tnab,nb->tna", spins[:, self.joint], offset, optimize=True)

    def moved(self, shifts: np.ndarray, turned: np.ndarray | None = None) -> np.ndarray:
        """Returns (t, n, 3) shifts of the points.

        shifts: (t, 55, 3) of the joints. turned: (t, 55, 3, 3) by how much the matrices of the joints' rotations
        differ; it counts for arms only.
        """
        found = self.shares @ shifts
        arms = self.on_arms
        if turned is not None and len(arms):
            beside = self.rest[arms] - self.shares[arms] @ _open_joints()
            found[:, arms] += np.einsum("tnab,nb->tna", turned[:, self.joint[arms]], beside, optimize=True)
        return found

    def only(self, which: np.ndarray) -> Points:
        """Returns some of the points."""
        return Points(*(array[which] for array in self))

    @property
    def on_arms(self) -> np.ndarray:
        """Which of the points are on an arm, above the hand."""
        return np.flatnonzero(np.isin(self.joint, _ARMS))


@cache
def _open_joints() -> np.ndarray:
    return Body.load().joints()


@cache
def hand_points(side: str) -> Points:
    """The points of a hand, each moved by its own joint."""
    fingers = [f"{side}_wrist", *(joint for joint in HAND_JOINTS if joint.startswith(side))]
    return _of_limb({joint: joint for joint in fingers}, _HAND)


@cache
def body_points(side: str) -> Points:
    """The points of all that a hand of one side can touch beside the other hand."""
    own = (f"{side}_shoulder", f"{side}_elbow")
    parts = [_of_limb(part, _PART) for part in _LIMBS if not any(joint in own for joint in part)]
    parts += [_of_trunk(joints, _PART) for joints in _TRUNK]
    parts += [_of_limb(dict.fromkeys(joints, "head"), _PART) for joints in _HEAD]
    parts.append(_of_neck())
    return Points(*(np.concatenate(arrays) for arrays in zip(*parts, strict=True)))


def _of_limb(ends: Mapping[str, str], count: int) -> Points:
    """Returns points that move with the joints of a limb and with those towards which they lie."""
    joint, rest = _chosen(tuple(ends), count)
    places = _open_joints()
    far = np.array([INDEX[ends[JOINTS[one]]] for one in joint])
    way = places[far] - places[joint]
    share = np.clip(((rest - places[joint]) * way).sum(1) / np.maximum((way**2).sum(1), 1e-9), 0, 1)
    share[[JOINTS[one] == "jaw" for one in joint]] = 1.0  # which rigs have elsewhere, or not at all
    return Points(joint, _shares((joint, 1 - share), (far, share)), rest)


def _of_trunk(joints: tuple[str, ...], count: int) -> Points:
    """Returns points that move with hips and shoulders, as they lie between them."""
    joint, rest = _chosen(joints, count)
    hips, shoulders = (_open_joints()[[INDEX[name] for name in pair]] for pair in (_CORNERS[:2], _CORNERS[2:]))
    low, high = hips.mean(axis=0), shoulders.mean(axis=0)
    up = np.clip((rest - low) @ (high - low) / ((high - low) @ (high - low)), 0, 1)
    left = low + up[:, None] * (high - low)
    width = (1 - up) * (hips[0, 0] - hips[1, 0]) + up * (shoulders[0, 0] - shoulders[1, 0])
    side = 0.5 + _WIDER * np.clip((rest[:, 0] - left[:, 0]) / width, -_BESIDE - 0.5, _BESIDE + 0.5)
    weights = ((1 - up) * side, (1 - up) * (1 - side), up * side, up * (1 - side))
    return Points(joint, _shares(*((INDEX[name], w) for name, w in zip(_CORNERS, weights, strict=True))), rest)


def _of_neck() -> Points:
    """Returns points that lie between the shoulders and the head."""
    joint, rest = _chosen(("neck",), _PART)
    places = _open_joints()
    shoulders = [INDEX[name] for name in _CORNERS[2:]]
    low, high = places[shoulders].mean(axis=0)[1], places[INDEX["head"], 1]
    up = np.clip((rest[:, 1] - low) / (high - low), 0, 1)
    return Points(joint, _shares(*((one, (1 - up) / 2) for one in shoulders), (INDEX["head"], up)), rest)


def _shares(*parts: tuple[np.ndarray | int, np.ndarray]) -> np.ndarray:
    """Returns (n, 55) of pairs of joints and their shares (n,)."""
    count = len(parts[0][1])
    found = np.zeros((count, len(JOINTS)), np.float32)
    for joints, share in parts:
        np.add.at(found, (np.arange(count), np.broadcast_to(joints, count)), share)
    return found


def _chosen(joints: tuple[str, ...], count: int) -> tuple[np.ndarray, np.ndarray]:
    """Chooses points of the surface that these joints move, as far apart as can be.

    Returns the joint that carries each, (n,), and where they rest, (n, 3).
    """
    body = Body.load()
    owners, strengths = np.argmax(body.weights, axis=1), body.weights.max(axis=1)
    ids = np.flatnonzero(np.isin(owners, [INDEX[name] for name in joints]) & (strengths > _LEAST_WEIGHT))
    vertices = body.template[ids]
    chosen = [int(np.argmax(vertices[:, 2]))]
    apart = np.linalg.norm(vertices - vertices[chosen[0]], axis=1)
    while len(chosen) < min(count, len(ids)):
        chosen.append(int(np.argmax(apart)))
        apart = np.minimum(apart, np.linalg.norm(vertices - vertices[chosen[-1]], axis=1))
    return owners[ids[chosen]], vertices[chosen].astype(np.float32)
