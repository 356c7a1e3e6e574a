"""Runs MotionCLIP's transformer auto-encoder in numpy (Tevet et al., ECCV 2022).

The same network as `core.model.network`, layer by layer, for inference only. Encoder and decoder are built separately,
so that generating alone does not keep the encoder in memory. Values that do not depend on the input are computed once:
positions, the cosines of the linear part, and norms folded into the products that follow them.
"""

from __future__ import annotations

from functools import lru_cache

import numpy as np

from ..network_size import HEIGHT, STEP, NetworkSize
from .layers import Linear, Norm, attend, attend_first, gelu, scaled_queries
from .linear_part import LatentAdapter, cosines, fitting
from .tensors import Weights


class Encoder:
    """Encodes motions as latents."""

    def __init__(self, weights: Weights, size: NetworkSize) -> None:
        """Builds the encoder. Raises `TensorError` for weights of another network."""
        self._size = size
        self._prefix = weights.float32("prefix", size.prefix_tokens, size.width)
        self._embed = Linear.of(weights, "embed", size.width, size.numbers)
        self._layers = [_Layer(weights.within(f"layers.{i}"), size, ("norm1", "norm2")) for i in range(size.layers)]
        self._positions = _given_positions(weights, size)
        self._to_latent = None
        if size.cosines or size.width != size.latent:
            self._to_latent = Linear.of(weights, "to_latent", size.latent, size.width)
        if size.cosines:
            self._linear = Linear.of(weights, "linear.to_latent", size.latent, size.cosines * size.numbers)

    def __call__(self, poses: np.ndarray, lengths: np.ndarray | None = None) -> np.ndarray:
        """Encodes poses (B, T, rows, 6) as latents (B, latent), float32.

        lengths: (B,) how many of the frames are valid, for a network as published; by default all.
        """
        size = self._size
        there = frames_there(size, lengths, poses.shape[1])
        if size.integrates_translation:
            poses = to_steps(poses)
        numbers = np.ascontiguousarray(poses, np.float32).reshape(*poses.shape[:2], -1)
        latents = self._read(numbers, there)
        if size.cosines:
            spectra = fitting(numbers.shape[1], size.cosines, size.period) @ numbers
            latents += self._linear(spectra.reshape(len(numbers), -1))
        return latents

    def _read(self, numbers: np.ndarray, there: np.ndarray | None = None) -> np.ndarray:
        """Runs the transformer on poses (B, T, rows * 6), reading the frames that are `there` (B, T); returns (B,
        latent)."""
        size = self._size
        prefix = size.prefix_tokens
        x = np.empty((len(numbers), prefix + numbers.shape[1], size.width), np.float32)
        x[:, :prefix] = self._prefix
        x[:, prefix:] = self._embed(numbers)
        x += _positions_of(self._positions, x.shape[1], size)
        room = _Room(x.shape, size)
        mask = None
        if there is not None:
            mask = np.concatenate((np.ones((len(there), prefix), bool), there), axis=1)
        for layer in self._layers[:-1]:
            x = layer(x, room, mask=mask)
        x = self._layers[-1](x, room, mask=mask, first=True)
        return x[:, 0].copy() if self._to_latent is None else self._to_latent(x[:, 0])


