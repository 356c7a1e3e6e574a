"""Moves the arms of a person of other proportions so that hands which touch still touch.

Rotations alone put a hand elsewhere where an arm or the trunk is longer or shorter. The surface of the body that the
motion was made for tells in every frame how near a hand is to the other hand, the head, the trunk, the thighs and the
other arm. The nearer, the more the hand is moved as that part of the body is moved by the other proportions; the arms
follow by inverse kinematics, and the hands keep their directions. Nothing is filtered over time: distances change
smoothly, and so do the shifts. The idea is that of relations between body parts that a retargeted motion keeps (Ho et
al., "Spatial relationship preserving character motion adaptation", 2010).
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import NamedTuple

import numpy as np

from .. import rotations as rot
from ..easing import smoothstep
from ..kinematics import posed
from ..limb_ik import reach
from ..motion import Motion
from ..skeleton import INDEX, PARENTS
from .anatomy import SIDES
from .surface_points import Points, body_points, hand_points

_NEAR, _FAR = 0.025, 0.14  # metres: hands nearer than this touch; hands farther than that are left alone
_SOFT = 0.01  # metres over which near points share in where a hand is to be
_FIRM = 1e-3  # how little a hand that touches holds to the place where its arm's rotations put it
_SAME = 1e-3  # metres: proportions that differ less are the same
_AROUND = 0.13  # metres from the middle of a hand to its farthest point
_COLLAR = np.radians(22)  # most that a collar turns where an arm is too short
_CHUNK = 240  # frames at a time; keeps the working set at tens of megabytes
_ROUNDS = 4  # a hand that moves takes its arm with it, which the other hand may touch
_STILL = 1e-3  # metres: shifts that change by less are settled
_STEPS, _PENALTY = 12, 60.0  # of the search for the best places that both arms reach
_STRETCHED = 0.9995  # of an arm's length: the farthest that it reaches


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
        plain, way = rotations[near], motion.translation[near]
        ours, spins = ours[near] - ours[near, :1], spins[near]
        _, theirs = posed(Motion(plain, way, motion.fps), self.keyed)
        arms = [_Arm.of(plain, theirs, side) for side in SIDES]
        # where the whole person is tells nothing about touches
        first = theirs - theirs[:, :1] - ours
        by = _reached(arms, *hands.wishes(first))
        for _ in range(_ROUNDS):
            turned = plain.copy()
            for arm, shift in zip(arms, by, strict=True):
                arm.move(turned, shift)
            if not hands.on_arms:
                break
            now, theirs = posed(Motion(turned, way, motion.fps), self.keyed)
            former = by
            by = _reached(arms, *hands.wishes(first, theirs - theirs[:, :1] - ours, now - spins))
            if np.abs(np.subtract(former, by)).max() < _STILL:
                break
        rotations[near] = turned
        return rotations


class _Hands(NamedTuple):
    """How near the hands of a person are to everything in every frame.

    near: (t,) in which frames a hand may be near something; all else is of those alone.
    points: of both hands. bodies: the points that each of them is ever near. beside: where it is near them. together:
    where both hands are near each other.
    """

    near: np.ndarray
    points: list[Points]
    bodies: list[Points]
    beside: list[_Beside]
    together: _Beside

    @classmethod
    def of(cls, spins: np.ndarray, joints: np.ndarray, made_for: np.ndarray) -> _Hands:
        """spins (t, 55, 3, 3), joints (t, 55, 3): the pose. made_for: as for `Points.places`."""
        points = [hand_points(side) for side in SIDES]
        hands = [one.places(spins, joints, made_for) for one in points]
        middles = [hand.mean(axis=1) for hand in hands]
        near = np.linalg.norm(middles[0] - middles[1], axis=1) < _FAR + 2 * _AROUND
        bodies, surfaces = [], []
        for side, middle in zip(SIDES, middles, strict=True):
            body = body_points(side)
            surface = body.places(spins, joints, made_for)
            away = surface - middle[:, None]
            reached = np.einsum("tnc,tnc->tn", away, away) < (_FAR + _AROUND) ** 2
            near = near | reached.any(axis=1)
            used = np.flatnonzero(reached.any(axis=0)) if reached.any() else np.array([0])
            bodies.append(body.only(used))
            surfaces.append(surface[:, used])
        beside = [_Beside.of(hand[near], surface[near]) for hand, surface in zip(hands, surfaces, strict=True)]
        return cls(near, points, bodies, beside, _Beside.of(*(hand[near] for hand in hands)))

    @property
    def on_arms(self) -> bool:
        """Whether a hand is ever near the other arm."""
        return any(len(body.on_arms) for body in self.bodies)

    def wishes(
        self, first: np.ndarray, now: np.ndarray | None = None, turned: np.ndarray | None = None
    ) -> tuple[np.ndarray, np.ndarray]:
        """Returns how the hands are to be moved: (t, 3, 3) metres and (t, 3, 1) how firmly.

        The three are the shift of the left hand, that of the right one, and the left one's relative to the right one's.
        first: (t, 55, 3) shifts of the joints by the other proportions. now, turned: those of the joints and of their
        rotations (t, 55, 3, 3) after arms have been turned.
        """
        hands = [hand.moved(first) for hand in self.points]
        shifts = []
        for beside, hand, body in zip(self.beside, hands, self.bodies, strict=True):
            moved = body.moved(first)
            if now is not None and len(arms := body.on_arms):
                moved[:, arms] = body.only(arms).moved(now, turned)
            shifts.append(beside.shift(hand, moved))
        shifts.append(self.together.shift(*hands))
        return np.stack(shifts, axis=1), self._firm()

    def _firm(self) -> np.ndarray:
        """Returns (t, 3, 1) how firmly both hands keep to the body and to each other; to what is nearest the most."""
        each = (*self.beside, self.together)
        left, right, apart = (one.nearest for one in each)
        least = [np.minimum(left, apart), np.minimum(right, apart), np.minimum(np.minimum(left, right), apart)]
        firm = [one.firm * np.exp((by - one.nearest) / _SOFT) for one, by in zip(each, least, strict=True)]
        return np.stack(firm, axis=1)


class _Beside(NamedTuple):
    """Which points of a hand are near which others. hand (t, n), other (t, m): shares, which sum to 1.

    nearest: (t, 1) metres between the two.
    """

    hand: np.ndarray
    other: np.ndarray
    nearest: np.ndarray

    @property
    def firm(self) -> np.ndarray:
        """(t, 1) how firmly the hand keeps to the others: from 0, if all are far, to a thousand if it touches them."""
        near = smoothstep((_FAR - self.nearest) / (_FAR - _NEAR))
        return near / (1 - near + _FIRM)

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
        return cls(weights.sum(2) / whole, weights.sum(1) / whole, nearest[:, 0])

    def shift(self, hand: np.ndarray, other: np.ndarray) -> np.ndarray:
        """Returns the shift (t, 3) that keeps the hand where it is relative to the others; from both ones' shifts."""
        return np.einsum("tm,tmc->tc", self.other, other) - np.einsum("tn,tnc->tc", self.hand, hand)


