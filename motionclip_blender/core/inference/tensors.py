"""Reads the arrays of safetensors files, and converts them to single precision.

The format: eight bytes with the length of a JSON header, the header (per array its type, shape and place), then the
numbers (https://github.com/huggingface/safetensors). Nothing in such a file can run code.
"""

from __future__ import annotations

import hashlib
import math
import struct
from collections.abc import Iterator, Mapping
from pathlib import Path

import numpy as np

from ..json_text import parsed_json

_TYPES = {"F64": "<f8", "F32": "<f4", "F16": "<f2", "I64": "<i8", "I32": "<i4", "I16": "<i2", "I8": "<i1", "U8": "<u1"}
_SCALE = ".scale"
GROUP = 64
"""Numbers of a row that share a scale. With one scale for a whole row, twice as many prompts are taken for another
motion."""

_CHUNK = 1 << 18  # numbers that are converted at once: they stay in the processor's cache


class TensorError(ValueError):
    """The file does not hold the requested array. The message says which."""


class DamagedFile(TensorError):
    """The file is cut off, altered, or of another format."""


def read_tensors(path: Path, sha256: str | None = None) -> dict[str, np.ndarray]:
    """Returns all arrays of a file, by name, in the shapes and types that its header gives; they share one read-only
    buffer.

    Raises `DamagedFile` for a file that is cut off, altered, or of another format, and `OSError` when it cannot be
    read.
    sha256: the expected digest of the file, in hexadecimal; by default it is not checked.
    """
    data = np.fromfile(path, np.uint8)
    if sha256 is not None and hashlib.sha256(data.data).hexdigest() != sha256:
        raise DamagedFile("its checksum is another than it should be")
    data.setflags(write=False)
    if len(data) < 8:
        raise DamagedFile("it is shorter than a header")
    (length,) = struct.unpack("<Q", data[:8].tobytes())
    if length > len(data) - 8:
        raise DamagedFile("its header is cut off")
    try:
        header = parsed_json(data[8 : 8 + length].tobytes())
        entries = [(name, entry) for name, entry in header.items() if name != "__metadata__"]
        return {name: _array(data[8 + length :], **entry) for name, entry in entries}
    except (AttributeError, TypeError, KeyError, ValueError) as error:
        raise DamagedFile(f"its header is damaged ({error})") from error


def _array(data: np.ndarray, dtype: str, shape: list[int], data_offsets: list[int]) -> np.ndarray:
    start, stop = data_offsets
    kind = np.dtype(_TYPES[dtype])
    if not (all(type(n) is int and n >= 0 for n in (*shape, start, stop)) and start <= stop <= len(data)):
        raise ValueError("an array lies outside of the file")
    if stop - start != math.prod(shape) * kind.itemsize:
        raise ValueError("an array has another size than its shape says")
    return data[start:stop].view(kind).reshape(shape)


