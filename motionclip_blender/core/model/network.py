"""Builds MotionCLIP's transformer auto-encoder (Tevet et al., ECCV 2022).

The encoder reads a motion after learned prefix tokens, one in the paper and two in its released code; its output at the
first is the latent. The decoder turns a sequence of time queries, which all attend to the one latent, into poses.
Layers are post-norm with exact GELU, and positions are sinusoidal, as published, unless a pack's `NetworkSize` says
otherwise.
"""

from __future__ import annotations

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional as F

from ..inference import network as tables
from ..network_size import HEIGHT, STEP, NetworkSize
from .linear import LatentAdapter, LinearDecoder, LinearEncoder, Tables


def positions(frames: int, width: int, base: float = 10_000.0) -> Tensor:
    """Returns (frames, width) sinusoidal positions: sine on even channels, cosine on odd (Vaswani et al., 2017)."""
    return torch.from_numpy(tables.positions(frames, width, base).copy())


class SelfAttention(nn.Module):
    """Multi-head self-attention of a sequence."""

    def __init__(self, size: NetworkSize) -> None:
        super().__init__()
        self.heads = size.heads
        self.qkv = nn.Linear(size.width, 3 * size.width)
        self.out = nn.Linear(size.width, size.width)

    def forward(self, x: Tensor, mask: Tensor | None = None) -> Tensor:
        """Maps x (B, T, width) to the same shape. mask: (B, T) which tokens may be read; by default all."""
        batch, frames, width = x.shape
        q, k, v = self.qkv(x).view(batch, frames, 3, self.heads, width // self.heads).permute(2, 0, 3, 1, 4)
        # not torch's fused attention, which takes four times as long at these lengths in bfloat16 on a CPU
        scores = q @ k.transpose(-1, -2) * q.shape[-1] ** -0.5
        if mask is not None:
            scores = scores.masked_fill(~mask[:, None, None], -torch.inf)
        attended = scores.softmax(dim=-1) @ v
        return self.out(attended.transpose(1, 2).reshape(batch, frames, width))


class FeedForward(nn.Sequential):
    """Two linear layers with a GELU between them."""

    def __init__(self, size: NetworkSize) -> None:
        super().__init__(
            nn.Linear(size.width, size.feed_forward),
            nn.GELU(),
            nn.Dropout(size.dropout),
            nn.Linear(size.feed_forward, size.width),
        )


class EncoderLayer(nn.Module):
    """Self-attention and feed-forward, each with a residual sum and a norm."""

    def __init__(self, size: NetworkSize) -> None:
        super().__init__()
        self.attention, self.feed_forward = SelfAttention(size), FeedForward(size)
        self.norm1, self.norm2 = nn.LayerNorm(size.width), nn.LayerNorm(size.width)
        self.drop, self.pre_norm = nn.Dropout(size.dropout), size.pre_norm

    def forward(self, x: Tensor, mask: Tensor | None = None) -> Tensor:
        if self.pre_norm:
            x = x + self.drop(self.attention(self.norm1(x), mask))
            return x + self.drop(self.feed_forward(self.norm2(x)))
        x = self.norm1(x + self.drop(self.attention(x, mask)))
        return self.norm2(x + self.drop(self.feed_forward(x)))


class DecoderLayer(nn.Module):
    """An encoder layer that also adds the latent's contribution to every frame.

    The released code's decoder attends to a memory of one token. A softmax over one token is one, so that attention is
    a linear map of the latent, the same for every frame; it is implemented as such here.
    """

    def __init__(self, size: NetworkSize) -> None:
        super().__init__()
        self.attention, self.feed_forward = SelfAttention(size), FeedForward(size)
        self.from_latent = nn.Linear(size.latent, size.width)
        self.norm1, self.norm3 = nn.LayerNorm(size.width), nn.LayerNorm(size.width)
        # the attention to one token does not depend on x, so pre-norm has nothing to normalise here
        self.norm2 = nn.Identity() if size.pre_norm else nn.LayerNorm(size.width)
        self.drop, self.pre_norm = nn.Dropout(size.dropout), size.pre_norm

    def forward(self, x: Tensor, latents: Tensor, mask: Tensor | None = None) -> Tensor:
        read = self.drop(self.from_latent(latents))[:, None]
        if self.pre_norm:
            x = x + self.drop(self.attention(self.norm1(x), mask)) + read
            return x + self.drop(self.feed_forward(self.norm3(x)))
        x = self.norm1(x + self.drop(self.attention(x, mask)))
        x = self.norm2(x + read)
        return self.norm3(x + self.drop(self.feed_forward(x)))


class Encoder(nn.Module):
    """Encodes motions as latents."""

    def __init__(self, size: NetworkSize) -> None:
        super().__init__()
        self.size = size
        self.prefix = nn.Parameter(torch.randn(size.prefix_tokens, size.width) * 0.02)
        self.embed = nn.Linear(size.rows * 6, size.width)
        self.layers = nn.ModuleList(EncoderLayer(size) for _ in range(size.layers))
        self.to_latent = nn.Linear(size.width, size.latent) if size.width != size.latent else nn.Identity()
        self.drop = nn.Dropout(size.dropout)
        self.positions: Tensor | None
        self.register_buffer("positions", None, persistent=False)  # replaces the computed ones if a pack stores them
        if size.cosines:
            self.to_latent = _silent(nn.Linear(size.width, size.latent))
            self.linear = LinearEncoder(size.rows * 6, size.latent, Tables(size.cosines, size.period))

    def forward(self, poses: Tensor, refine: bool = True, lengths: np.ndarray | None = None) -> Tensor:
        """Encodes poses (B, T, rows, 6) as latents (B, latent).

        refine: False uses the linear part only.
        lengths: (B,) how many of the frames are valid, for a network as published; by default all.
        """
        there = _frames_there(self.size, lengths, poses)
        if self.size.integrates_translation:
            poses = to_steps(poses)
        numbers = poses.flatten(2)
        if not self.size.cosines:
            return self._read(numbers, there)
        with torch.autocast(poses.device.type, enabled=False):
            latents = self.linear(numbers)
        return latents + self._read(numbers) if refine else latents

    def _read(self, numbers: Tensor, there: Tensor | None = None) -> Tensor:
        """Runs the transformer on poses (B, T, rows * 6), reading the frames that are `there` (B, T); returns (B,
        latent)."""
        tokens = self.embed(numbers)
        x = torch.cat((self.prefix.to(tokens.dtype).expand(len(tokens), -1, -1), tokens), dim=1)
        x = self.drop(x + _positions(self, x.shape[1]).to(x))
        mask = None if there is None else F.pad(there, (self.size.prefix_tokens, 0), value=True)
        for layer in self.layers:
            x = layer(x, mask)
        return self.to_latent(x[:, 0])


class Decoder(nn.Module):
    """Decodes latents to motions."""

    def __init__(self, size: NetworkSize) -> None:
        super().__init__()
        self.size = size
        self.layers = nn.ModuleList(DecoderLayer(size) for _ in range(size.layers))
        self.to_pose = nn.Linear(size.width, size.rows * 6)
        self.positions: Tensor | None
        self.register_buffer("positions", None, persistent=False)
        if size.cosines:
            self.reader = LatentAdapter(size.latent, size.reader_width, size.reader_blocks)
            self.linear = LinearDecoder(size.rows * 6, size.latent, Tables(size.cosines, size.period))
            self.embed = nn.Linear(size.rows * 6, size.width)
            _silent(self.to_pose)

    def forward(self, latents: Tensor, frames: int, refine: bool = True, lengths: np.ndarray | None = None) -> Tensor:
        """Decodes latents (B, latent) to poses (B, frames, rows, 6), float32.

        refine: False uses the linear part only.
        lengths: (B,) how many of the frames are requested, for a network as published; the others are zero.
        """
        there = _frames_there(self.size, lengths, latents, frames)
        if not self.size.cosines:
            numbers = self._write(latents, frames, mask=there)
            return self._poses(numbers if there is None else numbers * there[..., None])
        latents = self.reader(latents)
        with torch.autocast(latents.device.type, enabled=False):
            draft = self.linear(latents.float(), frames)
        return self._poses(draft + self._write(latents, frames, draft) if refine else draft)

    def _write(self, latents: Tensor, frames: int, draft: Tensor | None = None, mask: Tensor | None = None) -> Tensor:
        """Runs the transformer on latents (B, latent); returns the poses (B, frames, rows * 6), or what to add to a
        draft."""
        x = _positions(self, frames).to(latents.device).expand(len(latents), -1, -1)
        if draft is not None:
            x = x + self.embed(draft)
        for layer in self.layers:
            x = layer(x, latents, mask)
        return self.to_pose(x).float()

    def _poses(self, numbers: Tensor) -> Tensor:
        poses = numbers.unflatten(-1, (self.size.rows, 6))
        return from_steps(poses) if self.size.integrates_translation else poses


class MotionCLIP(nn.Module):
    """An encoder and a decoder of one size, and in training the map `from_clip` of CLIP's embeddings to latents."""

    def __init__(self, size: NetworkSize, from_clip: nn.Module | None = None) -> None:
        """Builds the network. from_clip: (..., width of CLIP) to (..., latent); by default both are the same."""
        super().__init__()
        self.size = size
        self.encoder, self.decoder = Encoder(size), Decoder(size)
        self.from_clip = nn.Identity() if from_clip is None else from_clip

    @torch.inference_mode()
    def encode(self, poses: np.ndarray) -> np.ndarray:
        """Encodes one pose tensor (T, rows, 6) as its latent (latent,), float32."""
        return self.encode_batch(poses[None])[0]

    @torch.inference_mode()
    def decode(self, latent: np.ndarray, frames: int) -> np.ndarray:
        """Decodes one latent (latent,) to its pose tensor (frames, rows, 6), float32."""
        return self.decode_batch(np.asarray(latent)[None], frames)[0]

    @torch.inference_mode()
    def encode_batch(self, poses: np.ndarray, lengths: np.ndarray | None = None) -> np.ndarray:
        """Encodes pose tensors (B, T, rows, 6) as their latents (B, latent), float32. lengths: as in `Encoder`."""
        return self.encoder(self._tensor(poses), lengths=lengths).cpu().numpy()

    @torch.inference_mode()
    def decode_batch(self, latents: np.ndarray, frames: int, lengths: np.ndarray | None = None) -> np.ndarray:
        """Decodes latents (B, latent) to their pose tensors (B, frames, rows, 6), float32. lengths: as in `Decoder`."""
        return self.decoder(self._tensor(latents), frames, lengths=lengths).cpu().numpy()

    def _tensor(self, array: np.ndarray) -> Tensor:
        """Converts an array to float32 on the network's device."""
        return torch.from_numpy(np.ascontiguousarray(array, np.float32)).to(self.decoder.to_pose.weight.device)


def from_steps(poses: Tensor) -> Tensor:
    """Converts pose tensors (B, T, rows, 6) whose last row holds ground steps and height to places."""
    aside, up, ahead = poses[:, :, -1, :3].unbind(-1)
    path = torch.stack((_summed(aside), (up - up[:, :1]) * HEIGHT, _summed(ahead)), dim=-1)
    return torch.cat((poses[:, :, :-1], F.pad(path, (0, 3)).unsqueeze(2)), dim=2)


def to_steps(poses: Tensor) -> Tensor:
    """Converts places to ground steps and height. The first frame's step is set to the second's."""
    aside, up, ahead = poses[:, :, -1, :3].unbind(-1)
    row = torch.stack((_steps(aside), up / HEIGHT, _steps(ahead)), dim=-1)
    return torch.cat((poses[:, :, :-1], F.pad(row, (0, 3)).unsqueeze(2)), dim=2)


def _positions(part: Encoder | Decoder, frames: int) -> Tensor:
    if part.positions is not None:
        return part.positions[:frames]
    return positions(frames, part.size.width, part.size.position_base)


def _frames_there(
    size: NetworkSize, lengths: np.ndarray | None, batch: Tensor, frames: int | None = None
) -> Tensor | None:
    """Returns whether each frame is one of a motion's first `lengths`, (B, frames) on the device of `batch`; None if
    all are."""
    there = tables.frames_there(size, lengths, batch.shape[1] if frames is None else frames)
    return None if there is None else torch.from_numpy(there).to(batch.device)


def _summed(steps: Tensor) -> Tensor:
    """Converts steps (B, T) to the path from the first frame, in metres."""
    return (steps.cumsum(dim=1) - steps[:, :1]) * STEP


def _steps(way: Tensor) -> Tensor:
    """Converts a path (B, T) in metres to steps."""
    steps = way.diff(dim=1) / STEP
    return torch.cat((steps[:, :1], steps), dim=1)


def _silent(layer: nn.Linear) -> nn.Linear:
    """Sets `layer` to zero, so that it contributes nothing until it is trained, and returns it."""
    nn.init.zeros_(layer.weight)
    nn.init.zeros_(layer.bias)
    return layer
