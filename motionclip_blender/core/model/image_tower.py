"""CLIP's image side: a vision transformer of open_clip's, small, trained on rendered frames and their captions."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import torch
from safetensors import SafetensorError
from safetensors.torch import load_file, save_file
from torch import Tensor, nn
from torch.nn import functional as F

from ..errors import UserError
from ..files import whole_path
from ..pack import ImageSpec, Pack
from .clip import create_model

# The mean and spread of colours that open_clip normalises by (those of CLIP's training images)
_MEAN = (0.48145466, 0.4578275, 0.40821073)
_SPREAD = (0.26862954, 0.26130258, 0.27577711)


def vision_transformer(spec: ImageSpec, width: int) -> nn.Module:
    """open_clip's vision transformer of `spec`, randomly initialised: (B, 3, size, size) to (B, width)."""
    config = {
        "embed_dim": width,
        "vision_cfg": vars(spec),
        # open_clip builds both towers; this one is thrown away
        "text_cfg": {"context_length": 8, "vocab_size": 64, "width": 64, "heads": 1, "layers": 1},
    }
    return create_model("motionclip-frames", config)[1].visual


def squared(pixels: np.ndarray, size: int) -> Tensor:
    """(3, size, size) uint8 of an image (H, W, 3) uint8: its shorter side made `size` long, the middle cut out."""
    image = torch.from_numpy(np.array(pixels)).permute(2, 0, 1)[None]
    height, width = image.shape[-2:]
    scale = size / min(height, width)
    shape = max(round(height * scale), size), max(round(width * scale), size)
    image = F.interpolate(image.float(), shape, mode="bicubic", antialias=True, align_corners=False)
    top, left = (shape[0] - size) // 2, (shape[1] - size) // 2
    return image[0, :, top : top + size, left : left + size].round().clamp(0, 255).byte()


def normalised(images: Tensor) -> Tensor:
    """(B, 3, H, W) uint8 as the transformer reads them."""
    mean, spread = (torch.tensor(v, device=images.device)[:, None, None] for v in (_MEAN, _SPREAD))
    return (images.float() / 255 - mean) / spread


class ImageTower:
    """Images to embeddings, unnormalised, of a captions' embedding's length: the decoder may be fed them."""

    def __init__(self, transformer: nn.Module, spec: ImageSpec) -> None:
        self.transformer, self.spec = transformer.eval().requires_grad_(False), spec

    @torch.inference_mode()
    def __call__(self, images: list[np.ndarray]) -> Tensor:
        """Images (H, W, 3) uint8 of any sizes -> (n, latent) float32."""
        batch = torch.stack([squared(image, self.spec.image_size) for image in images])
        return self.transformer(normalised(batch)).float()


def load_image_tower(pack: Pack) -> ImageTower:
    """The pack's image tower. Raises `UserError` when it has none, or its file is damaged."""
    if pack.image is None:
        raise UserError(f"The pack {pack.name} cannot read images; choose a pack with an image tower.")
    transformer = vision_transformer(pack.image, pack.clip.width)
    try:
        tensors = load_file(pack.image_path)
        transformer.load_state_dict({name: tensor.float() for name, tensor in tensors.items()})
    except (SafetensorError, OSError, ValueError, RuntimeError) as error:
        raise UserError(f"{pack.image_path} is damaged or of another tower; install the pack again.") from error
    return ImageTower(transformer, pack.image)


def save_image_tower(transformer: nn.Module, path: Path) -> None:
    """Writes the weights in half precision, whole or not at all."""
    tensors = {name: tensor.detach().half().contiguous() for name, tensor in transformer.state_dict().items()}
    with whole_path(path) as temporary:
        save_file(tensors, temporary)
