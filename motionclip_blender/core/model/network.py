"""MotionCLIP's transformer auto-encoder (Tevet et al., ECCV 2022, section 3.1).

The encoder reads a motion behind two learned prefix tokens; its output at the first is the latent. The decoder
turns a sequence of time queries, all looking at the one latent, back into poses. Layers are post-norm with
exact GELU, positions are sinusoidal, as published, unless a pack's `NetworkSize` says otherwise.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional as F

STEP = 1 / 30
"""Metres of an integrated step of one: steps are of the size of the other outputs then, or their gradients drown
those of the rotations."""

HEIGHT = 0.3
"""Metres of a height of one, for the same reason."""

PREFIX_TOKENS = 2  # the paper's mu and sigma queries; sigma's output is not used


@dataclass(frozen=True)
class NetworkSize:
    """Sizes of the network, as a pack declares them.

    rows: of the pose tensor (joints and the translation row), six numbers each.
    latent: width of CLIP's space.
    position_base: of the sinusoidal positions; the paper's 10000 leaves three quarters of the channels all but
        constant over the 120 frames of the longest window.
    pre_norm: whether layers normalise what they read instead of what they leave; the paper's do the latter.
        Normalising first learns several times faster, and movement before pose is not lost on the way.
    whitens: whether the decoder first maps latents so that captions vary alike in all directions. CLIP's
        embeddings vary most by style of wording; what tells one action from another is small beside that.
    memory_tokens: what the decoder's frames read of the latent. 1 is the paper's: the same for every frame.
        With more, each layer makes that many tokens of the latent and every frame reads their sum, weighted by
        cosines of its time (the rows of a discrete cosine transform over `memory_frames` frames). A movement is
        then linear in latent and time together, which is learned in minutes where sums of the two take days.
    memory_width: of those tokens.
    integrates_translation: whether the decoder writes the way over the ground as steps from frame to frame that
        it sums up; the pose tensor holds the sum either way. Heights are never summed: a body must not float off.
    """

    rows: int
    width: int = 512
    layers: int = 8
    heads: int = 4
    feed_forward: int = 1024
    latent: int = 512
    dropout: float = 0.1
    position_base: float = 10_000.0
    pre_norm: bool = False
    whitens: bool = False
    memory_tokens: int = 1
    memory_width: int = 32
    memory_frames: int = 120
    integrates_translation: bool = False


def positions(frames: int, width: int, base: float = 10_000.0) -> Tensor:
    """(frames, width) sinusoidal positions: sine on even channels, cosine on odd (Vaswani et al., 2017)."""
    at = torch.arange(frames, dtype=torch.float32)[:, None]
    rates = torch.exp(torch.arange(0, width, 2, dtype=torch.float32) * (-math.log(base) / width))
    table = torch.empty(frames, width)
    table[:, 0::2] = torch.sin(at * rates)
    table[:, 1::2] = torch.cos(at * rates)
    return table


def cosines(frames: int, count: int, period: int) -> Tensor:
    """(frames, count): the first `count` cosines of a discrete cosine transform over `period` frames."""
    at = torch.arange(frames, dtype=torch.float32)[:, None] + 0.5
    return torch.cos(math.pi / period * at * torch.arange(count, dtype=torch.float32))


class SelfAttention(nn.Module):
    """Multi-head attention of a sequence to itself."""

    def __init__(self, size: NetworkSize) -> None:
        super().__init__()
        self.heads = size.heads
        self.qkv = nn.Linear(size.width, 3 * size.width)
        self.out = nn.Linear(size.width, size.width)

    def forward(self, x: Tensor, mask: Tensor | None) -> Tensor:
        batch, frames, width = x.shape
        q, k, v = self.qkv(x).view(batch, frames, 3, self.heads, width // self.heads).permute(2, 0, 3, 1, 4)
        # Written out: at these lengths, in bfloat16 on a CPU, four times as fast as torch's fused attention
        scores = q @ k.transpose(-1, -2) * q.shape[-1] ** -0.5
        if mask is not None:
            scores = scores.masked_fill(~mask, -torch.inf)
        attended = scores.softmax(dim=-1) @ v
        return self.out(attended.transpose(1, 2).reshape(batch, frames, width))


class FeedForward(nn.Sequential):
    """Two linear layers with a GELU between."""

    def __init__(self, size: NetworkSize) -> None:
        super().__init__(
            nn.Linear(size.width, size.feed_forward),
            nn.GELU(),
            nn.Dropout(size.dropout),
            nn.Linear(size.feed_forward, size.width),
        )


class EncoderLayer(nn.Module):
    """Self-attention and feed-forward, each added and normalised."""

    def __init__(self, size: NetworkSize) -> None:
        super().__init__()
        self.attention, self.feed_forward = SelfAttention(size), FeedForward(size)
        self.norm1, self.norm2 = nn.LayerNorm(size.width), nn.LayerNorm(size.width)
        self.drop, self.pre_norm = nn.Dropout(size.dropout), size.pre_norm

    def forward(self, x: Tensor, mask: Tensor | None) -> Tensor:
        if self.pre_norm:
            x = x + self.drop(self.attention(self.norm1(x), mask))
            return x + self.drop(self.feed_forward(self.norm2(x)))
        x = self.norm1(x + self.drop(self.attention(x, mask)))
        return self.norm2(x + self.drop(self.feed_forward(x)))


class Memory(nn.Module):
    """What each frame reads of the latent.

    The paper's decoder attends to a memory of one token. A softmax over one token is one, so that attention is
    a linear map of the latent, the same for every frame; here it is written as that.
    """

    def __init__(self, size: NetworkSize) -> None:
        super().__init__()
        self.size = size
        if size.memory_tokens == 1:
            self.from_latent = nn.Linear(size.latent, size.width)
        else:
            self.from_latent = nn.Linear(size.latent, size.memory_tokens * size.memory_width)
            self.to_width = nn.Linear(size.memory_width, size.width)

    def forward(self, latents: Tensor, frames: int) -> Tensor:
        """latents (B, latent) -> (B, frames or 1, width)."""
        read = self.from_latent(latents)
        if self.size.memory_tokens == 1:
            return read[:, None]
        tokens = read.unflatten(-1, (self.size.memory_tokens, self.size.memory_width))
        weights = cosines(frames, self.size.memory_tokens, self.size.memory_frames).to(tokens)
        return self.to_width(weights @ tokens)


class DecoderLayer(nn.Module):
    """As the encoder's, with what the frames read of the latent added in between."""

    def __init__(self, size: NetworkSize) -> None:
        super().__init__()
        self.attention, self.feed_forward = SelfAttention(size), FeedForward(size)
        self.memory = Memory(size)
        self.norm1, self.norm3 = nn.LayerNorm(size.width), nn.LayerNorm(size.width)
        # a frame's query of the memory does not depend on x, so before it there is nothing to normalise
        self.norm2 = nn.Identity() if size.pre_norm else nn.LayerNorm(size.width)
        self.drop, self.pre_norm = nn.Dropout(size.dropout), size.pre_norm

    def forward(self, x: Tensor, latents: Tensor, mask: Tensor | None) -> Tensor:
        read = self.drop(self.memory(latents, x.shape[1]))
        if self.pre_norm:
            x = x + self.drop(self.attention(self.norm1(x), mask)) + read
            return x + self.drop(self.feed_forward(self.norm3(x)))
        x = self.norm1(x + self.drop(self.attention(x, mask)))
        x = self.norm2(x + read)
        return self.norm3(x + self.drop(self.feed_forward(x)))


