"""Moves the arms of a person of other proportions so that hands which touch still touch.

Rotations alone put a hand elsewhere where an arm or the trunk is longer or shorter. The surface of the body that the
motion was made for tells in every frame how near a hand is to the other hand, the head, the trunk, the thighs and the
other arm. The nearer, the more the hand is moved as that part of the body is moved by the other proportions; the arms
follow by inverse kinematics, and the hands keep their directions. Nothing is filtered over time: distances change
smoothly, and so do the shifts. The idea is that of relations between body parts that a retargeted motion keeps (Ho et
al., "Spatial relationship preserving character motion adaptation", 2010).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cache
from typing import NamedTuple

import numpy as np

from .. import rotations as rot
from ..body import Body
from ..kinematics import posed
from ..limb_ik import reach
from ..motion import Motion
from ..skeleton import HAND_JOINTS, INDEX, JOINTS, PARENTS
from .anatomy import SIDES

_NEAR, _FAR = 0.025, 0.14  # metres: hands nearer than this touch; hands farther than that are left alone
_SOFT = 0.01  # metres over which near points share in where a hand is to be
_FIRM = 1e-3  # how little a hand that touches holds to the place where its arm's rotations put it
_SAME = 1e-3  # metres: proportions that differ less are the same
_HAND, _PART = 24, 24  # points of a hand, and of each other part of the body
_LEAST_WEIGHT = 0.55  # of a point's joint, so that it moves with it
_AROUND = 0.13  # metres from the middle of a hand to its farthest point
_COLLAR = np.radians(22)  # most that a collar turns where an arm is too short
_BESIDE = 0.5  # of the distance between left and right, beyond which the trunk is not wider or narrower
_CHUNK = 240  # frames at a time; keeps the working set at tens of megabytes
_ROUNDS = 2  # a hand that moves takes its arm with it, which the other hand may touch
_STILL = 1e-4  # metres: shifts that are smaller change nothing

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
_CORNERS = ("left_hip", "right_hip", "left_shoulder", "right_shoulder")


class _Points(NamedTuple):
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

    def moved(self, shifts: np.ndarray) -> np.ndarray:
        """Returns (t, n, 3) shifts of the points, of those of the joints (t, 55, 3)."""
        return self.shares @ shifts


@dataclass(frozen=True, eq=False)
class Touching:
    """Keeps the touches of one person for another.

    made_for: (55, 3) metres, the joints at rest of the person whose touches count, scaled to the same legs.
    keyed: (55, 3) those of the person who is keyed.
    """

    made_for: np.ndarray
    keyed: np.ndarray

    def kept(self, motion: Motion) -> Motion:
        """Returns the motion of the person who is keyed, with collars, arms and wrists turned so that hands touch.

        Raises nothing; a hand that cannot reach comes as near as the arm is long.
        """
        if np.abs((self.made_for - self.made_for[0]) - (self.keyed - self.keyed[0])).max() < _SAME:
            return motion
        rotations = motion.rotations.copy()
        for start in range(0, len(motion), _CHUNK):
            part = replace(
                motion, rotations=rotations[start : start + _CHUNK],
                translation=motion.translation[start : start + _CHUNK],
            )  # fmt: skip
            rotations[start : start + _CHUNK] = self._kept(part)
        return replace(motion, rotations=rotations)

    def _kept(self, motion: Motion) -> np.ndarray:
        """Returns (t, 55, 4) rotations."""
        rotations = motion.rotations.astype(np.float64)
        spins, ours = posed(motion, self.made_for)
        hands = _Hands.of(spins, ours, self.made_for)
        near = np.flatnonzero(hands.near)
        if not len(near):
            return rotations
        ours, turned = ours[near], rotations[near]
        for _ in range(_ROUNDS):
            theirs = posed(Motion(turned, motion.translation[near], motion.fps), self.keyed)[1]
            # where the whole person is tells nothing about touches
            wanted = hands.wanted(theirs - theirs[:, :1] - ours + ours[:, :1])
            if max(np.abs(by).max() for by in wanted) < _STILL:
                break
            for side, by in zip(SIDES, wanted, strict=True):
                _move_hand(turned, theirs.astype(np.float64), side, by)
        rotations[near] = turned
        return rotations


class _Hands(NamedTuple):
    """How near the hands of a person are to everything in every frame.

    near: (t,) in which frames a hand may be near something; all else is of those alone.
    points: of both hands. bodies: the points that each of them is ever near. beside: where it is near them. together:
    where both hands are near each other.
    """

    near: np.ndarray
    points: list[_Points]
    bodies: list[_Points]
    beside: list[_Beside]
    together: _Beside

    @classmethod
    def of(cls, spins: np.ndarray, joints: np.ndarray, made_for: np.ndarray) -> _Hands:
        """spins (t, 55, 3, 3), joints (t, 55, 3): the pose. made_for: as for `_Points.places`."""
        points = [_hand(side) for side in SIDES]
        hands = [one.places(spins, joints, made_for) for one in points]
        middles = [hand.mean(axis=1) for hand in hands]
        near = np.linalg.norm(middles[0] - middles[1], axis=1) < _FAR + 2 * _AROUND
        bodies, surfaces = [], []
        for side, middle in zip(SIDES, middles, strict=True):
            body = _body(side)
            surface = body.places(spins, joints, made_for)
            away = surface - middle[:, None]
            reached = np.einsum("tnc,tnc->tn", away, away) < (_FAR + _AROUND) ** 2
            near = near | reached.any(axis=1)
            used = np.flatnonzero(reached.any(axis=0)) if reached.any() else np.array([0])
            bodies.append(_Points(*(array[used] for array in body)))
            surfaces.append(surface[:, used])
        beside = [_Beside.of(hand[near], surface[near]) for hand, surface in zip(hands, surfaces, strict=True)]
        return cls(near, points, bodies, beside, _Beside.of(*(hand[near] for hand in hands)))

    def wanted(self, shifts: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Returns by how much the left and the right hand are to be moved, (t, 3) metres each.

        shifts: (t, 55, 3) of the joints by the other proportions.
        """
        moved = [hand.moved(shifts) for hand in self.points]
        left, right = (
            beside.shift(hand, body.moved(shifts))
            for beside, hand, body in zip(self.beside, moved, self.bodies, strict=True)
        )
        apart = self.together.shift(*moved)
        # least squares of what both hands are to do: stay, keep to the body, keep to each other
        a, b, c = (one.firm for one in (*self.beside, self.together))
        first, second = a * left + c * apart, b * right - c * apart
        whole = (1 + a + c) * (1 + b + c) - c * c
        return ((1 + b + c) * first + c * second) / whole, ((1 + a + c) * second + c * first) / whole


