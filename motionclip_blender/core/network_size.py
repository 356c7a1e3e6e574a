"""Defines the sizes of a pack's auto-encoder, which the networks in numpy and in torch are built from."""

from __future__ import annotations

from dataclasses import dataclass

STEP = 1 / 30
"""Metres for an integrated step of 1. It brings steps to the magnitude of the other outputs; otherwise their gradients
would vanish beside those of the rotations."""

HEIGHT = 0.3
"""Metres for a height of 1, for the same reason."""


WINDOW = 60
"""Frames of a window, the length that MotionCLIP was published with."""


@dataclass(frozen=True)
class NetworkSize:
    """Sizes of the network, as a pack declares them.

    rows: rows of the pose tensor (joints and the translation row), six numbers each.
    latent: width of CLIP's space.
    position_base: base of the sinusoidal positions; the released code's 10000 leaves three quarters of the channels
        nearly constant over the 120 frames of the longest window.
    pre_norm: whether layers normalise their inputs; the released code's normalise their outputs.
        Normalising inputs learns several times faster, and loses less of the movement.
    integrates_translation: whether the network reads and writes the path over the ground as steps from frame to frame,
        which the decoder sums up; the pose tensor holds the sum either way. Heights are never summed, because a body
        must not drift off the floor.
    cosines: number of cosines of the linear part of encoder and decoder (see `model.linear`), over `period` frames; 0,
        as in the paper, leaves the linear part out. With it, the transformers add to its output, and the decoder's
        frames start from its draft of their poses.
    prefix_tokens: tokens that the encoder reads before the frames. The paper has one, whose output is the latent; its
        released code has a second one, whose output is not used.
    reader_width, reader_blocks: sizes of the adapter by which the decoder reads latents, if it has a linear part.
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
    integrates_translation: bool = False
    cosines: int = 0
    period: int = 120
    reader_width: int = 1024
    reader_blocks: int = 2
    prefix_tokens: int = 2

    @property
    def numbers(self) -> int:
        """How many numbers a frame of the pose tensor holds."""
        return self.rows * 6


@dataclass(frozen=True)
class OfficialNetwork:
    """The network of MotionCLIP's released checkpoints, as a pack declares it.

    It is the network of `size` without this project's changes: layers normalise their outputs, GELU is exact, positions
    have the base 10000, and the latent is as wide as the layers. The weights keep the names of the released code.
    """

    rows: int
    width: int = 512
    layers: int = 8
    heads: int = 4
    feed_forward: int = 1024
    dropout: float = 0.1

    @property
    def size(self) -> NetworkSize:
        """The sizes that the networks are built from."""
        return NetworkSize(
            self.rows, self.width, self.layers, self.heads, self.feed_forward, latent=self.width, dropout=self.dropout
        )