class Encoder(nn.Module):
    """Motion to latent."""

    def __init__(self, size: NetworkSize) -> None:
        super().__init__()
        self.position_base = size.position_base
        self.prefix = nn.Parameter(torch.randn(PREFIX_TOKENS, size.width) * 0.02)
        self.embed = nn.Linear(size.rows * 6, size.width)
        self.layers = nn.ModuleList(EncoderLayer(size) for _ in range(size.layers))
        self.to_latent = nn.Linear(size.width, size.latent) if size.width != size.latent else nn.Identity()
        self.drop = nn.Dropout(size.dropout)

    def forward(self, poses: Tensor, valid: Tensor | None = None) -> Tensor:
        """poses (B, T, rows, 6) -> latents (B, latent). `valid` (B, T): False marks padding."""
        tokens = self.embed(poses.flatten(2))
        x = torch.cat((self.prefix.to(tokens.dtype).expand(len(tokens), -1, -1), tokens), dim=1)
        x = self.drop(x + positions(x.shape[1], x.shape[2], self.position_base).to(x))
        mask = _attention_mask(valid, PREFIX_TOKENS)
        for layer in self.layers:
            x = layer(x, mask)
        return self.to_latent(x[:, 0])


class Decoder(nn.Module):
    """Latent to motion."""

    def __init__(self, size: NetworkSize) -> None:
        super().__init__()
        self.size = size
        self.whiten = nn.Linear(size.latent, size.latent).requires_grad_(False) if size.whitens else nn.Identity()
        self.layers = nn.ModuleList(DecoderLayer(size) for _ in range(size.layers))
        self.to_pose = nn.Linear(size.width, size.rows * 6)

    def forward(self, latents: Tensor, frames: int, valid: Tensor | None = None) -> Tensor:
        """latents (B, latent) -> poses (B, frames, rows, 6), float32. `valid` (B, frames): False marks padding."""
        latents = self.whiten(latents)
        x = positions(frames, self.size.width, self.size.position_base).to(latents.device).expand(len(latents), -1, -1)
        mask = _attention_mask(valid, 0)
        for layer in self.layers:
            x = layer(x, latents, mask)
        poses = self.to_pose(x).float().unflatten(-1, (self.size.rows, 6))
        if self.size.integrates_translation:
            ahead, up, aside = poses[:, :, -1, 2], poses[:, :, -1, 1], poses[:, :, -1, 0]
            path = torch.stack((_summed(aside), (up - up[:, :1]) * HEIGHT, _summed(ahead)), dim=-1)
            poses = torch.cat((poses[:, :, :-1], F.pad(path, (0, 3)).unsqueeze(2)), dim=2)
        return poses


