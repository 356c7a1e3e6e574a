"""Writes safetensors files in single precision, one array after the other."""

from __future__ import annotations

import errno
import json
import math
import os
import struct
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import BinaryIO

import numpy as np

from ..files import whole_path
from .tensors import TensorError


def write_float32(path: Path, shapes: Mapping[str, tuple[int, ...]], arrays: Iterable[tuple[str, np.ndarray]]) -> None:
    """Writes arrays with these names and shapes, in this order, as they come; whole or not at all.

    Raises `TensorError` for an array of another name or shape, or with numbers that are not finite, and `UserError`
    when the file cannot be written.
    """
    header, end = {}, 0
    for name, shape in shapes.items():
        start, end = end, end + 4 * math.prod(shape)
        header[name] = {"dtype": "F32", "shape": list(shape), "data_offsets": [start, end]}
    text = json.dumps(header).encode()
    text += b" " * (-len(text) % 8)  # aligns the numbers
    with whole_path(path) as temporary, temporary.open("wb") as file:
        _reserve(file, 8 + len(text) + end)
        file.write(struct.pack("<Q", len(text)) + text)
        left = iter(shapes.items())
        for name, array in arrays:
            if (name, array.shape) != next(left, None):
                raise TensorError(f"{name} is not what comes next")
            _write(file, name, array)
        if (missing := next(left, None)) is not None:
            raise TensorError(f"{missing[0]} did not come")


def _reserve(file: BinaryIO, size: int) -> None:
    """Allocates `size` bytes where the system can: a full disk is told at once, and writing takes half the time.

    Raises `OSError` where there is no room for them.
    """
    if not hasattr(os, "posix_fallocate"):  # Windows, macOS
        return
    try:
        os.posix_fallocate(file.fileno(), 0, size)
    except OSError as error:
        if error.errno in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG):
            raise


def _write(file: BinaryIO, name: str, array: np.ndarray) -> None:
    """Raises `TensorError` for an array of other than finite real numbers."""
    if array.dtype.kind != "f":
        raise TensorError(f"{name} holds {array.dtype}, not real numbers")
    with np.errstate(over="ignore"):  # overflow is refused below
        numbers = np.ascontiguousarray(array, "<f4")
    if not np.isfinite(numbers.sum()):
        raise TensorError(f"{name} holds numbers that are not finite")
    file.write(numbers.data)
