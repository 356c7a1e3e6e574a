"""Builds CLIP's image tower: a small vision transformer of open_clip's, trained on rendered frames and captions."""

from __future__ import annotations

from pathlib import Path
from typing import cast

import torch
from safetensors.torch import save_file
from torch import Tensor, nn

from ..files import whole_path
from ..inference.image_tower import MEAN, SPREAD
from ..pack import ImageSpec
from .clip import create_model


def vision_transformer(spec: ImageSpec, width: int) -> nn.Module:
    """Creates open_clip's vision transformer of `spec`, randomly initialised: (B, 3, size, size) to (B, width)."""
    config = {
        "embed_dim": width,
        "vision_cfg": vars(spec),
        # open_clip builds both towers; the text tower is discarded
        "text_cfg": {"context_length": 8, "vocab_size": 64, "width": 64, "heads": 1, "layers": 1},
    }
    return cast("nn.Module", create_model("motionclip-frames", config).visual)


def normalised(images: Tensor) -> Tensor:
    """Converts images (B, 3, H, W) uint8 to the transformer's input."""
    mean, spread = (torch.tensor(v, device=images.device)[:, None, None] for v in (MEAN, SPREAD))
    return (images.float() / 255 - mean) / spread


def save_image_tower(transformer: nn.Module, path: Path) -> None:
    """Writes the weights in half precision, whole or not at all."""
    tensors = {name: tensor.detach().half().contiguous() for name, tensor in transformer.state_dict().items()}
    with whole_path(path) as temporary:
        save_file(tensors, temporary)
