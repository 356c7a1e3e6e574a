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


def rasterise(
    corners: np.ndarray, depth: np.ndarray, height: int, width: int, perspective: bool = True, front_only: bool = False
) -> Raster:
    """Rasterises triangles; at each pixel centre the nearest is kept.

    corners: (F, 3, 2) pixels, from the picture's top left corner. depth: (F, 3); faces with a corner at depth <= 0 are
    left out. perspective: whether `shares` are corrected for it. front_only: leaves out faces that turn their back, as
    closed meshes allow.
    """
    ahead = np.flatnonzero((depth > 0).all(axis=1) & np.isfinite(corners).all(axis=(1, 2)))
    corners = np.clip(corners[ahead], -1e6, 1e6).astype(np.float64)
    first, second, third = corners[:, 0], corners[:, 1], corners[:, 2]
    area = _cross(second - first, third - first)
    low = np.clip(np.ceil(corners.min(axis=1) - 0.5), 0, [width, height]).astype(np.int64)
    high = np.clip(np.floor(corners.max(axis=1) - 0.5) + 1, 0, [width, height]).astype(np.int64)
    counts = np.maximum(high - low, 0).prod(axis=1)
    # a face that looks at the camera runs clockwise, because rows count downwards
    wanted = np.flatnonzero((counts > 0) & ((area < -1e-12) if front_only else (np.abs(area) > 1e-12)))
    ahead, low, counts = ahead[wanted], low[wanted], counts[wanted]
    across = (high[wanted] - low)[:, 0]
    first, second, third, area = first[wanted], second[wanted], third[wanted], area[wanted]
    # the shares of the second and third corner are linear: constant + by_x x + by_y y, from the box's first pixel on
    start = low + 0.5 - first
    edges = np.stack((third - first, first - second), axis=1)  # (F, 2, 2)
    by_x, by_y = edges[..., 1] / area[:, None], -edges[..., 0] / area[:, None]
    constant = start[:, :1] * by_x + start[:, 1:] * by_y
    away = depth[ahead].astype(np.float64)
    away = 1 / away if perspective else away

    nearest = np.full(height * width, np.inf)
    face = np.full(height * width, -1, np.int32)
    shares = np.zeros((height * width, 3), np.float32)
    ends = np.cumsum(counts)
    begin = 0
    while begin < len(ahead):
        before = ends[begin - 1] if begin else 0
        stop = max(int(np.searchsorted(ends, before + _MOST_CANDIDATES, "right")), begin + 1)
        own = np.repeat(np.arange(begin, stop), counts[begin:stop])
        rank = np.arange(len(own)) - np.repeat(ends[begin:stop] - counts[begin:stop] - before, counts[begin:stop])
        y, x = np.divmod(rank, across[own])
        b = constant[own, 0] + by_x[own, 0] * x + by_y[own, 0] * y
        c = constant[own, 1] + by_x[own, 1] * x + by_y[own, 1] * y
        inside = np.flatnonzero((b >= -1e-9) & (c >= -1e-9) & (b + c <= 1 + 1e-9))
        own, x, y, b, c = own[inside], x[inside], y[inside], b[inside], c[inside]
        part = np.stack((1 - b - c, b, c), axis=1)
        pixel = (y + low[own, 1]) * width + x + low[own, 0]
        far = np.einsum("nk,nk->n", part, away[own])
        if perspective:
            part *= away[own] / far[:, None]
            far = 1 / far
        np.minimum.at(nearest, pixel, far)
        won = far <= nearest[pixel]
        face[pixel[won]] = ahead[own[won]]
        shares[pixel[won]] = part[won]
        begin = stop
    return Raster(
        face.reshape(height, width),
        shares.reshape(height, width, 3),
        nearest.reshape(height, width).astype(np.float32),
    )


def _cross(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    return a[..., 0] * b[..., 1] - a[..., 1] * b[..., 0]
