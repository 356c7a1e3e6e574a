"""The body as a function of what a fit seeks, with its derivatives."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ..core.body import Body
from ..core.rotations import axis_angle_to_quat, quat_to_matrix
from ..core.skeleton import BODY_JOINTS, JOINTS, PARENTS
from .prior import NEAR, TURNING

TURNED = len(BODY_JOINTS)
"""Number of joints whose rotations are sought, the root's included: 22."""


def _ancestry() -> np.ndarray:
    """(22, 55) whether the first joint turns the second, or is it."""
    found = np.zeros((TURNED, len(JOINTS)), bool)
    for joint in range(len(JOINTS)):
        above = joint
        while above >= 0:
            if above < TURNED:
                found[above, joint] = True
            above = PARENTS[above]
    return found


_TURNS = _ancestry()


@dataclass(frozen=True, eq=False)
class State:
    """What a fit seeks. Axes: those of the camera (x right, y down, z forward), but the body's own are `core`'s.

    turns: (22, 3) axis-angle, the root first. place: (3,) as `Motion.translation`. betas: (B,). focal: its logarithm.
    """

    turns: np.ndarray
    place: np.ndarray
    betas: np.ndarray
    focal: float

    @property
    def size(self) -> int:
        return self.turns.size + 3 + len(self.betas) + 1

    def moved(self, step: np.ndarray) -> State:
        """Returns the state changed by a step (size,)."""
        turned, placed = step[: self.turns.size], step[self.turns.size : self.turns.size + 3]
        turns = self.turns + turned.reshape(-1, 3)
        length = np.linalg.norm(turns, axis=1, keepdims=True)
        # the same rotation, the shorter way round
        turns = np.where(length > np.pi, turns * (1 - 2 * np.pi / np.maximum(length, 1e-9)), turns)
        return State(turns, self.place + placed, self.betas + step[turned.size + 3 : -1], self.focal + float(step[-1]))


class Chain:
    """The joints of a body in a state, its landmarks, and any of its vertices."""

    def __init__(self, body: Body, state: State, relaxed: np.ndarray) -> None:
        """relaxed: (33, 3) axis-angle of jaw, eyes and fingers, which are not sought."""
        self.body, self.state = body, state
        count = len(state.betas)
        rest = body.joints(state.betas).astype(np.float64)
        by_beta = body._joint_dirs[:, :, :count].astype(np.float64)
        turns = np.concatenate((state.turns, relaxed))
        local = quat_to_matrix(axis_angle_to_quat(turns))
        spins, places = np.empty((len(JOINTS), 3, 3)), np.empty((len(JOINTS), 3))
        shaped = np.empty((len(JOINTS), 3, count))  # derivative of the places by the betas
        spins[0], places[0], shaped[0] = local[0], rest[0] + state.place, by_beta[0]
        axes = np.empty((TURNED, 3, 3))  # world axes about which a change of each turn turns
        lefts = _left_jacobian(state.turns)
        axes[0] = lefts[0]
        for joint in range(1, len(JOINTS)):
            parent = PARENTS[joint]
            above = spins[parent]
            spins[joint] = above @ local[joint]
            places[joint] = places[parent] + above @ (rest[joint] - rest[parent])
            shaped[joint] = shaped[parent] + above @ (by_beta[joint] - by_beta[parent])
            if joint < TURNED:
                axes[joint] = above @ lefts[joint]
        self.rest, self.by_beta = rest, by_beta
        self.spins, self.places, self.shaped, self.axes = spins, places, shaped, axes

    def landmarks(self, offsets: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Returns the landmarks (33, 3) and their derivatives (33, 3, size)."""
        points = self.places[NEAR] + np.einsum("nab,nb->na", self.spins[TURNING], offsets)
        turning = _TURNS[:, TURNING].T  # (33, 22)
        arms = (points[:, None] - self.places[None, :TURNED]) * turning[..., None]
        return points, self._derivatives(arms, turning, self.shaped[NEAR])

    def vertices(self, ids: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Returns vertices (n, 3), skinned without correctives, and their derivatives (n, 3, size)."""
        weights = self.body.weights[ids].astype(np.float64)
        rest = self.body.vertices(self.state.betas)[ids].astype(np.float64)
        from_joint = rest[:, None] - self.rest  # (n, 55, 3)
        moved = np.einsum("jab,njb->nja", self.spins, from_joint) + self.places
        points = np.einsum("nj,nja->na", weights, moved)
        share = weights @ _TURNS.T.astype(np.float64)  # (n, 22)
        weighted = np.einsum("nj,nja,kj->nka", weights, moved, _TURNS.astype(np.float64), optimize=True)
        arms = weighted - share[..., None] * self.places[None, :TURNED]
        by_beta = self.body.shape_dirs[ids][:, :, : len(self.state.betas)].astype(np.float64)
        spin = np.einsum("nj,jab->nab", weights, self.spins)
        shaped = np.einsum("nab,nbc->nac", spin, by_beta)
        shaped += np.einsum("nj,jac->nac", weights, self.shaped - self.spins @ self.by_beta)
        return points, self._derivatives(arms, share, shaped)

    def _derivatives(self, arms: np.ndarray, share: np.ndarray, shaped: np.ndarray) -> np.ndarray:
        """arms: (n, 22, 3) from each joint to each point, times how much it turns it; share: (n, 22)."""
        by_turn = np.cross(self.axes.transpose(0, 2, 1)[None], arms[:, :, None])  # (n, 22, 3 turns, 3)
        count = len(arms)
        found = np.zeros((count, 3, self.state.size))
        found[:, :, : 3 * TURNED] = by_turn.transpose(0, 3, 1, 2).reshape(count, 3, -1)
        found[:, :, 3 * TURNED : 3 * TURNED + 3] = np.eye(3)
        found[:, :, 3 * TURNED + 3 : -1] = shaped
        return found


def projected(
    points: np.ndarray, derivatives: np.ndarray, focal: float, middle: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Returns the pixels (n, 2) of points (n, 3) in the camera's axes, and their derivatives (n, 2, size).

    focal: the logarithm of the focal length in pixels.
    """
    length = np.exp(focal)
    depth = np.maximum(points[:, 2], 1e-3)
    pixels = length * points[:, :2] / depth[:, None]
    by = derivatives[:, :2] * (length / depth)[:, None, None]
    by = by - (pixels / depth[:, None])[:, :, None] * derivatives[:, 2:3]
    by[:, :, -1] += pixels
    return pixels + middle, by


def _left_jacobian(vectors: np.ndarray) -> np.ndarray:
    """Returns (n, 3, 3): a change d of the rotation vector (n, 3) turns what is rotated by J d, in the outer axes."""
    angle = np.linalg.norm(vectors, axis=1)[:, None, None]
    small = angle < 1e-4
    safe = np.where(small, 1.0, angle)
    first = np.where(small, 0.5 - angle**2 / 24, (1 - np.cos(safe)) / safe**2)
    second = np.where(small, 1 / 6 - angle**2 / 120, (safe - np.sin(safe)) / safe**3)
    x, y, z = vectors.T
    zero = np.zeros_like(x)
    cross = np.stack((zero, -z, y, z, zero, -x, -y, x, zero), axis=1).reshape(-1, 3, 3)
    return np.eye(3) + first * cross + second * (cross @ cross)
