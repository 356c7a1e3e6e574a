"""Poses a fitted body whose vertices are moved at rest."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from ..core.body import Body
from ..core.kinematics import posed
from ..core.motion import Motion
from .terms import Fit


@dataclass(frozen=True, eq=False)
class Skin:
    """A body as a fit has it."""

    body: Body
    fit: Fit

    @cached_property
    def motion(self) -> Motion:
        return Motion.from_axis_angle(self.fit.pose.reshape(1, -1), self.fit.translation[None])

    @cached_property
    def spins(self) -> np.ndarray:
        """(V, 3, 3) how each vertex is turned, blended over its joints."""
        turns, _ = posed(self.motion, self.body.joints(self.fit.betas))
        return np.tensordot(self.body.weights, turns[0], axes=(1, 0)).astype(np.float64)

    @cached_property
    def bare(self) -> np.ndarray:
        """(V, 3) vertices in the world."""
        return self.body.posed_vertices(self.motion, self.fit.betas)[0].astype(np.float64)

    def vertices(self, offsets: np.ndarray | None = None) -> np.ndarray:
        """Returns the vertices (V, 3) in the world, moved by `offsets` (V, 3) at rest."""
        return self.bare if offsets is None else self.bare + np.einsum("nab,nb->na", self.spins, offsets)


def vertex_normals(vertices: np.ndarray, faces: np.ndarray) -> np.ndarray:
    """Returns the normals (V, 3) of a mesh, weighted by the faces' areas."""
    a, b, c = (vertices[faces[:, corner]] for corner in range(3))
    of_faces = np.cross(b - a, c - a)
    normals = np.zeros(vertices.shape)
    for corner in range(3):
        for axis in range(3):
            normals[:, axis] += np.bincount(faces[:, corner], of_faces[:, axis], len(vertices))
    return normals / np.maximum(np.linalg.norm(normals, axis=1, keepdims=True), 1e-12)
