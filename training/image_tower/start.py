"""Initialises the image tower with whitened patches and sinusoidal positions.

With open_clip's initialisation, a small vision transformer sees little but the colour of the ground for thousands of
steps: a patch's mean has four hundred times the variance of anything that shows a limb, and outweighs the positions
too. Whitened patches (Coates and Ng, 2012) and positions of sines and cosines avoid that from the first step.
"""

from __future__ import annotations

import math

import torch
from torch import Tensor, nn

_FLOOR = 0.01  # share of the mean variance that is added to every variance


@torch.no_grad()
def start(tower: nn.Module, images: Tensor) -> None:
    """Sets patches and positions of open_clip's vision transformer. images: (n, 3, size, size), normalised."""
    filters = tower.conv1.weight
    width, _, patch, _ = filters.shape
    patches = images.unfold(2, patch, patch).unfold(3, patch, patch).permute(0, 2, 3, 1, 4, 5).flatten(0, 2).flatten(1)
    patches = patches.double()
    variances, directions = torch.linalg.eigh(patches.T @ patches / len(patches))
    variances, directions = variances[-width:], directions[:, -width:]
    whiten = directions / (variances + _FLOOR * variances.mean()).sqrt()
    filters.copy_((_rotation(width).double() @ whiten.T).view_as(filters))
    across = images.shape[-1] // patch
    rates = torch.exp(torch.linspace(0, math.log(2 * across), width // 4)) * math.pi / (2 * across)
    row, column = torch.meshgrid(torch.arange(across), torch.arange(across), indexing="ij")
    angles = [at.flatten()[:, None] * rates for at in (column, row)]
    table = torch.cat([f(angle) for angle in angles for f in (torch.sin, torch.cos)], dim=1)
    # rotated at random, so that no channel holds the position alone
    tower.positional_embedding[1:] = table @ _rotation(width)


def _rotation(width: int) -> Tensor:
    return torch.linalg.qr(torch.randn(width, width)).Q
