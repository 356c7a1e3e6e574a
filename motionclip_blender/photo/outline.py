"""Compares the outline of a body with that of a mask."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ..core.body import Body
from .chain import Chain, projected
from .packages import needed
from .raster import Raster, rasterise
from .solve import Block

_HEIGHT = 260  # pixels that the person is scaled to
_POINTS = 260  # of each outline that are compared
_SPREAD = 0.006  # standard deviation of an outline, as a part of the person's height
_TOGETHER = 10.0  # neighbouring points err together: so many count as one
_TAIL = 2.5
_ALIKE = 0.3  # cosine of normals below which two points of outlines are no match
_BORDER = 1.5  # pixels


@dataclass(frozen=True, eq=False)
class _Line:
    """Points (n, 2) in pixels and their outward normals (n, 2)."""

    points: np.ndarray
    normals: np.ndarray


class Outline:
    """The outline of a mask, at a size at which it is quickly compared."""

    def __init__(self, mask: np.ndarray, body: Body, size: int = _HEIGHT, points: int = _POINTS) -> None:
        """mask: (H, W) 0..1. size: pixels that the person is scaled to. points: of each outline that are compared."""
        self._points = points
        cv2 = needed("cv2")
        height, width = mask.shape
        rows = np.flatnonzero((mask > 0.5).any(axis=1))
        columns = np.flatnonzero((mask > 0.5).any(axis=0))
        self.extent = float(max(np.ptp(rows), np.ptp(columns)) + 1) if len(rows) else float(height)
        self.scale = min(1.0, size / self.extent)
        shape = max(round(width * self.scale), 2), max(round(height * self.scale), 2)
        self.size = np.array(shape)
        self.factor = self.size / (width, height)
        self.solid = cv2.resize(mask, shape, interpolation=cv2.INTER_AREA) > 0.5
        self._body = body
        self._line = _line(self.solid)

    def raster(self, points: np.ndarray, focal: float, middle: np.ndarray) -> tuple[Raster, np.ndarray]:
        """Rasterises the body at the outline's size. Returns the raster, and the vertices' pixels (V, 2).

        points: (V, 3) the body's vertices in the camera's axes. focal: the logarithm of the focal length in pixels.
        """
        depth = points[:, 2]
        ahead = np.where(depth > 1e-3, depth, np.inf)
        pixels = (np.exp(focal) * points[:, :2] / ahead[:, None] + middle) * self.factor
        faces = self._body.faces
        width, height = map(int, self.size)
        return rasterise(pixels[faces], depth[faces], height, width, front_only=True), pixels

    def overlap(self, covered: np.ndarray) -> float:
        """Returns the intersection over union of the mask and a body's picture."""
        return float((covered & self.solid).sum() / max((covered | self.solid).sum(), 1))

    def pairs(self, raster: Raster, pixels: np.ndarray, reach: float):
        """Matches the outlines: returns vertex ids (n,), the mask's points (n, 2) in the photo's pixels, normals.

        raster, pixels: of the body, see `raster`.
        reach: how far matches may be apart, as a part of the person's size.
        """
        own = _line(raster.covered)
        if not len(own.points) or not len(self._line.points):
            return np.zeros(0, int), np.zeros((0, 2)), np.zeros((0, 2))
        at = np.clip(np.floor(own.points).astype(int), 0, self.size - 1)
        face = raster.face[at[:, 1], at[:, 0]]
        if (face < 0).any():  # a contour's points are pixels of the body
            kept = face >= 0
            own, at, face = _Line(own.points[kept], own.normals[kept]), at[kept], face[kept]
        corner = raster.shares[at[:, 1], at[:, 0]].argmax(axis=1)
        vertex = self._body.faces[face, corner]
        limit = reach * self.extent * self.scale
        found = [
            _matched(self._line, own, limit, self._points),  # each point of the mask, and the body's nearest
            _matched(own, self._line, limit, self._points)[::-1],
        ]
        wanted = np.concatenate([pair[0] for pair in found])
        matched = np.concatenate([pair[1] for pair in found])
        ids = vertex[matched]
        shift = own.points[matched] - pixels[ids]  # the vertex is not quite at the pixel of the outline
        shift = np.where(np.abs(shift) < 3, shift, 0)
        return ids, (self._line.points[wanted] - shift) / self.factor, self._line.normals[wanted]

    def block(self, chain: Chain, pairs: tuple, middle: np.ndarray) -> Block:
        """Returns the distances between matched points along the mask's normals."""
        ids, targets, normals = pairs
        pixels, by = projected(*chain.vertices(ids), chain.state.focal, middle)
        unit = _SPREAD * self.extent * np.sqrt(_TOGETHER)
        return Block(
            np.einsum("na,na->n", pixels - targets, normals) / unit,
            np.einsum("nas,na->ns", by, normals) / unit,
            _TAIL / np.sqrt(_TOGETHER),
        )


def _matched(line: _Line, other: _Line, limit: float, count: int) -> tuple[np.ndarray, np.ndarray]:
    """Returns indices of points of `line` and of the nearest points of `other` that look the same way."""
    chosen = np.unique(np.linspace(0, len(line.points) - 1, count).astype(int))
    tree = needed("scipy.spatial").cKDTree(np.hstack((other.points, 6.0 * other.normals)))
    asked = np.hstack((line.points[chosen], 6.0 * line.normals[chosen]))
    _, nearest = tree.query(asked)
    apart = np.linalg.norm(line.points[chosen] - other.points[nearest], axis=1)
    alike = np.einsum("na,na->n", line.normals[chosen], other.normals[nearest])
    kept = (apart < limit) & (alike > _ALIKE)
    return chosen[kept], nearest[kept]


def _line(solid: np.ndarray) -> _Line:
    """Returns the outline of a mask (H, W) bool, without what lies on the picture's border."""
    cv2 = needed("cv2")
    height, width = solid.shape
    contours, _ = cv2.findContours(solid.astype(np.uint8), cv2.RETR_LIST, cv2.CHAIN_APPROX_NONE)
    if not contours:
        return _Line(np.zeros((0, 2)), np.zeros((0, 2)))
    points = np.concatenate([contour[:, 0] for contour in contours]).astype(np.float64) + 0.5
    blurred = cv2.GaussianBlur(solid.astype(np.float32), (0, 0), 2.0, borderType=cv2.BORDER_REPLICATE)
    down, across = np.gradient(blurred)
    at = np.clip(points.astype(int), 0, [width - 1, height - 1])
    normals = -np.stack((across[at[:, 1], at[:, 0]], down[at[:, 1], at[:, 0]]), axis=1).astype(np.float64)
    length = np.linalg.norm(normals, axis=1)
    inside = (points > _BORDER).all(axis=1) & (points < np.array((width, height)) - _BORDER).all(axis=1)
    kept = inside & (length > 1e-3)
    return _Line(points[kept], normals[kept] / length[kept, None])
