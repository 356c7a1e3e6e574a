"""Rasterises triangles in numpy: which face each pixel shows, and where on it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

_MOST_CANDIDATES = 3_000_000  # pixel and face pairs held at a time: some 200 MB


@dataclass(frozen=True, eq=False)
class Raster:
    """face: (H, W) int32, -1 where there is none. shares: (H, W, 3) float32 barycentric coordinates. depth: (H, W)
    float32, infinite where there is no face."""

    face: np.ndarray
    shares: np.ndarray
    depth: np.ndarray

    @property
    def covered(self) -> np.ndarray:
        """(H, W) bool."""
        return self.face >= 0

    def of(self, values: np.ndarray, faces: np.ndarray) -> np.ndarray:
        """Returns values (V, C) interpolated at the covered pixels, (n, C), in the order of `covered`."""
        at = self.covered
        return corner_mean(values[faces[self.face[at]]], self.shares[at])


def corner_mean(corners: np.ndarray, shares: np.ndarray) -> np.ndarray:
    """Returns the means (n, C) of corners' values (n, 3, C), weighted by `shares` (n, 3)."""
    return np.einsum("nkc,nk->nc", corners, shares)


def rasterise(corners: np.ndarray, depth: np.ndarray, height: int, width: int, perspective: bool = True) -> Raster:
    """Rasterises triangles; at each pixel centre the nearest is kept.

    corners: (F, 3, 2) pixels, from the picture's top left corner. depth: (F, 3); faces with a corner at depth <= 0 are
    left out. perspective: whether `shares` are corrected for it.
    """
    ahead = np.flatnonzero((depth > 0).all(axis=1) & np.isfinite(corners).all(axis=(1, 2)))
    corners = np.clip(corners[ahead], -1e6, 1e6).astype(np.float64)
    depth = depth[ahead].astype(np.float64)
    low = np.clip(np.ceil(corners.min(axis=1) - 0.5), 0, [width, height]).astype(np.int64)
    high = np.clip(np.floor(corners.max(axis=1) - 0.5) + 1, 0, [width, height]).astype(np.int64)
    across, down = np.maximum(high - low, 0).T
    counts = across * down
    first, second, third = corners[:, 0], corners[:, 1], corners[:, 2]
    area = _cross(second - first, third - first)
    wanted = np.flatnonzero((counts > 0) & (np.abs(area) > 1e-12))
    nearest = np.full(height * width, np.inf)
    face = np.full(height * width, -1, np.int32)
    shares = np.zeros((height * width, 3), np.float32)
    ends = np.cumsum(counts[wanted])
    start = 0
    while start < len(wanted):
        before = ends[start - 1] if start else 0
        stop = max(int(np.searchsorted(ends, before + _MOST_CANDIDATES, "right")), start + 1)
        some = wanted[start:stop]
        start = stop
        own = np.repeat(some, counts[some])
        rank = np.arange(len(own)) - np.repeat(np.cumsum(counts[some]) - counts[some], counts[some])
        x = low[own, 0] + rank % across[own]
        y = low[own, 1] + rank // across[own]
        point = np.stack((x + 0.5, y + 0.5), axis=1)
        b = _cross(point - first[own], third[own] - first[own]) / area[own]
        c = _cross(second[own] - first[own], point - first[own]) / area[own]
        a = 1 - b - c
        inside = (a >= -1e-9) & (b >= -1e-9) & (c >= -1e-9)
        own, part = own[inside], np.stack((a, b, c), axis=1)[inside]
        pixel = (y * width + x)[inside]
        if perspective:
            part = part / depth[own]
            away = 1 / part.sum(axis=1)
            part = part * away[:, None]
        else:
            away = (part * depth[own]).sum(axis=1)
        np.minimum.at(nearest, pixel, away)
        won = away <= nearest[pixel]
        face[pixel[won]] = ahead[own[won]]
        shares[pixel[won]] = part[won]
    return Raster(
        face.reshape(height, width),
        shares.reshape(height, width, 3),
        nearest.reshape(height, width).astype(np.float32),
    )


def _cross(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    return a[..., 0] * b[..., 1] - a[..., 1] * b[..., 0]
