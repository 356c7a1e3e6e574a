"""What Blender and its libraries print, kept off the user's terminal."""

from __future__ import annotations

import contextlib
import ctypes
import os
import sys
import tempfile
from collections.abc import Iterator
from typing import TextIO

from .errors import UserError
from .progress import Cancelled

_SAID_ENOUGH = (UserError, Cancelled, KeyboardInterrupt, SystemExit)
_LAST_BYTES = 4000  # of what was kept, shown when the block fails


@contextlib.contextmanager
def quiet(verbose: bool = False) -> Iterator[tuple[TextIO, TextIO]]:
    """Keeps all that is printed in the block off the terminal. Yields the real stdout and stderr.

    Most of it is written straight to the process's file descriptors, below Python; so these are redirected, for every
    thread, and blocks may lie in each other. When the block fails by an error that is no sentence for users, the end of
    what was kept is written to stderr. verbose: everything goes to stderr at once.
    """
    _flush()
    kept = [os.dup(1), os.dup(2)]
    try:
        with (
            open(os.dup(kept[0]), "w", encoding="utf-8", errors="replace") as stdout,
            open(os.dup(kept[1]), "w", encoding="utf-8", errors="replace") as stderr,
            tempfile.TemporaryFile("w+", encoding="utf-8", errors="replace") as noise,
        ):
            target = stderr if verbose else noise
            os.dup2(target.fileno(), 1)
            os.dup2(target.fileno(), 2)
            try:
                with contextlib.redirect_stdout(target), contextlib.redirect_stderr(target):
                    yield stdout, stderr
            except _SAID_ENOUGH:
                raise
            except BaseException:
                target.flush()
                stderr.write(_end_of(noise))
                raise
            finally:
                _flush()
    finally:
        for descriptor, original in enumerate(kept, start=1):
            os.dup2(original, descriptor)
            os.close(original)


def _flush() -> None:
    """Writes out what Python and the C library hold back, while the descriptors still lead where it belongs."""
    sys.stdout.flush()
    sys.stderr.flush()
    with contextlib.suppress(OSError, AttributeError):
        ctypes.CDLL("ucrtbase" if sys.platform == "win32" else None).fflush(None)


def _end_of(noise: TextIO) -> str:
    size = os.fstat(noise.fileno()).st_size
    noise.seek(max(0, size - _LAST_BYTES))
    return noise.read()