class _Arm(NamedTuple):
    """An arm before it is moved.

    line: the joints from collar to wrist. world: (t, 4) the rotations of what is above, and of each of them. places:
    (t, 3) of each.
    """

    side: str
    line: list[int]
    world: list[np.ndarray]
    places: list[np.ndarray]

    @classmethod
    def of(cls, rotations: np.ndarray, joints: np.ndarray, side: str) -> _Arm:
        """rotations (t, 55, 4), joints (t, 55, 3) metres."""
        line = [INDEX[f"{side}_{joint}"] for joint in ("collar", "shoulder", "elbow", "wrist")]
        world = [_world(rotations, PARENTS[line[0]])]
        for joint in line:
            world.append(rot.quat_multiply(world[-1], rotations[:, joint]))
        return cls(side, line, world, [joints[:, joint].astype(np.float64) for joint in line])

    def reached(self, by: np.ndarray) -> np.ndarray:
        """Returns the shift (t, 3) of the hand that is nearest to `by` and that the arm reaches."""
        target = self.places[3] + by
        _, (_, shoulder, elbow, wrist) = self._lifted(target)
        way = target - shoulder
        far = np.linalg.norm(way, axis=1)
        arm = np.linalg.norm(elbow - shoulder, axis=1) + np.linalg.norm(wrist - elbow, axis=1)
        return by - way * np.maximum(1 - _STRETCHED * arm / np.maximum(far, 1e-9), 0)[:, None]

    def move(self, rotations: np.ndarray, by: np.ndarray) -> None:
        """Turns collar, shoulder, elbow and wrist in `rotations` (t, 55, 4) so that the hand moves `by` (t, 3).

        The hand keeps its direction.
        """
        target = self.places[3] + by
        lift, (_, *limb) = self._lifted(target)
        at_shoulder, at_elbow = (rot.quat_multiply(lift, self.world[i]) for i in (2, 3))
        hinge = np.array([0.0, -1.0 if self.side == "left" else 1.0, 0.0])
        arm = reach((limb[0], limb[1], limb[2]), target, at_shoulder, at_elbow, hinge)
        new = [self.world[0], rot.quat_multiply(lift, self.world[1]), *arm, self.world[4]]
        for joint, parent, own in zip(self.line, new, new[1:], strict=False):
            rotations[:, joint] = rot.quat_multiply(rot.quat_conjugate(parent), own)

    def _lifted(self, target: np.ndarray) -> tuple[np.ndarray, tuple[np.ndarray, ...]]:
        """Returns the turn (t, 4) of the collar towards a target, and the places of the joints after it."""
        collar, shoulder, elbow, wrist = self.places
        lift = _lift(collar, shoulder, elbow, wrist, target)
        turned = rot.quat_to_matrix(lift)
        return lift, (collar, *(collar + np.einsum("tab,tb->ta", turned, place - collar) for place in self.places[1:]))


