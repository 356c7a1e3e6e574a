"""Runs CLIP's image tower in numpy: open_clip's vision transformer, pre-norm with a class token.

Dosovitskiy et al., "An image is worth 16x16 words" (ICLR 2021).
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from ..pack import ImageSpec
from .layers import Activation, Norm, ResidualLayer, gelu
from .products import times_transposed
from .tensors import Weights

# The mean and spread of colours that open_clip normalises by (those of CLIP's training images)
MEAN = (0.48145466, 0.4578275, 0.40821073)
SPREAD = (0.26862954, 0.26130258, 0.27577711)

_SHARPNESS = -0.5  # of the cubic filter (Keys, 1981), as Pillow has it


def squared(pixels: np.ndarray, size: int) -> np.ndarray:
    """Scales an image (H, W, 3) uint8 so that its shorter side is `size` long, and crops the middle, (size, size, 3)
    uint8.

    Follows open_clip with torchvision and Pillow: the longer side and the margins are rounded as there, and the width
    is resampled to whole levels before the height. All levels then equal Pillow's within one. (Pillow 13 resamples the
    height of some tall images first. Levels beyond black and white are then cut off in another order: in tall images of
    noise up to 2 % of the levels differ by more than one, by up to 21; in smooth ones none does.)
    """
    height, width = pixels.shape[:2]
    rows, columns = (max(size * side // min(height, width), size) for side in (height, width))
    top, left = round((rows - size) / 2), round((columns - size) / 2)
    down, used_rows = _cubic(height, rows, top, size)
    across, used_columns = _cubic(width, columns, left, size)
    image = np.moveaxis(np.asarray(pixels[used_rows, used_columns], np.float32), -1, 0)
    image = _levels(down @ _levels(image @ across.T))
    return np.moveaxis(image, 0, -1).astype(np.uint8)


def _levels(image: np.ndarray) -> np.ndarray:
    """Rounds to the nearest of the 256 levels, half-way values up; still as float32."""
    return np.floor(image + np.float32(0.5)).clip(0, 255)


def _cubic(length: int, wanted: int, first: int, count: int) -> tuple[np.ndarray, slice]:
    """Returns how a line of `length` pixels is resampled to `wanted`, smoothed if it is shortened.

    The matrix (count, n) makes the `count` pixels from `first` on, of the n pixels that the slice tells: a long line
    would have more weights than fit into memory.
    """
    scale = length / wanted
    reach = max(scale, 1.0)
    centres = (np.arange(first, first + count) + 0.5) * scale
    used = slice(max(int(centres[0] - 2 * reach), 0), min(int(centres[-1] + 2 * reach) + 1, length))
    at = np.abs((np.arange(used.start, used.stop) + 0.5 - centres[:, None]) / reach)
    a = _SHARPNESS
    near = ((a + 2) * at - (a + 3)) * at * at + 1
    far = ((a * at - 5 * a) * at + 8 * a) * at - 4 * a
    weights = np.where(at <= 1, near, np.where(at < 2, far, 0.0))
    return (weights / weights.sum(axis=1, keepdims=True)).astype(np.float32), used


class ImageTower:
    """Encodes images as unnormalised embeddings, as long as those of captions, so that the decoder can take them."""

    def __init__(self, weights: Weights, spec: ImageSpec, latent: int, activation: Activation = gelu) -> None:
        """Builds the tower. latent: width of CLIP's space. Raises `TensorError` for weights of another tower."""
        self._spec, width = spec, spec.width
        patch, self._side = spec.patch_size, spec.image_size // spec.patch_size
        self._patches = weights.float32("conv1.weight", width, 3, patch, patch).reshape(width, -1)
        self._class = weights.float32("class_embedding", width)
        self._positions = weights.float32("positional_embedding", self._side**2 + 1, width)
        self._before, self._after = Norm.of(weights, "ln_pre", width), Norm.of(weights, "ln_post", width)
        self._layers = [
            ResidualLayer(weights.within(f"transformer.resblocks.{i}"), width, width // spec.head_width, activation)
            for i in range(spec.layers)
        ]
        self._projection = weights.float32("proj", width, latent)

    def __call__(self, images: Sequence[np.ndarray]) -> np.ndarray:
        """Encodes images (H, W, 3) uint8 of any sizes as (n, latent) float32."""
        return self.read(np.stack([squared(image, self._spec.image_size) for image in images]))

    def read(self, images: np.ndarray) -> np.ndarray:
        """Encodes square images (n, size, size, 3) uint8 as (n, latent) float32."""
        side, patch = self._side, self._spec.patch_size
        colours = images[:, : side * patch, : side * patch].astype(np.float32)
        colours /= 255
        colours -= np.array(MEAN, np.float32)
        colours /= np.array(SPREAD, np.float32)
        cut = colours.reshape(len(images), side, patch, side, patch, 3).transpose(0, 1, 3, 5, 2, 4)
        x = np.empty((len(images), side**2 + 1, self._spec.width), np.float32)
        x[:, 0] = self._class
        pieces = cut.reshape(len(images) * side**2, -1)
        x[:, 1:] = times_transposed(pieces, self._patches).reshape(len(images), side**2, -1)
        x += self._positions
        x = self._before(x)
        for layer in self._layers:
            layer(x)
        return self._after(x[:, 0]) @ self._projection
