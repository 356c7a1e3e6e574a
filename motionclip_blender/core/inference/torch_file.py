"""Reads the tensors of PyTorch's files without PyTorch, and without running any code of the file.

Since PyTorch 1.6 `torch.save` and `torch.jit.save` write a zip: the pickle `data.pkl` describes which tensor is a view
of which storage, and `data/KEY` holds a storage's numbers, uncompressed. The pickle is read by `plain_pickle`.
"""

from __future__ import annotations

import math
import struct
import zipfile
import zlib
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import numpy as np

from ..errors import UserError
from .plain_pickle import CLASS, DamagedPickle, Instance, RefusedPickle, read

Choice = Callable[[dict[str, tuple[int, ...]]], Iterable[str]]

_KINDS = {
    "Float": "f4", "Half": "f2", "Double": "f8", "BFloat16": "u2", "Bool": "?",
    "Long": "i8", "Int": "i4", "Short": "i2", "Char": "i1", "Byte": "u1",
}  # fmt: skip
_MOST_PICKLED = 1 << 26  # bytes that the description of the tensors may have; large networks have some 100,000
_MOST_NAMES, _DEEPEST, _MOST_AXES = 100_000, 64, 32
_LONGEST_NAME = 1000
_OLD_TORCH = b"\x8a\x0al\xfc\x9cF\xf9 j\xa8P\x19"  # the pickled number at the start of files before 1.6
_ZIP = b"PK"
_START = 32  # bytes by which a file's format is recognised


@dataclass(frozen=True)
class _Storage:
    """A sequence of `length` numbers of one kind, in the file's record `key`."""

    key: str
    kind: str
    length: int


@dataclass(frozen=True)
class _Tensor:
    """A view of a storage: its first number, and the length and stride of each axis."""

    storage: _Storage
    offset: int
    shape: tuple[int, ...]
    strides: tuple[int, ...]


class _Damaged(DamagedPickle):
    """The file is cut off or altered. The message says how."""


def read_tensors(path: Path, choose: Choice | None = None) -> dict[str, np.ndarray]:
    """Reads the tensors of a file by name, as read-only numpy arrays.

    Takes a file of `torch.save` (a state dictionary, or nested dictionaries and lists) or `torch.jit.save` (a module's
    parameters and buffers). Nested names are joined by dots, as in a state dictionary. Values that are no tensors are
    left out. Arrays have the type of the tensor; bfloat16, which numpy lacks, becomes float32.

    Raises `UserError` for a file that is missing, damaged, of another format, or that holds more than tensors and plain
    values, and what `choose` raises.
    choose: given all shapes by name, returns the names of the tensors to read; by default all.
    """
    return dict(each_tensor(path, choose))


def each_tensor(path: Path, choose: Choice | None = None) -> Iterator[tuple[str, np.ndarray]]:
    """Yields the tensors as `read_tensors`, one after the other, in the chosen order.

    Tensors that the caller no longer references take no memory while the next is read.
    """
    with _opened(path) as (records, tensors):
        names = tensors if choose is None else choose({name: tensor.shape for name, tensor in tensors.items()})
        chosen = {name: tensors[name] for name in names}
        records.count(chosen.values())
        for name, tensor in chosen.items():
            yield name, records.array(tensor)


@contextmanager
def _opened(path: Path) -> Iterator[tuple[_Records, dict[str, _Tensor]]]:
    """Yields the records of a file, and its tensors by name. Converts errors about the file to `UserError`."""
    path = Path(path)
    try:
        with path.open("rb") as file:
            start = file.read(_START)
        if not start.startswith(_ZIP):
            raise _other_format(path, start)
        with zipfile.ZipFile(path) as archive:
            records = _Records(archive, path.stat().st_size)
            described = read(records.bytes_of("data.pkl", _MOST_PICKLED), _find, _storage)
            yield records, dict(_named(described))
    except OSError as error:
        raise UserError(f"{path} cannot be read ({error.strerror or error}); choose another file.") from error
    except RefusedPickle as error:
        raise UserError(
            f"{path} holds more than tensors ({error}) and is not opened, for such a file can run programs; save the "
            "model's state_dict() alone."
        ) from error
    except (_Damaged, DamagedPickle) as error:
        raise UserError(f"{path} is damaged or cut off ({error}); get it again.") from error
    except (zipfile.BadZipFile, zlib.error, struct.error, EOFError, ValueError, NotImplementedError, RuntimeError,
            OverflowError, MemoryError) as error:  # fmt: skip
        raise UserError(f"{path} is damaged or cut off (its archive cannot be read); get it again.") from error


