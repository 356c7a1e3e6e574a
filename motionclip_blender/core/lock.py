"""Locks an output folder, so that only one run writes into it."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from .errors import UserError


@contextmanager
def only_one(folder: Path) -> Iterator[None]:
    """Locks `folder` for this process. The system releases the lock however the process ends.

    Raises `UserError` when another process holds the lock, or the folder cannot be written.
    """
    path = folder / ".lock"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        handle = os.open(path, os.O_RDWR | os.O_CREAT, 0o666)
    except OSError as error:
        raise UserError(f"Cannot write {folder} ({error.strerror or error}); choose another place.") from error
    try:
        try:
            _lock(handle)
        except OSError as error:
            raise UserError(f"Another run is writing {folder}; wait for it, or choose another folder.") from error
        yield
    finally:
        os.close(handle)


def _lock(handle: int) -> None:
    if sys.platform == "win32":
        import msvcrt

        msvcrt.locking(handle, msvcrt.LK_NBLCK, 1)
    else:
        import fcntl

        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
