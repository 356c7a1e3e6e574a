"""Builds the network of a run: ours, or the released code's with its modules and tensor names."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from motionclip_blender.core.model.network import MotionCLIP, positions
from motionclip_blender.core.network_size import NetworkSize, OfficialNetwork

from .config import TrainConfig
from .projection import from_clip, latent_width

_LONGEST = 5000  # positions in the tables of the released code


def network_of(config: TrainConfig) -> nn.Module:
    """Returns a randomly initialised network with an `encoder` and a `decoder`.

    Its `from_clip` maps texts and images to the latents' space. Raises `UserError` for an unknown CLIP.
    """
    rows = config.pose_format.rows
    if config.kind == "official":
        sizes = config.width, config.layers, config.heads, config.feed_forward, config.dropout
        return ReleasedMotionCLIP(OfficialNetwork(rows, *sizes), from_clip(config))
    size = NetworkSize(rows=rows, latent=latent_width(config), **config.network())
    network = MotionCLIP(size, from_clip(config))
    # dropout on the input only: between layers it takes a tenth of the step on a CPU
    network.encoder.drop.p = config.encoder_dropout
    return network


class ReleasedMotionCLIP(nn.Module):
    """The released code's network as it is trained: torch's own layers, with dropout inside attention and on positions.

    Its state dictionary has the names and shapes of the released checkpoints.
    """

    def __init__(self, size: OfficialNetwork, from_clip: nn.Module) -> None:
        super().__init__()
        self.encoder, self.decoder, self.from_clip = _Encoder(size), _Decoder(size), from_clip
        self.decoder.actionBiases.requires_grad_(False)  # no loss reaches it


class _Positions(nn.Module):
    def __init__(self, width: int, dropout: float) -> None:
        super().__init__()
        self.register_buffer("pe", positions(_LONGEST, width)[:, None])
        self.drop = nn.Dropout(dropout)

    def forward(self, tokens: Tensor) -> Tensor:
        return self.drop(tokens + self.pe[: len(tokens)])


class _Encoder(nn.Module):
    def __init__(self, size: OfficialNetwork) -> None:
        super().__init__()
        self.muQuery, self.sigmaQuery = (nn.Parameter(torch.randn(1, size.width)) for _ in range(2))
        self.skelEmbedding = nn.Linear(size.rows * 6, size.width)
        self.sequence_pos_encoder = _Positions(size.width, size.dropout)
        layer = nn.TransformerEncoderLayer(size.width, size.heads, size.feed_forward, size.dropout, "gelu")
        self.seqTransEncoder = nn.TransformerEncoder(layer, size.layers, enable_nested_tensor=False)

    def forward(self, poses: Tensor, refine: bool = True) -> Tensor:
        """Returns latents (B, width) of poses (B, T, rows, 6). refine: ignored; our own network has it."""
        frames = self.skelEmbedding(poses.flatten(2).transpose(0, 1))
        queries = (query[None].expand(1, len(poses), -1).to(frames) for query in (self.muQuery, self.sigmaQuery))
        return self.seqTransEncoder(self.sequence_pos_encoder(torch.cat((*queries, frames))))[0]


class _Decoder(nn.Module):
    def __init__(self, size: OfficialNetwork) -> None:
        super().__init__()
        self.rows = size.rows
        self.actionBiases = nn.Parameter(torch.randn(1, size.width))
        self.sequence_pos_encoder = _Positions(size.width, size.dropout)
        layer = nn.TransformerDecoderLayer(size.width, size.heads, size.feed_forward, size.dropout, "gelu")
        self.seqTransDecoder = nn.TransformerDecoder(layer, size.layers)
        self.finallayer = nn.Linear(size.width, size.rows * 6)

    def forward(self, latents: Tensor, frames: int, refine: bool = True) -> Tensor:
        """Returns poses (B, frames, rows, 6), float32, of latents (B, width)."""
        queries = torch.zeros(frames, len(latents), latents.shape[1], device=latents.device)
        out = self.seqTransDecoder(self.sequence_pos_encoder(queries), latents[None])
        return self.finallayer(out).transpose(0, 1).unflatten(-1, (self.rows, 6)).float()
