"""MotionCLIP's released network once more, of nothing but torch's own modules, and checkpoints of it with seeded
weights. It shares no line with the project: what the engines compute is held against it."""

from __future__ import annotations

import math
from pathlib import Path

import torch
from torch import Tensor, nn


class _Positions(nn.Module):
    def __init__(self, width: int, longest: int = 5000) -> None:
        super().__init__()
        table = torch.zeros(longest, width)
        at = torch.arange(longest, dtype=torch.float).unsqueeze(1)
        rates = torch.exp(torch.arange(0, width, 2).float() * (-math.log(10000.0) / width))
        table[:, 0::2], table[:, 1::2] = torch.sin(at * rates), torch.cos(at * rates)
        self.register_buffer("pe", table.unsqueeze(1))


class _Encoder(nn.Module):
    def __init__(self, rows: int, width: int, layers: int, feed_forward: int) -> None:
        super().__init__()
        self.muQuery, self.sigmaQuery = (nn.Parameter(torch.randn(1, width)) for _ in range(2))
        self.skelEmbedding = nn.Linear(rows * 6, width)
        self.sequence_pos_encoder = _Positions(width)
        layer = nn.TransformerEncoderLayer(width, 4, feed_forward, activation="gelu")
        self.seqTransEncoder = nn.TransformerEncoder(layer, layers, enable_nested_tensor=False)

    def forward(self, poses: Tensor, there: Tensor) -> Tensor:
        """poses (B, T, rows, 6), there (B, T) to latents (B, width)."""
        frames = self.skelEmbedding(poses.flatten(2).transpose(0, 1))
        queries = [query[None].expand(1, len(poses), -1) for query in (self.muQuery, self.sigmaQuery)]
        tokens = torch.cat((*queries, frames))
        tokens = tokens + self.sequence_pos_encoder.pe[: len(tokens)]
        hidden = torch.cat((torch.zeros(len(poses), 2, dtype=torch.bool), ~there), dim=1)
        return self.seqTransEncoder(tokens, src_key_padding_mask=hidden)[0]


class _Decoder(nn.Module):
    def __init__(self, rows: int, width: int, layers: int, feed_forward: int) -> None:
        super().__init__()
        self.actionBiases = nn.Parameter(torch.randn(1, width))
        self.sequence_pos_encoder = _Positions(width)
        layer = nn.TransformerDecoderLayer(width, 4, feed_forward, activation="gelu")
        self.seqTransDecoder = nn.TransformerDecoder(layer, layers)
        self.finallayer = nn.Linear(width, rows * 6)

    def forward(self, latents: Tensor, there: Tensor) -> Tensor:
        """latents (B, width), there (B, T) to poses (B, T, rows, 6)."""
        queries = torch.zeros(there.shape[1], len(latents), latents.shape[1])
        queries = queries + self.sequence_pos_encoder.pe[: len(queries)]
        out = self.seqTransDecoder(queries, latents[None], tgt_key_padding_mask=~there)
        out = self.finallayer(out).transpose(0, 1).unflatten(-1, (-1, 6)).clone()
        out[~there] = 0
        return out


class Official(nn.Module):
    """Encoder and decoder, in evaluation mode. Norms and biases are random, too, so that each of them counts."""

    def __init__(
        self, seed: int = 0, rows: int = 25, width: int = 512, layers: int = 8, feed_forward: int = 1024
    ) -> None:
        super().__init__()
        torch.manual_seed(seed)
        self.encoder = _Encoder(rows, width, layers, feed_forward)
        self.decoder = _Decoder(rows, width, layers, feed_forward)
        for parameter in self.parameters():
            if parameter.dim() == 1:
                nn.init.normal_(parameter, parameter.mean().item(), 0.1)
            elif parameter.dim() == 2:  # torch starts all layers of a stack alike
                nn.init.xavier_uniform_(parameter)
        self.eval().requires_grad_(False)

    def save(self, path: Path) -> Path:
        """Writes the checkpoint as the released code does: the state dictionary alone."""
        torch.save(self.state_dict(), path)
        return path
