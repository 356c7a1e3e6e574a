"""Builds the linear part of the auto-encoder, which its transformers refine, and the adapter of latents.

Motion is smooth: nearly all of a window is in the first cosines of every pose number over time. The best linear
auto-encoder on those (principal components) reconstructs unseen clips to a few centimetres, and is available in closed
form before the first step of training; transformers alone need days on a CPU to reach that. This goes beyond the paper,
whose network is the transformers alone.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn

from ..inference.linear_part import cosines, fitting


class Tables:
    """Caches the results of `cosines` and `fitting` for every length; computing them costs more than using them."""

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
    """Encodes a motion by the weights of its cosines."""

    def __init__(self, numbers: int, latent: int, tables: Tables) -> None:
        """Builds the encoder. numbers: size of a pose."""
        super().__init__()
        self.tables = tables
        self.to_latent = nn.Linear(tables.count * numbers, latent)

    def spectrum(self, poses: Tensor) -> Tensor:
        """Returns the weights of the cosines of poses (B, T, numbers), (B, count * numbers)."""
        return (self.tables.fitting(poses.shape[1], poses.device) @ poses).flatten(1)

    def forward(self, poses: Tensor) -> Tensor:
        """Encodes poses (B, T, numbers) as latents (B, latent)."""
        return self.to_latent(self.spectrum(poses))


class LinearDecoder(nn.Module):
    """Decodes a latent to a sum of cosines. A motion of half the length is the first half of the longer one."""

    def __init__(self, numbers: int, latent: int, tables: Tables) -> None:
        super().__init__()
        self.tables = tables
        self.to_spectrum = nn.Linear(latent, tables.count * numbers)

    def forward(self, latents: Tensor, frames: int) -> Tensor:
        """Decodes latents (B, latent) to poses (B, frames, numbers)."""
        spectrum = self.to_spectrum(latents).unflatten(1, (self.tables.count, -1))
        return self.tables.cosines(frames, latents.device) @ spectrum


class LatentAdapter(nn.Module):
    """Moves a latent to where the linear decoder has its motion.

    Captions lie apart from the motions that they describe (the gap between text and motion latents), and neighbouring
    captions may describe very different motions. Residual blocks on whitened latents learn both at the cost of a few
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
        """Maps latents (B, latent) to latents (B, latent)."""
        x = self.whiten(latents)
        for block in self.blocks:
            x = x + block(x)
        return latents + self.out(x)
