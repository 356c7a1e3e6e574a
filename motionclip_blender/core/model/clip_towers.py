"""Runs the towers of OpenAI's CLIP by open_clip, where torch is chosen; `core.inference.clip_towers` is the same in
numpy."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

from ..inference.clip_towers import clip_arrays, load_tokenizer, size_of
from ..inference.image_tower import squared
from .clip import create_model
from .image_tower import normalised


class ClipTextTower(nn.Module):
    """Encodes prompts as unnormalised embeddings, as MotionCLIP's decoder takes them. Frozen.

    width: numbers of a token.
    """

    def __init__(self, path: Path, model: str) -> None:
        """Loads the tower. path: a file of CLIP's weights. model: its name in open_clip.

        Raises `UserError` as `clip_arrays`.
        """
        super().__init__()
        self.clip: Any = load_clip(path, model)
        self.clip.visual = nn.Identity()  # the image tower, three fifths of the weights
        size = size_of(model)
        self.tokenizer, self.longest, self.width = load_tokenizer(), size.context, size.text_width

    def forward(self, tokens: Tensor) -> Tensor:
        """Encodes token ids (n, context), (n, width)."""
        return self.clip.encode_text(tokens)

    def left_out(self, prompt: str) -> int:
        """Returns how many tokens of a prompt are not read, because it is too long."""
        return self.tokenizer.left_out(prompt, self.longest)

    @torch.inference_mode()
    def embed(self, prompts: Sequence[str]) -> np.ndarray:
        """Returns (n, width) float32 of prompts."""
        rows = self.tokenizer.batch(list(prompts), self.longest)
        tokens = np.zeros((len(rows), self.longest), np.int64)
        tokens[:, : rows.shape[1]] = rows
        return self(torch.from_numpy(tokens).to(self.clip.text_projection.device)).float().cpu().numpy()


class ClipImageTower(nn.Module):
    """Encodes images as unnormalised embeddings. Frozen."""

    def __init__(self, path: Path, model: str) -> None:
        """Loads the tower. path: a file of CLIP's weights. model: its name in open_clip.

        Raises `UserError` as `clip_arrays`.
        """
        super().__init__()
        self.visual: Any = load_clip(path, model).visual
        self.size = size_of(model).image.image_size

    def forward(self, squares: Tensor) -> Tensor:
        """Encodes square images (n, 3, size, size) uint8, (n, width)."""
        return self.visual(normalised(squares))

    @torch.inference_mode()
    def embed(self, images: Sequence[np.ndarray]) -> np.ndarray:
        """Returns (n, width) float32 of images (H, W, 3) uint8 of any sizes."""
        squares = np.stack([squared(image, self.size) for image in images]).transpose(0, 3, 1, 2)
        return self(torch.from_numpy(squares).to(self.visual.proj.device)).float().cpu().numpy()


def load_clip(path: Path, model: str) -> Any:
    """Loads open_clip's model, which has no types, with the weights of a file, in single precision.

    Raises `UserError` as `clip_arrays`.
    """
    arrays = clip_arrays(path, model)
    made: Any = create_model(model)
    tensors = {name: torch.from_numpy(array.astype(np.float32)) for name, array in arrays.items()}
    tensors["logit_scale"] = made.logit_scale.data
    made.load_state_dict(tensors)
    return made.eval().requires_grad_(False)