class MotionCLIP(nn.Module):
    """Encoder and decoder of one size."""

    def __init__(self, size: NetworkSize) -> None:
        super().__init__()
        self.size = size
        self.encoder, self.decoder = Encoder(size), Decoder(size)

    @torch.inference_mode()
    def encode(self, poses: np.ndarray) -> np.ndarray:
        """One pose tensor (T, rows, 6) to its latent (latent,), float32."""
        return self.encode_batch(poses[None])[0]

    @torch.inference_mode()
    def decode(self, latent: np.ndarray, frames: int) -> np.ndarray:
        """One latent (latent,) to its pose tensor (frames, rows, 6), float32."""
        return self.decode_batch(np.asarray(latent)[None], frames)[0]

    @torch.inference_mode()
    def encode_batch(self, poses: np.ndarray) -> np.ndarray:
        """Pose tensors of one length (B, T, rows, 6) to their latents (B, latent), float32."""
        return self.encoder(torch.from_numpy(np.ascontiguousarray(poses, np.float32))).numpy()

    @torch.inference_mode()
    def decode_batch(self, latents: np.ndarray, frames: int) -> np.ndarray:
        """Latents (B, latent) to their pose tensors (B, frames, rows, 6), float32."""
        return self.decoder(torch.from_numpy(np.ascontiguousarray(latents, np.float32)), frames).numpy()


def _summed(steps: Tensor) -> Tensor:
    """(B, T) steps to the way from the first frame, in metres."""
    return (steps.cumsum(dim=1) - steps[:, :1]) * STEP


def _attention_mask(valid: Tensor | None, prefix: int) -> Tensor | None:
    """(B, 1, 1, prefix + T) with True where a key may be attended to; the prefix is always visible."""
    if valid is None:
        return None
    return F.pad(valid, (prefix, 0), value=True)[:, None, None]
