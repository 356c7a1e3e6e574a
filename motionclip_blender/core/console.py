"""Keeps what Blender and its libraries print off the user's terminal."""

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
    """Keeps everything that is printed in the block off the terminal. Yields the real stdout and stderr.

    Most of it is written to the process's file descriptors, below Python; therefore the descriptors are redirected, for
    every thread. Blocks may be nested. If the block fails with an error that has no message for users, the end of the
    captured text is written to stderr.
    verbose: write everything to stderr at once.
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
    """Flushes the buffers of Python and the C library before the file descriptors change."""
    sys.stdout.flush()
    sys.stderr.flush()
    with contextlib.suppress(OSError, AttributeError):
        ctypes.CDLL("ucrtbase" if sys.platform == "win32" else None).fflush(None)


def _end_of(noise: TextIO) -> str:
    size = os.fstat(noise.fileno()).st_size
    noise.seek(max(0, size - _LAST_BYTES))
    return noise.read()