class _Beside(NamedTuple):
    """Which points of a hand are near which others. hand (t, n), other (t, m): shares, which sum to 1.

    firm: (t, 1) how firmly the hand keeps to them: from 0, if all are far, to a thousand if it touches them.
    """

    hand: np.ndarray
    other: np.ndarray
    firm: np.ndarray

    @classmethod
    def of(cls, hand: np.ndarray, other: np.ndarray) -> _Beside:
        """hand, other: the points (t, n, 3), (t, m, 3)."""
        if not len(hand):
            return cls(np.zeros(hand.shape[:2]), np.zeros(other.shape[:2]), np.zeros((0, 1)))
        squares = (hand**2).sum(-1)[:, :, None] + (other**2).sum(-1)[:, None] - 2 * hand @ other.transpose(0, 2, 1)
        apart = np.sqrt(np.maximum(squares, 0))
        nearest = apart.min(axis=(1, 2), keepdims=True)
        weights = np.exp((nearest - apart) / _SOFT)
        whole = weights.sum(axis=(1, 2))[:, None]
        at = np.clip((_FAR - nearest[:, 0]) / (_FAR - _NEAR), 0, 1)
        near = at * at * (3 - 2 * at)
        return cls(weights.sum(2) / whole, weights.sum(1) / whole, near / (1 - near + _FIRM))

    def shift(self, hand: np.ndarray, other: np.ndarray) -> np.ndarray:
        """Returns the shift (t, 3) that keeps the hand where it is relative to the others; from both ones' shifts."""
        return np.einsum("tm,tmc->tc", self.other, other) - np.einsum("tn,tnc->tc", self.hand, hand)


def _move_hand(rotations: np.ndarray, joints: np.ndarray, side: str, by: np.ndarray) -> None:
    """Turns collar, shoulder, elbow and wrist in `rotations` (t, 55, 4) so that the hand moves `by` (t, 3).

    joints: (t, 55, 3) before. The hand keeps its direction.
    """
    line = [INDEX[f"{side}_{joint}"] for joint in ("collar", "shoulder", "elbow", "wrist")]
    above = _world(rotations, PARENTS[line[0]])
    world = [above]
    for joint in line:
        world.append(rot.quat_multiply(world[-1], rotations[:, joint]))
    collar, shoulder, elbow, wrist = (joints[:, joint] for joint in line)
    target = wrist + by
    lift = _lift(collar, shoulder, elbow, wrist, target)
    turned = rot.quat_to_matrix(lift)
    shoulder, elbow, wrist = (
        collar + np.einsum("tab,tb->ta", turned, place - collar) for place in (shoulder, elbow, wrist)
    )
    at_shoulder, at_elbow = (rot.quat_multiply(lift, world[i]) for i in (2, 3))
    hinge = np.array([0.0, -1.0 if side == "left" else 1.0, 0.0])
    arm = reach((shoulder, elbow, wrist), target, at_shoulder, at_elbow, hinge)
    new = [above, rot.quat_multiply(lift, world[1]), *arm, world[4]]
    for joint, parent, own in zip(line, new, new[1:], strict=False):
        rotations[:, joint] = rot.quat_multiply(rot.quat_conjugate(parent), own)