def is_torch_file(path: Path) -> bool:
    """Returns whether a file looks like one of PyTorch's, of this format or the old one. Raises `OSError`."""
    with path.open("rb") as file:
        start = file.read(_START)
    return start.startswith(_ZIP) or _OLD_TORCH in start


def _other_format(path: Path, start: bytes) -> UserError:
    if _OLD_TORCH in start:
        return UserError(
            f"{path} is in the format of PyTorch before 1.6, which is not read; load it in PyTorch and save its "
            "state_dict() with torch.save again."
        )
    return UserError(f"{path} is no file of PyTorch's; choose one that torch.save or torch.jit.save wrote.")


class _Records:
    """The records of an open archive. Storages are read once, and kept until their last tensor was read."""

    def __init__(self, archive: zipfile.ZipFile, size: int) -> None:
        """Checks the archive. size: size of the file in bytes."""
        self._archive, self._read = archive, dict[str, tuple[_Storage, np.ndarray]]()
        self._views = Counter[str]()
        roots = [name.removesuffix("data.pkl") for name in archive.namelist() if name.endswith("/data.pkl")]
        roots = [root for root in roots if root.count("/") == 1]
        if len(roots) != 1:
            raise UserError(
                f"{archive.filename} is a zip, but none of PyTorch's; choose a file that torch.save or torch.jit.save "
                "wrote."
            )
        self._root = roots[0]
        if sum(entry.compress_size for entry in archive.infolist()) > size:
            raise _Damaged("its parts are larger than the file")
        order = self.bytes_of("byteorder", 16) if f"{self._root}byteorder" in archive.NameToInfo else b"little"
        if order not in (b"little", b"big"):
            raise _Damaged("its byte order is unknown")
        self._order: Literal["<", ">"] = "<" if order == b"little" else ">"

    def bytes_of(self, name: str, most: int) -> bytes:
        """Reads a record and checks its checksum."""
        try:
            entry = self._archive.getinfo(self._root + name)
        except KeyError as error:
            raise _Damaged(f"it lacks {name}") from error
        # PyTorch compresses no record; a compressed one may expand without bound
        if entry.compress_type != zipfile.ZIP_STORED or entry.compress_size != entry.file_size:
            raise _Damaged(f"{name} is compressed, as PyTorch never does")
        if entry.file_size > most:
            raise _Damaged(f"{name} has {entry.file_size:,} bytes, {most:,} at most are expected")
        if getattr(entry, "CRC", None) == 0:
            del entry.CRC  # torch.serialization.set_crc32_options(False) leaves it out
        with self._archive.open(entry) as file:
            found = file.read()
        if len(found) != entry.file_size:
            raise _Damaged(f"{name} is cut off")
        return found

    def count(self, tensors: Iterable[_Tensor]) -> None:
        """Registers the tensors that `array` will be called for, each once."""
        self._views.update(tensor.storage.key for tensor in tensors)

    def array(self, tensor: _Tensor) -> np.ndarray:
        """Returns a tensor's numbers."""
        numbers = self._numbers(tensor.storage)
        self._views[tensor.storage.key] -= 1
        if self._views[tensor.storage.key] == 0:
            del self._read[tensor.storage.key]
        last = tensor.offset + sum((n - 1) * step for n, step in zip(tensor.shape, tensor.strides, strict=True))
        empty = 0 in tensor.shape
        # a tensor that repeats numbers of its storage could be far larger than the file
        if math.prod(tensor.shape) > len(numbers) or (not empty and last >= len(numbers)):
            raise _Damaged("a tensor is larger than what is stored of it")
        if empty:
            return np.empty(tensor.shape, numbers.dtype)
        strides = tuple(step * numbers.itemsize for step in tensor.strides)
        return np.lib.stride_tricks.as_strided(numbers[tensor.offset :], tensor.shape, strides, writeable=False)

    def _numbers(self, storage: _Storage) -> np.ndarray:
        known = self._read.get(storage.key)
        if known is None:
            kind = np.dtype(_KINDS[storage.kind]).newbyteorder(self._order)
            data = self.bytes_of(f"data/{storage.key}", storage.length * kind.itemsize)
            if len(data) != storage.length * kind.itemsize:
                raise _Damaged("a tensor is larger than what is stored of it")
            found = np.frombuffer(data, kind)
            if self._order == ">":
                found = found.astype(kind.newbyteorder("<"))
            if storage.kind == "BFloat16":  # the upper half of a float32
                found = (found.astype(np.uint32) << np.uint32(16)).view(np.float32)
            known = self._read[storage.key] = storage, found
        if known[0] != storage:
            raise _Damaged("a storage is described in two ways")
        return known[1]


