"""Computes the layers of transformers in single precision.

Arrays are reused and changed in place where possible: at these sizes allocating memory costs as much as the arithmetic.
Products are those of `products`: by numpy's BLAS, with its own number of threads, where it has one.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from .products import attention_scores, times_transposed, weighted_values
from .tensors import Weights

Activation = Callable[[np.ndarray], np.ndarray]
"""The activation of a feed-forward part; it works in place."""

_CHUNK = 1 << 13  # numbers of an activation at a time: they and the intermediate values fit the cache

# erfc(z) = (a1 t + ... + a5 t^5) exp(-z^2) with t = 1 / (1 + p z), z >= 0, to 1.5e-7
# (Abramowitz and Stegun, Handbook of Mathematical Functions, 7.1.26)
_P = 0.3275911 / np.sqrt(2)
_A = tuple(np.float32(a / 2) for a in (0.254829592, -0.284496736, 1.421413741, -1.453152027, 1.061405429))


@dataclass(frozen=True, eq=False)
class Linear:
    """A linear layer. weight: (out, in). bias: (out,), or None."""

    weight: np.ndarray
    bias: np.ndarray | None

    @classmethod
    def of(cls, weights: Weights, name: str, out: int, into: int) -> Linear:
        """Returns the layer `name`, of `into` numbers to `out`. Raises `TensorError` when it is missing."""
        return cls(weights.float32(f"{name}.weight", out, into), weights.float32(f"{name}.bias", out))

    def after(self, norm: Norm) -> Linear:
        """Returns this layer with the scale and shift of a preceding norm folded in, for the output of `Norm.plain`."""
        return Linear(self.weight * norm.scale, self.bias + self.weight @ norm.shift)

    def __call__(self, x: np.ndarray, out: np.ndarray | None = None) -> np.ndarray:
        """Maps (..., in) to (..., out). out: a contiguous array of that shape to write to; by default a new one."""
        rows = x.reshape(-1, x.shape[-1])
        if out is not None:
            out = out.reshape(len(rows), -1)
        out = times_transposed(rows, self.weight, out)
        if self.bias is not None:
            out += self.bias
        return out.reshape(*x.shape[:-1], -1)


@dataclass(frozen=True, eq=False)
class Norm:
    """A layer normalisation. scale, shift: (width,)."""

    scale: np.ndarray
    shift: np.ndarray
    epsilon: float = 1e-5

    @classmethod
    def of(cls, weights: Weights, name: str, width: int, epsilon: float = 1e-5) -> Norm:
        """Returns the norm `name`. Raises `TensorError` when it is missing."""
        return cls(weights.float32(f"{name}.weight", width), weights.float32(f"{name}.bias", width), epsilon)

    def plain(self, x: np.ndarray) -> np.ndarray:
        """Normalises (..., width) to mean zero and variance one, without scale and shift."""
        width = x.shape[-1]
        mean = np.dot(x, np.full(width, 1 / width, np.float32))  # several times as fast as `mean`
        out = x - mean[..., None]
        spread = np.einsum("...i,...i->...", out, out)
        spread /= width
        spread += self.epsilon
        np.sqrt(spread, out=spread)
        np.reciprocal(spread, out=spread)
        out *= spread[..., None]
        return out

    def __call__(self, x: np.ndarray) -> np.ndarray:
        out = self.plain(x)
        out *= self.scale
        out += self.shift
        return out


def attend(qkv: np.ndarray, heads: int, mask: np.ndarray | None = None, causal: bool = False) -> np.ndarray:
    """Computes the self-attention of T tokens: (B, T, 3 * width) to (B, T, width).

    qkv: queries, keys and values side by side; the queries are scaled already (see `scaled_queries`).
    mask: (B, T) whether a token may be read; by default all may.
    causal: whether a token reads only itself and those before it.
    """
    batch, tokens, width = *qkv.shape[:2], qkv.shape[2] // 3
    q, k, v = qkv.reshape(batch, tokens, 3, heads, width // heads).transpose(2, 0, 3, 1, 4)
    return _read(q, k, v, mask, causal)


def attend_first(q: np.ndarray, kv: np.ndarray, heads: int, mask: np.ndarray | None = None) -> np.ndarray:
    """Computes the attention of the first of T tokens to all: query (B, 1, width), keys and values (B, T, 2 * width),
    to (B, 1, width).

    Otherwise as `attend`.
    """
    batch, tokens, width = *kv.shape[:2], kv.shape[2] // 2
    k, v = kv.reshape(batch, tokens, 2, heads, width // heads).transpose(2, 0, 3, 1, 4)
    return _read(q.reshape(batch, 1, heads, -1).transpose(0, 2, 1, 3), k, v, mask)


def _read(q: np.ndarray, k: np.ndarray, v: np.ndarray, mask: np.ndarray | None, causal: bool = False) -> np.ndarray:
    """Computes the attention (B, T, width) of queries, keys and values (B, heads, T, head width)."""
    scores = attention_scores(q, k)
    if mask is not None:
        scores += np.where(mask, np.float32(0), np.float32(-1e9))[:, None, None]
    if causal:
        scores += np.triu(np.full(scores.shape[-2:], -1e9, np.float32), 1)
    scores -= scores.max(axis=-1, keepdims=True)
    np.exp(scores, out=scores)
    scores /= scores.sum(axis=-1, keepdims=True)
    return weighted_values(scores, v).transpose(0, 2, 1, 3).reshape(len(q), q.shape[2], -1)


def scaled_queries(qkv: Linear, heads: int) -> Linear:
    """Returns the layer for queries, keys and values with attention's scale, 1 / sqrt(head width), folded into the
    queries."""
    assert qkv.bias is not None  # attention's layers have one
    width = qkv.weight.shape[0] // 3
    scale = np.ones(3 * width, np.float32)
    scale[:width] = (width // heads) ** -0.5
    return Linear(qkv.weight * scale[:, None], qkv.bias * scale)


def gelu(x: np.ndarray) -> np.ndarray:
    """Computes GELU by the error function (Hendrycks and Gimpel, 2016), exact to 2e-7, in place, and returns it.

    x Phi(x) = max(x, 0) - |x| erfc(|x| / sqrt 2) / 2.
    """
    flat = x.reshape(-1)
    for start in range(0, len(flat), _CHUNK):
        part = flat[start : start + _CHUNK]
        size = np.abs(part)
        t = size * np.float32(_P)
        t += 1
        np.reciprocal(t, out=t)
        tail = t * _A[4]
        for factor in (_A[3], _A[2], _A[1], _A[0]):
            tail += factor
            tail *= t
        tail *= size
        np.multiply(part, part, out=t)
        t *= np.float32(-0.5)
        np.exp(t, out=t)
        tail *= t
        np.maximum(part, 0, out=part)
        part -= tail
    return x


def quick_gelu(x: np.ndarray) -> np.ndarray:
    """Computes x sigmoid(1.702 x), which OpenAI's CLIP uses instead of GELU, in place, and returns it."""
    flat = x.reshape(-1)
    with np.errstate(over="ignore"):  # far below zero the result is zero
        for start in range(0, len(flat), _CHUNK):
            part = flat[start : start + _CHUNK]
            under = part * np.float32(-1.702)
            np.exp(under, out=under)
            under += 1
            part /= under
    return x