def _lift(
    collar: np.ndarray, shoulder: np.ndarray, elbow: np.ndarray, wrist: np.ndarray, target: np.ndarray
) -> np.ndarray:
    """Returns the turn (t, 4) of a collar that brings the shoulder nearer to a target which the arm does not reach."""
    arm = np.linalg.norm(elbow - shoulder, axis=1) + np.linalg.norm(wrist - elbow, axis=1)
    way = target - shoulder
    far = np.linalg.norm(way, axis=1)
    missing = np.maximum(far - 0.98 * arm, 0)[:, None]
    own = shoulder - collar
    length = np.linalg.norm(own, axis=1, keepdims=True)
    if not (missing > 0).any() or length.max() < 1e-6:
        return np.tile((1.0, 0.0, 0.0, 0.0), (len(target), 1))
    nearer = own + missing * way / np.maximum(far, 1e-9)[:, None]
    turn = rot.quat_to_axis_angle(rot.between(own, nearer))
    angle = np.linalg.norm(turn, axis=1, keepdims=True)
    return rot.axis_angle_to_quat(turn * np.minimum(1, _COLLAR / np.maximum(angle, 1e-9)))


def _world(rotations: np.ndarray, joint: int) -> np.ndarray:
    """Returns (t, 4) the rotation of a joint in the world."""
    line = []
    while joint >= 0:
        line.append(joint)
        joint = PARENTS[joint]
    world = rotations[:, line[-1]]
    for one in reversed(line[:-1]):
        world = rot.quat_multiply(world, rotations[:, one])
    return world


# --- points of the surface


@cache
def _open_joints() -> np.ndarray:
    return Body.load().joints()


@cache
def _hand(side: str) -> _Points:
    """The points of a hand, each moved by its own joint."""
    fingers = [f"{side}_wrist", *(joint for joint in HAND_JOINTS if joint.startswith(side))]
    return _of_limb({joint: joint for joint in fingers}, _HAND)


@cache
def _body(side: str) -> _Points:
    """The points of all that a hand of one side can touch beside the other hand."""
    own = (f"{side}_shoulder", f"{side}_elbow")
    parts = [_of_limb(part, _PART) for part in _LIMBS if not any(joint in own for joint in part)]
    parts += [_of_trunk(joints, _PART) for joints in _TRUNK]
    parts += [_of_limb(dict.fromkeys(joints, "head"), _PART) for joints in _HEAD]
    parts.append(_of_neck())
    return _Points(*(np.concatenate(arrays) for arrays in zip(*parts, strict=True)))


def _of_limb(ends: Mapping[str, str], count: int) -> _Points:
    """Returns points that move with the joints of a limb and with those towards which they lie."""
    joint, rest = _chosen(tuple(ends), count)
    places = _open_joints()
    far = np.array([INDEX[ends[JOINTS[one]]] for one in joint])
    way = places[far] - places[joint]
    share = np.clip(((rest - places[joint]) * way).sum(1) / np.maximum((way**2).sum(1), 1e-9), 0, 1)
    share[[JOINTS[one] == "jaw" for one in joint]] = 1.0  # which rigs have elsewhere, or not at all
    return _Points(joint, _shares((joint, 1 - share), (far, share)), rest)


def _of_trunk(joints: tuple[str, ...], count: int) -> _Points:
    """Returns points that move with hips and shoulders, as they lie between them."""
    joint, rest = _chosen(joints, count)
    hips, shoulders = (_open_joints()[[INDEX[name] for name in pair]] for pair in (_CORNERS[:2], _CORNERS[2:]))
    low, high = hips.mean(axis=0), shoulders.mean(axis=0)
    up = np.clip((rest - low) @ (high - low) / ((high - low) @ (high - low)), 0, 1)
    left = low + up[:, None] * (high - low)
    width = (1 - up) * (hips[0, 0] - hips[1, 0]) + up * (shoulders[0, 0] - shoulders[1, 0])
    side = np.clip(0.5 + (rest[:, 0] - left[:, 0]) / width, -_BESIDE, 1 + _BESIDE)
    weights = ((1 - up) * side, (1 - up) * (1 - side), up * side, up * (1 - side))
    return _Points(joint, _shares(*((INDEX[name], w) for name, w in zip(_CORNERS, weights, strict=True))), rest)


def _of_neck() -> _Points:
    """Returns points that lie between the shoulders and the head."""
    joint, rest = _chosen(("neck",), _PART)
    places = _open_joints()
    shoulders = [INDEX[name] for name in _CORNERS[2:]]
    low, high = places[shoulders].mean(axis=0)[1], places[INDEX["head"], 1]
    up = np.clip((rest[:, 1] - low) / (high - low), 0, 1)
    return _Points(joint, _shares(*((one, (1 - up) / 2) for one in shoulders), (INDEX["head"], up)), rest)


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
