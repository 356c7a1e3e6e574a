"""Runs the text adapter in numpy: what a pack adds to the embeddings of the text tower, so that texts of one action lie
together, and those that sound alike and move otherwise lie apart.

The tower's embedding is the mean of its tokens, in which "forward" and "backward" are one of ten. The adapter reads the
tokens again, with learned queries (attention pooling; Lee et al., "Set Transformer", ICML 2019), and adds the result of
a small network to the mean. A text that it was not trained on stays near to where it was.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from typing import Protocol

import numpy as np

from ..clip_kinds import AdapterSize
from .layers import Linear, Norm, gelu
from .products import times_transposed
from .tensors import TensorError, Weights

PREFIX = "text_adapter."
"""Prefix of the names of its arrays in a pack."""

MOST_HEADS, MOST_WIDTH = 64, 8192


class Adapter(Protocol):
    """What a text tower asks of an adapter."""

    def __call__(self, tokens: np.ndarray, there: np.ndarray, mean: np.ndarray) -> np.ndarray:
        """Returns what is added to the means (n, W) of texts, of their tokens (n, T, W). there: (n, T), not padding."""
        ...


class TextAdapter:
    """A loaded adapter for tokens of `width` numbers."""

    def __init__(self, weights: Weights, size: AdapterSize, width: int) -> None:
        """Builds the adapter. Raises `TensorError` for arrays that are missing or of another size."""
        heads, read = size.heads, size.heads * size.head_width
        self._queries = weights.float32("queries", heads, width)
        values = weights.float32("values", read, width)
        self._values = values.reshape(heads, size.head_width, width)
        self._norm = Norm.of(weights, "norm", width + read)
        self._up = Linear.of(weights, "up", size.hidden, width + read).after(self._norm)
        self._down = Linear.of(weights, "down", width, size.hidden)
        weights.check_all_used()

    def __call__(self, tokens: np.ndarray, there: np.ndarray, mean: np.ndarray) -> np.ndarray:
        """Returns what is added to the means (n, W) of texts, (n, W) float32.

        tokens: (n, T, W), the tower's last states. there: (n, T), whether a token is one, and no padding.
        """
        heads, width = self._queries.shape
        scores = times_transposed(tokens.reshape(-1, width), self._queries).reshape(*tokens.shape[:2], heads)
        scores -= np.where(there, np.float32(0), np.float32(1e9))[..., None]
        scores -= scores.max(axis=1, keepdims=True)
        shares = np.exp(scores)
        shares /= shares.sum(axis=1, keepdims=True)
        pooled = np.matmul(shares.transpose(2, 0, 1)[:, :, None], tokens)[:, :, 0]  # (heads, n, W)
        read = np.matmul(pooled, self._values.transpose(0, 2, 1))  # (heads, n, head width)
        joined = np.concatenate((mean, read.transpose(1, 0, 2).reshape(len(mean), -1)), axis=1)
        return self._down(gelu(self._up(self._norm.plain(joined))))


def adapter_arrays(arrays: Mapping[str, np.ndarray]) -> dict[str, np.ndarray]:
    """Returns those of a pack's arrays that are its text adapter's, without `PREFIX`."""
    return {name.removeprefix(PREFIX): array for name, array in arrays.items() if name.startswith(PREFIX)}


def adapter_size(arrays: Mapping[str, np.ndarray]) -> AdapterSize:
    """Returns the size of the adapter of these arrays. Raises `TensorError` for arrays of something else."""
    try:
        queries, values, up = (arrays[name].shape for name in ("queries", "values", "up.weight"))
        heads, width, hidden = queries[0], values[0] // queries[0], up[0]
    except (KeyError, IndexError, ZeroDivisionError) as error:
        raise TensorError("it holds no text adapter") from error
    if heads > MOST_HEADS or width > MOST_WIDTH or hidden > MOST_WIDTH:
        raise TensorError("its text adapter is larger than any that this release reads")
    return AdapterSize(heads, width, hidden)


def adapter_digest(arrays: Mapping[str, np.ndarray]) -> str:
    """Returns a SHA-256 of an adapter's numbers in half precision, by which one is told from another; "" of none."""
    if not arrays:
        return ""
    digest = hashlib.sha256()
    for name in sorted(arrays):
        digest.update(f"{name} {arrays[name].shape}\n".encode())
        digest.update(np.ascontiguousarray(arrays[name], np.float16).tobytes())
    return digest.hexdigest()