class ResidualLayer:
    """The layer of CLIP's towers, in the names of OpenAI and open_clip: self-attention and feed-forward, each
    normalising its input and adding its output."""

    def __init__(
        self, weights: Weights, width: int, heads: int, activation: Activation = gelu, causal: bool = False
    ) -> None:
        """Builds the layer. causal: whether a token reads only itself and those before it.

        Raises `TensorError` for other weights.
        """
        self._heads, self._activation, self._causal = heads, activation, causal
        self._norms = Norm.of(weights, "ln_1", width), Norm.of(weights, "ln_2", width)
        inside = weights.float32("attn.in_proj_weight", 3 * width, width)
        qkv = Linear(inside, weights.float32("attn.in_proj_bias", 3 * width))
        self._qkv = scaled_queries(qkv, heads).after(self._norms[0])
        self._out = Linear.of(weights, "attn.out_proj", width, width)
        self._up = Linear.of(weights, "mlp.c_fc", 4 * width, width).after(self._norms[1])
        self._down = Linear.of(weights, "mlp.c_proj", width, 4 * width)

    def __call__(self, x: np.ndarray) -> None:
        """Adds the outputs of attention and feed-forward to x (B, T, width), in place."""
        x += self._out(attend(self._qkv(self._norms[0].plain(x)), self._heads, causal=self._causal))
        x += self._down(self._activation(self._up(self._norms[1].plain(x))))
