"""Multiplies matrices in single precision, with or without a BLAS.

The numpy of blender.org's builds has no BLAS: it is compiled where none is installed. Its `matmul` is then a plain
loop, several times slower than the vectorised loops of its `einsum`, which need no BLAS. Where there is one, it is as
fast or much faster. numpy tells what it was compiled with; a measurement would give other last digits from run to run.
"""

from __future__ import annotations

from functools import cache

import numpy as np


@cache
def without_blas() -> bool:
    """Whether numpy was compiled without BLAS."""
    config = vars(np)["__config__"]  # numpy's stubs do not know it
    if (described := getattr(config, "CONFIG", None)) is not None:  # built by Meson, which leaves out what is false
        return not described.get("Build Dependencies", {}).get("blas", {}).get("found", False)
    if (asked := getattr(config, "get_info", None)) is not None:  # by setup.py, as blender.org does
        return not asked("blas_opt")
    return False


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
