"""Computes the linear part of the auto-encoder and the adapter of latents in numpy; see `core.model.linear`."""

from __future__ import annotations

from functools import lru_cache

import numpy as np

from ..network_size import NetworkSize
from .layers import Linear, Norm, gelu
from .tensors import Weights

SMOOTHNESS = 0.3
"""Strength of the penalty on fast cosines in a fit: windows are shorter than the cosines' period and do not determine
them."""


@lru_cache(maxsize=64)
def cosines(frames: int, count: int, period: int) -> np.ndarray:
    """Returns the first `count` cosines of a discrete cosine transform over `period` frames, (frames, count)."""
    at = np.arange(frames)[:, None] + 0.5
    table = np.cos(np.pi / period * at * np.arange(count)).astype(np.float32)
    table.setflags(write=False)
    return table


@lru_cache(maxsize=64)
def fitting(frames: int, count: int, period: int) -> np.ndarray:
    """Returns the matrix (count, frames) that fits weights of `cosines` to `frames` values.

    Least squares with a penalty on fast cosines, so that a window shorter than the period has one smooth solution
    (ridge regression; Hastie et al., The Elements of Statistical Learning, 3.4.1).
    """
    table = cosines(frames, count, period).astype(np.float64)
    price = SMOOTHNESS * (0.02 + (np.arange(count) / 6) ** 2)
    fit = np.linalg.solve(table.T @ table + np.diag(price), table.T).astype(np.float32)
    fit.setflags(write=False)
    return fit


class LatentAdapter:
    """Moves a latent to where the linear decoder has its motion: residual blocks on whitened latents."""

    def __init__(self, weights: Weights, size: NetworkSize) -> None:
        self._whiten = Linear.of(weights, "whiten", size.latent, size.latent)
        self._blocks = []
        for i in range(size.reader_blocks):
            norm = Norm.of(weights, f"blocks.{i}.0", size.latent)
            up = Linear.of(weights, f"blocks.{i}.1", size.reader_width, size.latent).after(norm)
            self._blocks.append((norm, up, Linear.of(weights, f"blocks.{i}.3", size.latent, size.reader_width)))
        self._out = Linear.of(weights, "out", size.latent, size.latent)

    def __call__(self, latents: np.ndarray) -> np.ndarray:
        """Maps latents (B, latent) to latents (B, latent)."""
        x = self._whiten(latents)
        for norm, up, down in self._blocks:
            x += down(gelu(up(norm.plain(x))))
        return latents + self._out(x)
