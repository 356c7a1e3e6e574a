"""Runs the default text tower as a torch module: the weights and the vocabulary that ship with the extension.

Training uses it to embed thousands of captions, and so does an engine in torch; `core.inference.text_tower` is the same
in numpy.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional as F

from ..clip_kinds import ClipSpec
from ..inference.tensors import Weights
from ..inference.text_tower import EPSILON, FEED_FORWARD, HEADS, LAYERS, POSITIONS, WIDTH, load_tokenizer, tower_arrays
from .text_adapter import TextAdapter


class _Layer(nn.Module):
    """Self-attention and feed-forward, each with a residual sum and normalised after it."""

    def __init__(self) -> None:
        super().__init__()
        self.qkv, self.out = nn.Linear(WIDTH, 3 * WIDTH), nn.Linear(WIDTH, WIDTH)
        self.up, self.down = nn.Linear(WIDTH, FEED_FORWARD), nn.Linear(FEED_FORWARD, WIDTH)
        self.norm1, self.norm2 = nn.LayerNorm(WIDTH, EPSILON), nn.LayerNorm(WIDTH, EPSILON)

    def forward(self, x: Tensor, mask: Tensor) -> Tensor:
        batch, tokens, _ = x.shape
        q, k, v = self.qkv(x).view(batch, tokens, 3, HEADS, -1).permute(2, 0, 3, 1, 4)
        read = F.scaled_dot_product_attention(q, k, v, mask).transpose(1, 2).reshape(x.shape)
        x = self.norm1(x + self.out(read))
        return self.norm2(x + self.down(F.gelu(self.up(x))))


class TextTower(nn.Module):
    """Encodes prompts as unnormalised embeddings, as MotionCLIP's decoder takes them. Frozen.

    width: numbers of a token.
    """

    width = WIDTH

    def __init__(self, spec: ClipSpec, projection: np.ndarray, adapter: TextAdapter | None = None) -> None:
        """Loads the tower. projection: (latent, `WIDTH`). Raises `UserError` when `spec` describes another tower."""
        super().__init__()
        self.tokenizer, self.longest = load_tokenizer(), min(spec.context_length, POSITIONS)
        self.words, self.positions = nn.Embedding(len(self.tokenizer), WIDTH), nn.Embedding(POSITIONS, WIDTH)
        self.norm, self.layers = nn.LayerNorm(WIDTH, EPSILON), nn.ModuleList(_Layer() for _ in range(LAYERS))
        self.projection = nn.Linear(WIDTH, len(projection), bias=False)
        weights = Weights(tower_arrays(spec))
        for name, parameter in self.named_parameters():
            if name == "projection.weight":
                found = projection
            else:
                stored = name.removesuffix(".weight") if name in ("words.weight", "positions.weight") else name
                found = weights.float32(stored, *parameter.shape)
            parameter.data.copy_(torch.from_numpy(np.ascontiguousarray(found, np.float32)))
        self.adapter = adapter
        self.eval().requires_grad_(False)

    def forward(self, tokens: Tensor) -> Tensor:
        """Encodes padded token ids (n, T), (n, latent)."""
        x, there = self.states(tokens)
        mean = (x * there[..., None]).sum(dim=1) / there.sum(dim=1, keepdim=True)
        return self.projection(mean if self.adapter is None else mean + self.adapter(x, there, mean))

    def states(self, tokens: Tensor) -> tuple[Tensor, Tensor]:
        """Returns the last states (n, T, `WIDTH`) of padded token ids (n, T), and (n, T) which are no padding."""
        there = tokens != self.tokenizer.pad
        x = self.norm(self.words(tokens) + self.positions.weight[: tokens.shape[1]])
        for layer in self.layers:
            x = layer(x, there[:, None, None])
        return x, there

    def tokens(self, prompts: Sequence[str]) -> Tensor:
        """Returns the token ids of prompts on the tower's device, padded to the longest of them, (n, T)."""
        ids = self.tokenizer.batch(list(prompts), self.longest)
        return torch.from_numpy(ids).long().to(self.projection.weight.device)

    def left_out(self, prompt: str) -> int:
        """Returns how many tokens of a prompt are not read, because it is too long."""
        return self.tokenizer.left_out(prompt, self.longest)

    @torch.inference_mode()
    def embed(self, prompts: Sequence[str]) -> np.ndarray:
        """Encodes prompts, (n, latent) float32."""
        return self(self.tokens(prompts)).float().cpu().numpy()