def _reached(arms: list[_Arm], shifts: np.ndarray, firm: np.ndarray) -> list[np.ndarray]:
    """Returns the shifts (t, 3) of both hands that arms reach and that come nearest to what is wished.

    shifts, firm: as from `_Hands.wishes`. It is the least sum of squares of what both hands are to do (stay, keep to
    the body, keep to each other) within what the arms reach, by the alternating direction method of multipliers (Boyd
    et al., 2011): hands whose arms are too short for one place meet at another.
    """
    left, right, apart = shifts[:, 0], shifts[:, 1], shifts[:, 2]
    a, b, c = firm[:, 0], firm[:, 1], firm[:, 2]

    def best(held: float, at: list[np.ndarray]) -> list[np.ndarray]:
        first, second = a * left + c * apart + held * at[0], b * right - c * apart + held * at[1]
        own, other = 1 + a + c + held, 1 + b + c + held
        whole = own * other - c * c
        return [(other * first + c * second) / whole, (own * second + c * first) / whole]

    wanted = best(0.0, [np.zeros_like(left)] * 2)
    found = [arm.reached(by) for arm, by in zip(arms, wanted, strict=True)]
    if np.abs(np.subtract(found, wanted)).max() < _STILL:
        return found
    owed = [by - there for by, there in zip(wanted, found, strict=True)]
    for _ in range(_STEPS):
        wanted = best(_PENALTY, [there - more for there, more in zip(found, owed, strict=True)])
        found = [arm.reached(by + more) for arm, by, more in zip(arms, wanted, owed, strict=True)]
        owed = [more + by - there for more, by, there in zip(owed, wanted, found, strict=True)]
    return found


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