class Decoder:
    """Decodes latents to motions."""

    def __init__(self, weights: Weights, size: NetworkSize) -> None:
        """Builds the decoder. Raises `TensorError` for weights of another network."""
        self._size = size
        self._layers = [_Layer(weights.within(f"layers.{i}"), size, ("norm1", "norm3")) for i in range(size.layers)]
        reads = [Linear.of(weights, f"layers.{i}.from_latent", size.width, size.latent) for i in range(size.layers)]
        # the latent's projections for all layers, in one product
        self._reads = Linear(np.concatenate([r.weight for r in reads]), np.concatenate([r.bias for r in reads]))
        self._positions = _given_positions(weights, size)
        self._norms = None
        if not size.pre_norm:
            self._norms = [Norm.of(weights, f"layers.{i}.norm2", size.width) for i in range(size.layers)]
        self._to_pose = Linear.of(weights, "to_pose", size.numbers, size.width)
        if size.cosines:
            self._adapter = LatentAdapter(weights.within("reader"), size)
            self._linear = Linear.of(weights, "linear.to_spectrum", size.cosines * size.numbers, size.latent)
            self._embed = Linear.of(weights, "embed", size.width, size.numbers)

    def __call__(self, latents: np.ndarray, frames: int, lengths: np.ndarray | None = None) -> np.ndarray:
        """Decodes latents (B, latent) to poses (B, frames, rows, 6), float32.

        lengths: (B,) how many of the frames are requested, for a network as published; the others are zero.
        """
        size = self._size
        there = frames_there(size, lengths, frames)
        latents = np.asarray(latents, np.float32)
        start = _positions_of(self._positions, frames, size)
        if size.cosines:
            latents = self._adapter(latents)
            spectra = self._linear(latents).reshape(len(latents), size.cosines, -1)
            table = cosines(frames, size.cosines, size.period)
            # embeds the few cosines instead of every frame of the draft; the map is linear
            x = table @ (spectra @ self._embed.weight.T)
            x += start + self._embed.bias
            numbers = self._write(x, latents)
            numbers += table @ spectra
        else:
            # before the first latent is read all motions are equal, so one is enough unless their lengths differ
            same = start[None] if there is None else np.broadcast_to(start, (len(latents), *start.shape))
            numbers = self._write(same, latents, there)
            if there is not None:
                numbers[~there] = 0
        poses = numbers.reshape(len(latents), frames, size.rows, 6)
        return from_steps(poses) if size.integrates_translation else poses

    def _write(self, x: np.ndarray, latents: np.ndarray, mask: np.ndarray | None = None) -> np.ndarray:
        """Runs the transformer on latents (B, latent), starting with x, (B, T, width) or (1, T, width).

        Returns (B, T, rows * 6).
        """
        reads = self._reads(latents).reshape(len(latents), len(self._layers), 1, -1)
        room = _Room((len(latents), *x.shape[1:]), self._size)
        for i, layer in enumerate(self._layers):
            x = layer(x, room, reads[:, i], None if self._norms is None else self._norms[i], mask)
        return self._to_pose(x)


class _Room:
    """Memory for the intermediate values of a layer, shared by all layers of one pass."""

    def __init__(self, shape: tuple[int, ...], size: NetworkSize) -> None:
        """Allocates the arrays. shape: (B, T, width) of the layers' input."""
        self.qkv = np.empty((*shape[:2], 3 * size.width), np.float32)
        self._up = np.empty((*shape[:2], size.feed_forward), np.float32)

    def up_of(self, x: np.ndarray) -> np.ndarray | None:
        """Returns the array for the feed-forward's inner values of x (B, T, width); None if x has fewer tokens than
        all."""
        return self._up if x.shape[:2] == self._up.shape[:2] else None


