"""What a pack says of its auto-encoder: the sizes that the network in numpy and the one in torch are built from."""

from __future__ import annotations

from dataclasses import dataclass

STEP = 1 / 30
"""Metres of an integrated step of one: steps are of the size of the other outputs then, or their gradients drown
those of the rotations."""

HEIGHT = 0.3
"""Metres of a height of one, for the same reason."""


@dataclass(frozen=True)
class NetworkSize:
    """Sizes of the network, as a pack declares them.

    rows: of the pose tensor (joints and the translation row), six numbers each.
    latent: width of CLIP's space.
    position_base: of the sinusoidal positions; the paper's 10000 leaves three quarters of the channels all but
        constant over the 120 frames of the longest window.
    pre_norm: whether layers normalise what they read instead of what they leave; the paper's do the latter.
        Normalising first learns several times faster, and movement before pose is not lost on the way.
    integrates_translation: whether the network reads and writes the way over the ground as steps from frame to frame,
        which the decoder sums up; the pose tensor holds the sum either way. Heights are never summed: a body must not
        float off.
    cosines: of the linear part of encoder and decoder (see `model.linear`), over `period` frames; 0, the paper's,
        leaves it out. The transformers then add to what it makes, and the decoder's frames begin with its draft of
        their poses.
    prefix_tokens: that the encoder reads before the frames. The paper has one, whose output is the latent; its released
        code a second one, whose output is not used.
    reader_width, reader_blocks: of what the decoder reads latents by, if it has a linear part.
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
        """Of a pose: what a frame of the pose tensor holds."""
        return self.rows * 6


@dataclass(frozen=True)
class OfficialNetwork:
    """The network of MotionCLIP's released checkpoints, as a pack declares it.

    It is `size`'s with nothing of our own: layers that normalise what they leave, exact GELU, the paper's positions,
    the latent as wide as the layers. The weights lie in the pack under the names that the released code gives them.
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
