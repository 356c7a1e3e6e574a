"""Runs the default text tower, all-MiniLM-L6-v2, in numpy: encodes prompts in CLIP's space.

A BERT encoder (Devlin et al., NAACL 2019) whose outputs are averaged over a prompt's tokens (Reimers and Gurevych,
"Sentence-BERT", EMNLP 2019), then the pack's text adapter, if it has one, and its projection to CLIP's width. The
tower's weights ship with the extension, as eight-bit integers.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from ..clip_kinds import ClipSpec
from ..errors import UserError
from .layers import Linear, Norm, attend, gelu, scaled_queries
from .tensors import GROUP, Weights, dequantised, read_tensors
from .text_adapter import Adapter
from .tokenizer import WordPiece

FOLDER = Path(__file__).resolve().parents[2] / "assets" / "text_tower"
LAYERS, WIDTH, HEADS, FEED_FORWARD, POSITIONS = 6, 384, 12, 1536, 512
EPSILON = 1e-12  # of its norms

_BATCH = 32


def tower_arrays(spec: ClipSpec, folder: Path = FOLDER) -> dict[str, np.ndarray]:
    """Reads the shipped tower's arrays as they are stored, and checks them.

    Raises `UserError` when `spec` describes another tower, or a file is missing or damaged.
    """
    try:
        described = json.loads((folder / "tower.json").read_text(encoding="utf-8"))
        if described["source_sha256"] != spec.sha256:
            raise UserError(
                "This pack's text encoder is not the one that ships with the extension; choose another pack, or update."
            )
        return read_tensors(folder / "weights.safetensors", described["weights_sha256"])
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise UserError(
            f"The text encoder in {folder} is missing or damaged ({error}); install the extension again."
        ) from error


def load_tokenizer(folder: Path = FOLDER) -> WordPiece:
    """Loads the shipped tower's vocabulary. Raises `UserError` when it is missing or damaged."""
    try:
        return WordPiece.load(folder / "vocab.txt")
    except (OSError, ValueError) as error:
        raise UserError(f"The vocabulary in {folder} is missing or damaged; install the extension again.") from error


class TextTower:
    """Encodes prompts as unnormalised embeddings, as MotionCLIP's decoder takes them."""

    def __init__(
        self,
        arrays: dict[str, np.ndarray],
        tokenizer: WordPiece,
        projection: np.ndarray,
        longest: int,
        adapter: Adapter | None = None,
    ) -> None:
        """Builds the tower. projection: (latent, `WIDTH`). longest: tokens that are read of a prompt."""
        weights = Weights(arrays)
        self._tokenizer, self._longest = tokenizer, min(longest, POSITIONS)
        # a prompt uses about ten of thirty thousand rows, so rows are converted to float32 when they are looked up
        self._words = weights.stored("words", len(tokenizer), WIDTH)
        self._word_scales = weights.float32("words.scale", len(tokenizer), WIDTH // GROUP)
        self._positions = weights.float32("positions", POSITIONS, WIDTH)
        self._norm = Norm.of(weights, "norm", WIDTH, EPSILON)
        self._layers = [_Layer(weights.within(f"layers.{i}")) for i in range(LAYERS)]
        self._projection, self._adapter = np.ascontiguousarray(projection, np.float32), adapter

    def __call__(self, prompts: Sequence[str]) -> np.ndarray:
        """Encodes prompts, (n, latent) float32. Prompts of similar length are read together, which reduces padding."""
        order = sorted(range(len(prompts)), key=lambda i: len(prompts[i]))
        out = np.empty((len(prompts), len(self._projection)), np.float32)
        for start in range(0, len(order), _BATCH):
            part = order[start : start + _BATCH]
            out[part] = self._read(self._tokenizer.batch([prompts[i] for i in part], self._longest))
        return out

    def left_out(self, prompt: str) -> int:
        """Returns how many tokens of a prompt are not read, because it is too long."""
        return self._tokenizer.left_out(prompt, self._longest)

    def _read(self, tokens: np.ndarray) -> np.ndarray:
        """Encodes token ids (n, T), (n, latent)."""
        there = tokens != self._tokenizer.pad
        ids = tokens.reshape(-1)
        x = dequantised(self._words[ids], self._word_scales[ids]).reshape(*tokens.shape, WIDTH)
        x += self._positions[: tokens.shape[1]]
        x = self._norm(x)
        mask = None if there.all() else there
        for layer in self._layers:
            x = layer(x, mask)
        counts = there.sum(axis=1, keepdims=True, dtype=np.float32)
        mean = np.einsum("bt,btw->bw", there.astype(np.float32), x) / counts
        if self._adapter is not None:
            mean += self._adapter(x, there, mean)
        return mean @ self._projection.T


class _Layer:
    """Self-attention and feed-forward, each with a residual sum and normalised after it."""

    def __init__(self, weights: Weights) -> None:
        self._qkv = scaled_queries(Linear.of(weights, "qkv", 3 * WIDTH, WIDTH), HEADS)
        self._out = Linear.of(weights, "out", WIDTH, WIDTH)
        self._norm1 = Norm.of(weights, "norm1", WIDTH, EPSILON)
        self._up = Linear.of(weights, "up", FEED_FORWARD, WIDTH)
        self._down = Linear.of(weights, "down", WIDTH, FEED_FORWARD)
        self._norm2 = Norm.of(weights, "norm2", WIDTH, EPSILON)

    def __call__(self, x: np.ndarray, mask: np.ndarray | None) -> np.ndarray:
        read = self._out(attend(self._qkv(x), HEADS, mask))
        read += x
        x = self._norm1(read)
        made = self._down(gelu(self._up(x)))
        made += x
        return self._norm2(made)
