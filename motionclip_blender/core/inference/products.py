"""Multiplies matrices in single precision by whatever this numpy does fastest.

The numpy of blender.org's builds has no BLAS: it is compiled where none is installed. Its `matmul` is then a plain
loop, several times slower than the vectorised loops of its `einsum`, which need no BLAS. Where there is one, it is as
fast or much faster. numpy does not say reliably what it was compiled with, so both are timed once.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from functools import cache

import numpy as np

_SHAPE = (16, 384, 384)  # rows, numbers in and out: a prompt's tokens in a layer of the text tower
_REPEATS = 5  # the fastest of them counts, so that other programs do not decide
_MARGIN = 2.0  # without BLAS einsum is four to five times as fast; with one it seldom is faster at all


@cache
def without_blas() -> bool:
    """Whether numpy's `matmul` is much slower than its `einsum` here. Takes 2 to 12 ms, once."""
    rows, into, out = _SHAPE
    x, weight = np.ones((rows, into), np.float32), np.ones((out, into), np.float32)
    return _fastest(lambda: np.dot(x, weight.T)) > _MARGIN * _fastest(lambda: np.einsum("ik,jk->ij", x, weight))


def _fastest(work: Callable[[], object]) -> float:
    times = []
    for _ in range(_REPEATS):
        start = time.perf_counter()
        work()
        times.append(time.perf_counter() - start)
    return min(times)


def times_transposed(x: np.ndarray, weight: np.ndarray, out: np.ndarray | None = None) -> np.ndarray:
    """Returns x (rows, in) times the transpose of weight (out, in): (rows, out). out: an array to write to."""
    if without_blas():
        return np.einsum("ik,jk->ij", x, weight, out=out)
    return np.dot(x, weight.T, out=out)


def attention_scores(queries: np.ndarray, keys: np.ndarray) -> np.ndarray:
    """Returns the products (..., T, S) of queries (..., T, D) and keys (..., S, D)."""
    if without_blas():
        return np.einsum("...td,...sd->...ts", queries, keys)
    return np.matmul(queries, keys.swapaxes(-1, -2))


def weighted_values(shares: np.ndarray, values: np.ndarray) -> np.ndarray:
    """Returns the sums (..., T, D) of values (..., S, D), weighted by shares (..., T, S)."""
    if without_blas():
        # einsum is fast where it sums along the last axis of both
        return np.einsum("...ts,...ds->...td", shares, np.ascontiguousarray(values.swapaxes(-1, -2)))
    return np.matmul(shares, values)
