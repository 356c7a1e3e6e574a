"""Fits a body to other proportions, with only the parts that the clean-up of motions needs."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

import numpy as np

from .kinematics import posed, positions
from .motion import Motion
from .skeleton import INDEX

_SOLE = 0.15  # metres: a sole that is less far from the floor at rest is moved onto it
_FEET = tuple([INDEX[f"{side}_{joint}"] for joint in ("ankle", "foot")] for side in ("left", "right"))


class Standing(Protocol):
    """The interface that the clean-up needs of a body: a `Body`, or one that is fitted to an armature."""

    @property
    def relaxed_hands(self) -> np.ndarray:
        """(30, 3) axis-angle, radians, of the hand joints at rest, left hand first."""
        ...

    def joints(self) -> np.ndarray:
        """Returns the joints at rest, (55, 3) metres."""
        ...

    def posed_joints(self, motion: Motion) -> np.ndarray:
        """Returns the joints of the moving body, (T, 55, 3) metres."""
        ...

    def lowest(self, motion: Motion) -> np.ndarray:
        """Returns the height of the body's lowest point in every frame, (T,) metres."""
        ...


@dataclass(frozen=True, eq=False)
class FittedBody:
    """Joints at rest, and the points that may touch the floor.

    rest: (55, 3) metres, standing on the floor as a `Body` does.
    points: (n, 3) metres at rest.
    weights: (n, 55) shares from 0 to 1: how much each joint moves each point.
    relaxed_hands: (30, 3) axis-angle, radians, of the hand joints at rest, left hand first.
    """

    rest: np.ndarray
    points: np.ndarray
    weights: np.ndarray
    relaxed_hands: np.ndarray

    @classmethod
    def of(
        cls, rest: np.ndarray, points: np.ndarray, weights: np.ndarray, joints: np.ndarray, relaxed_hands: np.ndarray
    ) -> FittedBody:
        """Moves another body's `points` along, as its `joints` are moved to `rest`.

        Puts the soles on the floor, y = 0, at any height of the ankles.
        rest, joints: (55, 3) metres at rest. points, weights, relaxed_hands: the other body's, as in `FittedBody`.
        """
        rest = np.asarray(rest, np.float32)
        points = points + weights @ (rest - joints)
        owners = np.argmax(weights, axis=1)
        for joints_of_foot in _FEET:
            foot = np.isin(owners, joints_of_foot)
            if foot.any() and abs(sole := points[foot, 1].min()) < _SOLE:
                points[foot, 1] -= sole
        return cls(rest, points.astype(np.float32), weights, relaxed_hands)

    def joints(self) -> np.ndarray:
        """Returns the joints at rest, (55, 3) metres."""
        return self.rest

    def posed_joints(self, motion: Motion) -> np.ndarray:
        """Returns the joints of the moving body, (T, 55, 3) metres."""
        return positions(motion, self.rest)

    def lowest(self, motion: Motion) -> np.ndarray:
        """Returns the height of the body's lowest point in every frame, (T,) metres."""
        return lowest_points(motion, self.rest, self.points, self.weights)


def lowest_points(motion: Motion, joints: np.ndarray, points: np.ndarray, weights: np.ndarray) -> np.ndarray:
    """Returns the height of the lowest of `points` in every frame, (T,) metres, by linear blend skinning.

    joints: (55, 3) metres at rest. points: (n, 3) metres at rest. weights: (n, 55) shares from 0 to 1: how much each
    joint moves each point.
    """
    spins, places = posed(motion, joints)
    # only heights are needed: the second row of each joint's rotation, and the offset in Y
    rows = spins[:, :, 1]
    offsets = places[:, :, 1] - np.einsum("tjb,jb->tj", rows, joints)
    # a point's height is linear in rows and offsets, so one product gives them all
    shares = weights.T[:, None] * np.concatenate((points.T, np.ones((1, len(points)), points.dtype)))
    moved = np.concatenate((rows, offsets[..., None]), axis=2)
    return (moved.reshape(len(rows), -1) @ shares.reshape(-1, len(points))).min(axis=1)
