"""CLIP's image side in numpy: open_clip's vision transformer, pre-norm with a class token.

Dosovitskiy et al., "An image is worth 16x16 words" (ICLR 2021).
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from ..pack import ImageSpec
from .layers import Linear, Norm, attend, gelu, scaled_queries
from .tensors import Weights

# The mean and spread of colours that open_clip normalises by (those of CLIP's training images)
MEAN = (0.48145466, 0.4578275, 0.40821073)
SPREAD = (0.26862954, 0.26130258, 0.27577711)

_SHARPNESS = -0.5  # of the cubic filter (Keys, 1981): that of Pillow, and of torch where it anti-aliases


def squared(pixels: np.ndarray, size: int) -> np.ndarray:
    """(size, size, 3) uint8 of an image (H, W, 3) uint8: its shorter side made `size` long, the middle cut out."""
    height, width = pixels.shape[:2]
    scale = size / min(height, width)
    rows, columns = max(round(height * scale), size), max(round(width * scale), size)
    top, left = (rows - size) // 2, (columns - size) // 2
    down = _cubic(height, rows)[top : top + size]
    across = _cubic(width, columns)[left : left + size]
    image = np.moveaxis(np.asarray(pixels, np.float32), -1, 0)
    return np.moveaxis(down @ (image @ across.T), 0, -1).round().clip(0, 255).astype(np.uint8)


def _cubic(length: int, wanted: int) -> np.ndarray:
    """(wanted, length): what resamples a line of `length` pixels to `wanted`, smoothed where it is made shorter."""
    scale = length / wanted
    reach = max(scale, 1.0)
    centres = (np.arange(wanted)[:, None] + 0.5) * scale
    at = np.abs((np.arange(length) + 0.5 - centres) / reach)
    a = _SHARPNESS
    near = ((a + 2) * at - (a + 3)) * at * at + 1
    far = ((a * at - 5 * a) * at + 8 * a) * at - 4 * a
    weights = np.where(at <= 1, near, np.where(at < 2, far, 0.0))
    return (weights / weights.sum(axis=1, keepdims=True)).astype(np.float32)


class ImageTower:
    """Images to embeddings, unnormalised, of a captions' embedding's length: the decoder may be fed them."""

    def __init__(self, weights: Weights, spec: ImageSpec, latent: int) -> None:
        """latent: width of CLIP's space. Raises `TensorError` for weights of another tower."""
        self._spec, width = spec, spec.width
        patch, self._side = spec.patch_size, spec.image_size // spec.patch_size
        self._patches = weights.float32("conv1.weight", width, 3, patch, patch).reshape(width, -1)
        self._class = weights.float32("class_embedding", width)
        self._positions = weights.float32("positional_embedding", self._side**2 + 1, width)
        self._before, self._after = Norm.of(weights, "ln_pre", width), Norm.of(weights, "ln_post", width)
        self._layers = [_Layer(weights.within(f"transformer.resblocks.{i}"), spec) for i in range(spec.layers)]
        self._projection = weights.float32("proj", width, latent)

    def __call__(self, images: Sequence[np.ndarray]) -> np.ndarray:
        """Images (H, W, 3) uint8 of any sizes to (n, latent) float32."""
        return self.read(np.stack([squared(image, self._spec.image_size) for image in images]))

    def read(self, images: np.ndarray) -> np.ndarray:
        """Squares (n, size, size, 3) uint8 to (n, latent) float32."""
        side, patch = self._side, self._spec.patch_size
        colours = images[:, : side * patch, : side * patch].astype(np.float32)
        colours /= 255
        colours -= np.array(MEAN, np.float32)
        colours /= np.array(SPREAD, np.float32)
        cut = colours.reshape(len(images), side, patch, side, patch, 3).transpose(0, 1, 3, 5, 2, 4)
        x = np.empty((len(images), side**2 + 1, self._spec.width), np.float32)
        x[:, 0] = self._class
        x[:, 1:] = np.dot(cut.reshape(len(images) * side**2, -1), self._patches.T).reshape(len(images), side**2, -1)
        x += self._positions
        x = self._before(x)
        for layer in self._layers:
            layer(x)
        return self._after(x[:, 0]) @ self._projection


class _Layer:
    """Self-attention and feed-forward, each normalising what it reads."""

    def __init__(self, weights: Weights, spec: ImageSpec) -> None:
        width, self._heads = spec.width, spec.width // spec.head_width
        self._norms = Norm.of(weights, "ln_1", width), Norm.of(weights, "ln_2", width)
        inside = weights.float32("attn.in_proj_weight", 3 * width, width)
        qkv = Linear(inside, weights.float32("attn.in_proj_bias", 3 * width))
        self._qkv = scaled_queries(qkv, self._heads).after(self._norms[0])
        self._out = Linear.of(weights, "attn.out_proj", width, width)
        self._up = Linear.of(weights, "mlp.c_fc", 4 * width, width).after(self._norms[1])
        self._down = Linear.of(weights, "mlp.c_proj", width, 4 * width)

    def __call__(self, x: np.ndarray) -> None:
        """Adds to x (B, T, width) what it makes of it, in place."""
        x += self._out(attend(self._qkv(self._norms[0].plain(x)), self._heads))
        x += self._down(gelu(self._up(self._norms[1].plain(x))))