def _find(module: str, name: str) -> Any:
    """Returns the stand-in for a name in PyTorch's pickles; None for names that no tensor needs."""
    if module == "torch" and name.endswith("Storage") and name.removesuffix("Storage") in _KINDS:
        return _StorageKind(name.removesuffix("Storage"))
    if module == "__torch__" or module.startswith("__torch__."):
        return CLASS
    return _NAMES.get((module, name))


@dataclass(frozen=True)
class _StorageKind:
    """Stands for a class of storages. It cannot be called."""

    name: str


def _rebuild_tensor(storage: Any, offset: Any, shape: Any, strides: Any, *rest: Any) -> _Tensor:
    """Returns the tensor as torch._utils._rebuild_tensor_v2 does; ignores requires_grad and hooks."""
    axes = shape, strides
    sizes = [offset, *(n for axis in axes if isinstance(axis, tuple) for n in axis)]
    if not (isinstance(storage, _Storage) and all(isinstance(axis, tuple) for axis in axes) and len(rest) <= 3):
        raise _Damaged("a tensor is not described as PyTorch does")
    if len(shape) != len(strides) or len(shape) > _MOST_AXES or any(type(n) is not int or n < 0 for n in sizes):
        raise _Damaged("a tensor's shape cannot be")
    if max(sizes) >= 1 << 62:
        raise _Damaged("a tensor is larger than what is stored of it")
    return _Tensor(storage, offset, shape, strides)


def _rebuild_parameter(tensor: Any, *rest: Any) -> _Tensor:
    if not isinstance(tensor, _Tensor) or len(rest) > 2:
        raise _Damaged("a parameter is not described as PyTorch does")
    return tensor


def _ordered(*pairs: Any) -> dict[Any, Any]:
    """Returns an empty dictionary, as collections.OrderedDict, which PyTorch always makes empty."""
    if pairs:
        raise _Damaged("a dictionary is not described as PyTorch does")
    return {}


def _listed(values: Any) -> list[Any]:
    """Returns TorchScript's lists of one kind."""
    if not isinstance(values, list):
        raise _Damaged("a list is not described as PyTorch does")
    return values


_NAMES = {
    ("torch._utils", "_rebuild_tensor_v2"): _rebuild_tensor,
    ("torch._utils", "_rebuild_parameter"): _rebuild_parameter,
    ("collections", "OrderedDict"): _ordered,
    **{("torch.jit._pickle", f"build_{kind}list"): _listed for kind in ("int", "double", "bool", "tensor")},
    ("torch.jit._pickle", "restore_type_tag"): lambda value, kind: value,
}


def _storage(described: Any) -> _Storage:
    """Returns the storage that a pickle refers to: ("storage", its class, its record, a device, how many numbers)."""
    if not (isinstance(described, tuple) and len(described) == 5 and described[0] == "storage"):
        raise _Damaged("a storage is not described as PyTorch does")
    kind, key, length = described[1], described[2], described[4]
    kind = getattr(kind, "meaning", None)
    if not (isinstance(kind, _StorageKind) and type(key) is str and type(length) is int and length >= 0):
        raise _Damaged("a storage is not described as PyTorch does")
    return _Storage(key, kind.name, length)


def _named(described: Any) -> Iterator[tuple[str, _Tensor]]:
    """Yields the tensors in what a pickle describes, by their names joined by dots."""
    if not isinstance(described, dict | Instance):
        raise _Damaged("it holds no tensors by name")
    seen: set[str] = set()
    steps, left = 0, [("", described, 0)]
    while left:
        name, value, depth = left.pop()
        steps += 1
        endless = steps > 3 * _MOST_NAMES or len(seen) > _MOST_NAMES or depth > _DEEPEST
        if endless or len(name) > _LONGEST_NAME:
            raise _Damaged("its contents lie in each other without end")
        if isinstance(value, _Tensor):
            if name in seen:
                raise _Damaged(f"it has {name} twice")
            seen.add(name)
            yield name, value
            continue
        value = value.attributes if isinstance(value, Instance) else value
        items = (
            value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list | tuple) else ()
        )
        below = [(f"{name}.{key}" if depth else str(key), inside, depth + 1) for key, inside in items]
        left += reversed(below)
    if not seen:
        raise _Damaged("it holds no tensors")
