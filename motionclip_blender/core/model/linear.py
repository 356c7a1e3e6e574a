"""The linear part of the auto-encoder, on which its transformers build, and the reader of latents.

Motion is smooth: what a window shows is nearly all in the first cosines of every pose number over time. The best
linear auto-encoder on those (principal components) keeps clips that it never saw to a few centimetres, and is there
in closed form before the first step of training; from nothing, transformers need days to come as far on a CPU. It
goes beyond the paper, whose network is the transformers alone.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn

from ..inference.linear_part import cosines, fitting


class Tables:
    """`cosines` and `fitting` of every length that was asked for; they cost more than their use."""

    def __init__(self, count: int, period: int) -> None:
        self.count, self.period = count, period
        self._kept: dict[tuple[bool, int, torch.device], Tensor] = {}

    def cosines(self, frames: int, device: torch.device) -> Tensor:
        return self._table(False, frames, device)

    def fitting(self, frames: int, device: torch.device) -> Tensor:
        return self._table(True, frames, device)

    def _table(self, fits: bool, frames: int, device: torch.device) -> Tensor:
        key = fits, frames, device
        if key not in self._kept:
            table = (fitting if fits else cosines)(frames, self.count, self.period)
            with torch.inference_mode(False):
                self._kept[key] = torch.from_numpy(table.copy()).to(device)
        return self._kept[key]


class LinearEncoder(nn.Module):
    """Motion to latent, by the weights of its cosines."""

    def __init__(self, numbers: int, latent: int, tables: Tables) -> None:
        """numbers: of a pose."""
        super().__init__()
        self.tables = tables
        self.to_latent = nn.Linear(tables.count * numbers, latent)

    def spectrum(self, poses: Tensor) -> Tensor:
        """poses (B, T, numbers) -> (B, count * numbers), the weights of the cosines."""
        return (self.tables.fitting(poses.shape[1], poses.device) @ poses).flatten(1)

    def forward(self, poses: Tensor) -> Tensor:
        """poses (B, T, numbers) -> (B, latent)."""
        return self.to_latent(self.spectrum(poses))


class LinearDecoder(nn.Module):
    """Latent to motion, as a sum of cosines. A motion of half the length is its first half."""

    def __init__(self, numbers: int, latent: int, tables: Tables) -> None:
        super().__init__()
        self.tables = tables
        self.to_spectrum = nn.Linear(latent, tables.count * numbers)

    def forward(self, latents: Tensor, frames: int) -> Tensor:
        """latents (B, latent) -> poses (B, frames, numbers)."""
        spectrum = self.to_spectrum(latents).unflatten(1, (self.tables.count, -1))
        return self.tables.cosines(frames, latents.device) @ spectrum


class LatentAdapter(nn.Module):
    """Moves a latent to where the linear decoder has its motion.

    Captions lie apart from the motions that they tell of (the gap between text and motion latents), and neighbouring
    captions may tell of very different motions. Residual blocks on whitened latents learn both at the price of a few
    products per motion, not per frame. Starts as the identity.
    """

    def __init__(self, latent: int, width: int, blocks: int) -> None:
        super().__init__()
        self.whiten = nn.Linear(latent, latent).requires_grad_(False)
        self.blocks = nn.ModuleList(
            nn.Sequential(nn.LayerNorm(latent), nn.Linear(latent, width), nn.GELU(), nn.Linear(width, latent))
            for _ in range(blocks)
        )
        self.out = nn.Linear(latent, latent)
        nn.init.zeros_(self.out.weight)
        nn.init.zeros_(self.out.bias)

    def forward(self, latents: Tensor) -> Tensor:
        """(B, latent) -> (B, latent)."""
        x = self.whiten(latents)
        for block in self.blocks:
            x = x + block(x)
        return latents + self.out(x)
