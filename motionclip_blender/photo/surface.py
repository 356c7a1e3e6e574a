"""Spreads values over the body's surface, where no seam of a UV map is in the way."""

from __future__ import annotations

from functools import cached_property

import numpy as np

from ..core.body import Body
from .packages import needed

_NEIGHBOURS = 5  # vertices of separate parts, such as eyes, are joined to those nearest
_JOINED = 0.02  # weight of such a join
_FLOOR = 1e-6


class Surface:
    """The body's mesh as a graph."""

    def __init__(self, body: Body) -> None:
        self._body = body

    @cached_property
    def laplacian(self):
        """The graph's Laplacian, a sparse (V, V) matrix."""
        sparse = needed("scipy.sparse")
        faces, count = self._body.faces, len(self._body.template)
        ends = np.concatenate((faces[:, [0, 1]], faces[:, [1, 2]], faces[:, [2, 0]]))
        _, near = needed("scipy.spatial").cKDTree(self._body.template).query(self._body.template, _NEIGHBOURS + 1)
        joined = np.stack((np.repeat(np.arange(count), _NEIGHBOURS), near[:, 1:].ravel()), axis=1)
        rows = np.concatenate((ends[:, 0], ends[:, 1], joined[:, 0], joined[:, 1]))
        columns = np.concatenate((ends[:, 1], ends[:, 0], joined[:, 1], joined[:, 0]))
        values = np.concatenate((np.full(2 * len(ends), 0.5), np.full(2 * len(joined), _JOINED)))
        edges = sparse.coo_matrix((values, (rows, columns)), shape=(count, count)).tocsr()
        return sparse.diags(np.asarray(edges.sum(axis=1)).ravel()) - edges

    def spread(self, values: np.ndarray, weights: np.ndarray, smooth: float, fade: float = 0.0) -> np.ndarray:
        """Returns values (V, C) near `values` where `weights` (V,) are large, and as even as can be elsewhere.

        smooth: how much evenness counts against the given values. fade: how strongly the values go to zero far from
        those given; without it they go to the mean.
        """
        sparse = needed("scipy.sparse")
        matrix = sparse.diags(weights + (fade or _FLOOR)) + smooth * self.laplacian
        mean = np.zeros(values.shape[1])
        if not fade:
            mean = (values * weights[:, None]).sum(axis=0) / max(weights.sum(), 1e-9)
        return _solved(matrix, weights[:, None] * (values - mean)) + mean

    def bend(self, wanted: np.ndarray, weights: np.ndarray, stiff: float, hold: np.ndarray) -> np.ndarray:
        """Returns displacements (V, 3) near `wanted` where `weights` (V,) are large, bending as little as can be.

        stiff: how much bending counts. hold: (V,) how strongly each vertex stays where it is.
        """
        sparse = needed("scipy.sparse")
        matrix = sparse.diags(weights + hold) + stiff * (self.laplacian.T @ self.laplacian)
        return _solved(matrix, weights[:, None] * wanted)


def _solved(matrix, right: np.ndarray) -> np.ndarray:
    """Solves a sparse, symmetric and positive system; an ordering for such ones takes a fifth of the time."""
    factors = needed("scipy.sparse.linalg").splu(
        matrix.tocsc(), permc_spec="MMD_AT_PLUS_A", diag_pivot_thresh=0.0, options={"SymmetricMode": True}
    )
    return factors.solve(right)