class Weights(Mapping[str, np.ndarray]):
    """Arrays by name, each requested with the shape that the network needs, in single precision.

    A name with a companion `NAME.scale` is stored as eight-bit integers; see `quantised`.
    """

    def __init__(self, arrays: Mapping[str, np.ndarray], prefix: str = "", used: set[str] | None = None) -> None:
        """Wraps `arrays`, of any shapes and types.

        used: set of the full names that were requested, to share it between several `Weights`.
        """
        self._arrays, self._prefix = arrays, prefix
        self._used = set() if used is None else used

    def __getitem__(self, name: str) -> np.ndarray:
        """Returns the array in the shape and type in which it is stored."""
        return self._arrays[self._prefix + name]

    def __iter__(self) -> Iterator[str]:
        return (name.removeprefix(self._prefix) for name in self._arrays if name.startswith(self._prefix))

    def __len__(self) -> int:
        return sum(1 for _ in self)

    def within(self, prefix: str) -> Weights:
        """Returns the arrays whose names begin with `prefix` and a dot, by the rest of their names."""
        return Weights(self._arrays, f"{self._prefix}{prefix}.", self._used)

    def check_all_used(self) -> None:
        """Raises `TensorError` when arrays were never requested, which then belong to a larger network."""
        for name in self:
            if self._prefix + name not in self._used:
                raise TensorError(f"it has {self._prefix}{name}, which that network lacks")

    def stored(self, name: str, *shape: int) -> np.ndarray:
        """Returns the array (*shape) of the type in which it is stored. Raises `TensorError` when it is missing, or has
        another shape."""
        found = self._arrays.get(self._prefix + name)
        if found is None:
            raise TensorError(f"it lacks {self._prefix}{name}")
        if found.shape != shape:
            raise TensorError(f"{self._prefix}{name} is {_shape(found.shape)}, not {_shape(shape)}")
        self._used.add(self._prefix + name)
        return found

    def float32(self, name: str, *shape: int) -> np.ndarray:
        """Returns the array (*shape) as contiguous float32, (rows, n) of one that is stored as integers.

        Raises `TensorError` as `stored`, and for numbers that are not finite.
        """
        found = self.stored(name, *shape)
        if name + _SCALE in self:
            found = dequantised(found, self.float32(name + _SCALE, shape[0], -(-shape[1] // GROUP)))
        elif found.dtype == np.float16:
            found = from_half(found)
        else:
            found = np.ascontiguousarray(found, np.float32)
        self._check_finite(name, np.isfinite(found.sum()))
        return found

    def looked_up(self, name: str, *shape: int) -> np.ndarray:
        """Returns the array (*shape) of the type in which it is stored; a caller converts a few rows at a time.

        Raises `TensorError` as `float32`.
        """
        found = self.stored(name, *shape)
        if found.dtype == np.float16:  # numpy's arithmetic of halves is slow; a full exponent means inf or NaN
            self._check_finite(name, not ((found.view(np.uint16) & 0x7C00) == 0x7C00).any())
        else:
            self._check_finite(name, np.isfinite(found.sum()))
        return found

    def _check_finite(self, name: str, finite: bool) -> None:
        if not finite:
            raise TensorError(f"{self._prefix}{name} holds numbers that are not finite")


def quantised(array: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Quantises `array` (rows, n) to int8 (rows, n), with a scale for each group of `GROUP` numbers of a row.

    The scales are (rows, groups) float16. The last group of a row may be shorter.
    """
    rows, columns = array.shape
    padded = np.pad(np.asarray(array, np.float32), ((0, 0), (0, -columns % GROUP)))
    groups = padded.reshape(rows, -1, GROUP)
    scale = np.maximum(np.abs(groups).max(axis=-1) / 127, 1e-7).astype(np.float16)
    levels = np.rint(groups / scale.astype(np.float32)[..., None]).clip(-127, 127)
    return levels.astype(np.int8).reshape(rows, -1)[:, :columns], scale


def dequantised(levels: np.ndarray, scale: np.ndarray) -> np.ndarray:
    """Returns float32 (rows, n): `levels` (rows, n) int8 times the scales (rows, groups) of their groups of `GROUP`."""
    if levels.shape[1] % GROUP:
        return np.multiply(levels, np.repeat(scale, GROUP, axis=1)[:, : levels.shape[1]], dtype=np.float32)
    groups = levels.reshape(*scale.shape, -1)
    return np.multiply(groups, scale[..., None], dtype=np.float32).reshape(levels.shape)


def stored_small(arrays: Mapping[str, np.ndarray]) -> dict[str, np.ndarray]:
    """Returns arrays, of any shapes, as they are stored: matrices as integers with scales, see `quantised`, others in
    half precision.

    Matrices (rows, n) with n below `GROUP`, which would save nothing, are in half precision, too.
    """
    out = {}
    for name, array in arrays.items():
        if array.ndim == 2 and array.shape[1] >= GROUP:
            out[name], out[name + _SCALE] = quantised(array)
        else:
            out[name] = array.astype(np.float16)
    return out


def single(arrays: Mapping[str, np.ndarray]) -> dict[str, np.ndarray]:
    """Returns arrays in their shapes as float32, those with a scale as what they stand for. The inverse of
    `stored_small`.

    Raises `TensorError` for scales that do not fit.
    """
    out = {}
    for name, array in arrays.items():
        scale = arrays.get(name + _SCALE)
        if scale is not None:
            if array.ndim != 2 or scale.shape != (len(array), -(-array.shape[1] // GROUP)):
                raise TensorError(f"{name}{_SCALE} is {_shape(scale.shape)}, which does not fit {_shape(array.shape)}")
            out[name] = dequantised(array, scale.astype(np.float32))
        elif name.removesuffix(_SCALE) == name or name.removesuffix(_SCALE) not in arrays:
            out[name] = from_half(array) if array.dtype == np.float16 else array.astype(np.float32)
    return out


def from_half(array: np.ndarray) -> np.ndarray:
    """Converts float16 of any shape to float32, several times as fast as numpy's own conversion.

    The bits of a half, at the places of single precision's own, are the number divided by 2 to the power of 112.
    Infinities and NaN become numbers over 65,536, which no half can be; then numpy's conversion is used.
    """
    bits = np.ascontiguousarray(array).reshape(-1).view(np.uint16)
    out = np.empty(len(bits), np.float32)
    for start in range(0, len(bits), _CHUNK):
        part = bits[start : start + _CHUNK].astype(np.uint32)
        sign = part & np.uint32(0x8000)
        sign <<= np.uint32(16)
        part &= np.uint32(0x7FFF)
        part <<= np.uint32(13)
        part |= sign
        np.multiply(part.view(np.float32), np.float32(2.0**112), out=out[start : start + _CHUNK])
    if len(out) and np.abs(out).max() >= 65536:
        return array.astype(np.float32)
    return out.reshape(array.shape)


def _shape(shape: tuple[int, ...]) -> str:
    return " x ".join(map(str, shape)) or "a single number"