class _Layer:
    """Self-attention and feed-forward with residual sums, normalised before or after as the network's size says."""

    def __init__(self, weights: Weights, size: NetworkSize, norms: tuple[str, str]) -> None:
        width = size.width
        self._heads, self._pre_norm = size.heads, size.pre_norm
        self._norms = [Norm.of(weights, name, width) for name in norms]
        qkv = scaled_queries(Linear.of(weights, "attention.qkv", 3 * width, width), size.heads)
        up = Linear.of(weights, "feed_forward.0", size.feed_forward, width)
        if size.pre_norm:
            qkv, up = qkv.after(self._norms[0]), up.after(self._norms[1])
        self._qkv, self._up = qkv, up
        self._out = Linear.of(weights, "attention.out", width, width)
        self._down = Linear.of(weights, "feed_forward.3", width, size.feed_forward)

    def __call__(
        self,
        x: np.ndarray,
        room: _Room,
        read: np.ndarray | None = None,
        norm: Norm | None = None,
        mask: np.ndarray | None = None,
        first: bool = False,
    ) -> np.ndarray:
        """Maps x (B, T, width) to the same shape.

        read: (B, 1, width) added between attention and feed-forward, and normalised by `norm` if layers normalise their
            outputs; x may be (1, T, width) then.
        mask: (B, T) which frames may be read.
        first: whether only the first token is needed, (B, 1, width).
        """
        attended = self._attended(self._norms[0].plain(x) if self._pre_norm else x, room, mask, first)
        attended += x[:, :1] if first else x
        if self._pre_norm:
            if read is not None:
                attended = _sum(attended, read)
            made = self._down(gelu(self._up(self._norms[1].plain(attended), room.up_of(attended))))
            made += attended
            return made
        x = self._norms[0](attended)
        if read is not None:
            assert norm is not None  # it comes with what is read
            x = norm(_sum(x, read))
        made = self._down(gelu(self._up(x, room.up_of(x))))
        made += x
        return self._norms[1](made)

    def _attended(self, x: np.ndarray, room: _Room, mask: np.ndarray | None, first: bool) -> np.ndarray:
        """Returns the attention output of the tokens of x (B, T, width), or of the first one only."""
        if not first:
            return self._out(attend(self._qkv(x, room.qkv[: len(x)]), self._heads, mask))
        assert self._qkv.bias is not None  # attention's layers have one
        width = x.shape[-1]
        query, read = (Linear(self._qkv.weight[part], self._qkv.bias[part]) for part in (np.s_[:width], np.s_[width:]))
        return self._out(attend_first(query(x[:, :1]), read(x), self._heads, mask))


def _sum(x: np.ndarray, read: np.ndarray) -> np.ndarray:
    """Adds `read` (B, 1, width) to x, in place if x has as many rows. Returns (B, T, width)."""
    return np.add(x, read, out=x if len(x) == len(read) else None)


def frames_there(size: NetworkSize, lengths: np.ndarray | None, frames: int) -> np.ndarray | None:
    """Returns whether each frame is one of a motion's first `lengths` (B,), as (B, frames); None if all are."""
    if lengths is None:
        return None
    if size.cosines or size.integrates_translation:
        raise ValueError("a network with a linear part, or one that sums up steps, takes motions of one length")
    return np.arange(frames) < np.asarray(lengths)[:, None]


def _given_positions(weights: Weights, size: NetworkSize) -> np.ndarray | None:
    """Returns the table of positions (n, width) among the weights; None if there is none."""
    if "positions" not in weights:
        return None
    return weights.float32("positions", len(weights["positions"]), size.width)


def _positions_of(given: np.ndarray | None, frames: int, size: NetworkSize) -> np.ndarray:
    return positions(frames, size.width, size.position_base) if given is None else given[:frames]


@lru_cache(maxsize=64)
def positions(frames: int, width: int, base: float) -> np.ndarray:
    """Returns (frames, width) sinusoidal positions: sine on even channels, cosine on odd (Vaswani et al., 2017)."""
    angles = np.arange(frames)[:, None] * np.exp(np.arange(0, width, 2) * (-np.log(base) / width))
    table = np.empty((frames, width), np.float32)
    table[:, 0::2], table[:, 1::2] = np.sin(angles), np.cos(angles)
    table.setflags(write=False)
    return table


def from_steps(poses: np.ndarray) -> np.ndarray:
    """Converts pose tensors (B, T, rows, 6) whose last row holds ground steps and height to places, in place."""
    row = poses[:, :, -1]
    row[:, :, 3:] = 0
    height = row[:, :, 1] - row[:, :1, 1]
    ground = row[:, :, 0:3:2]
    way = np.cumsum(ground, axis=1)
    way -= ground[:, :1].copy()
    row[:, :, 0:3:2] = way * np.float32(STEP)
    row[:, :, 1] = height * np.float32(HEIGHT)
    return poses


def to_steps(poses: np.ndarray) -> np.ndarray:
    """Converts places to ground steps and height, as a copy. The first frame's step is set to the second's."""
    poses = np.array(poses, np.float32)
    row = poses[:, :, -1]
    steps = np.diff(row[:, :, 0:3:2], axis=1) / np.float32(STEP)
    row[:, 1:, 0:3:2] = steps
    row[:, :1, 0:3:2] = steps[:, :1]
    row[:, :, 1] /= np.float32(HEIGHT)
    row[:, :, 3:] = 0
    return poses
