"""Maps embeddings of CLIP's towers to the space of the latents, where their widths differ."""

from __future__ import annotations

import numpy as np
import torch
from torch import Tensor, nn

from motionclip_blender.core.inference import clip_towers

from ..text_tower import minilm
from .config import MINILM, TrainConfig


class Projection(nn.Linear):
    """A linear map from CLIP's space to that of the latents, trained with the network.

    It has no bias, which would be a direction that all texts share: with it the cosines of equations 2 and 3 can be
    raised without telling texts apart.
    """

    def __init__(self, clip: int, latent: int) -> None:
        super().__init__(clip, latent, bias=False)

    def forward(self, embeddings: Tensor) -> Tensor:
        """Maps embeddings (..., clip) to (..., latent), in single precision."""
        with torch.autocast(embeddings.device.type, enabled=False):
            return super().forward(embeddings.float())


def clip_width(config: TrainConfig) -> int:
    """Returns the width of the space in which a configuration's towers embed. Raises `UserError` for an unknown
    CLIP."""
    return minilm.SPEC.width if config.clip == MINILM else clip_towers.size_of(config.clip).width


def latent_width(config: TrainConfig) -> int:
    """Returns the width of a configuration's latents. Raises `UserError` for an unknown CLIP."""
    return config.latent or clip_width(config)


def from_clip(config: TrainConfig) -> nn.Module:
    """Returns the map from CLIP's space to the latents': the identity where both are of one width."""
    clip, latent = clip_width(config), latent_width(config)
    return nn.Identity() if clip == latent else Projection(clip, latent)


@torch.no_grad()
def projected(network: nn.Module, embeddings: np.ndarray) -> np.ndarray:
    """Returns embeddings (n, clip) in the space of a network's latents, (n, latent) float32."""
    if isinstance(network.from_clip, nn.Identity):
        return embeddings
    weight = network.from_clip.weight
    return network.from_clip(torch.from_numpy(np.asarray(embeddings, np.float32)).to(weight.device)).cpu().numpy()


@torch.no_grad()
def begin_projection(network: nn.Module, captions: np.ndarray, seed: int) -> None:
    """Sets a network's projection to the one that changes the products of captions (n, clip) least, if it has one.

    That is the map to their first principal directions, not centred (Eckart and Young, 1936), turned at random, so that
    no number of a latent has more to say than another. A latent that is wider than CLIP keeps all angles.
    """
    if isinstance(network.from_clip, nn.Identity):
        return
    latent = len(network.from_clip.weight)
    captions = captions.astype(np.float64)
    axes = np.linalg.eigh(captions.T @ captions)[1][:, ::-1][:, :latent]
    turn, triangle = np.linalg.qr(np.random.default_rng(seed).normal(size=(latent, axes.shape[1])))
    turn *= np.sign(np.diag(triangle))
    network.from_clip.weight.copy_(torch.from_numpy(turn @ axes.T))
