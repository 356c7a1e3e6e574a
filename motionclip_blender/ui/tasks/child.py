"""Runs a program in the background that reports its progress. Does not use Blender."""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
import threading
from collections.abc import Sequence

from ...core.errors import UserError

_PATIENCE = 30.0  # seconds until a program that does not end when asked to is killed
_LAST_PATIENCE = 10.0  # the same while Blender closes
_KEPT_BYTES = 64 * 1024  # of the end of its standard error
_NO_CONSOLE = 0x0800_0000  # CREATE_NO_WINDOW, which Python defines only on Windows


class Child:
    """Runs `command`, which starts at once.

    Lines of its standard output that begin with "{" report progress: {"done": n, "total": m, "message": ...}; other
    lines, such as Blender's greeting, are ignored. Poll `ended`; after it, `status` is the exit status, and `said` the
    last lines of standard error. Raises `UserError` if the program cannot be started.
    """

    def __init__(self, command: Sequence[str]) -> None:
        self.done = self.total = 0
        self.message = ""
        self.status: int | None = None
        self.said: list[str] = []
        self.cancelled = False
        # a file and not a second pipe, because a pipe would have to be read while the program runs
        self._errors = tempfile.TemporaryFile()  # noqa: SIM115, it lives as long as the program
        try:
            self._process = subprocess.Popen(
                command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=self._errors,
                creationflags=_NO_CONSOLE if sys.platform == "win32" else 0,
            )  # fmt: skip
        except OSError as error:
            self._errors.close()
            raise UserError(f"Cannot start {command[0]} ({error.strerror or error}); is it still there?") from error
        self._thread = threading.Thread(target=self._read, name="MotionCLIP frames", daemon=True)
        self._thread.start()

    @property
    def ended(self) -> bool:
        """Whether the program has ended and all its output was read."""
        return not self._thread.is_alive()

    def cancel(self) -> None:
        """Asks the program to stop, and kills it if it does not stop in time. Returns at once."""
        self.cancelled = True
        self._process.terminate()
        killer = threading.Timer(_PATIENCE, self._process.kill)
        killer.daemon = True
        killer.start()

    def join(self) -> None:
        """Waits until the program has ended."""
        self._thread.join()

    def close(self) -> None:
        """Ends the program if it still runs. Returns when it has ended."""
        self._process.terminate()
        self._thread.join(_LAST_PATIENCE)
        if self._thread.is_alive():
            self._process.kill()
            self._thread.join()

    def _read(self) -> None:
        """Reads the output until the program has ended."""
        assert self._process.stdout is not None  # it is a pipe
        with self._process.stdout as lines:
            for line in lines:
                if line.startswith(b"{"):
                    self._take(line)
        status = self._process.wait()
        with self._errors as file:
            file.seek(max(0, file.seek(0, 2) - _KEPT_BYTES))
            errors = file.read().decode(errors="replace").splitlines()
        self.said = [line.strip() for line in errors if line.strip()]
        self.status = status

    def _take(self, line: bytes) -> None:
        """Stores the progress that a line reports."""
        try:
            told = json.loads(line)
            self.done, self.total, self.message = int(told["done"]), int(told["total"]), str(told["message"])
        except (ValueError, KeyError, TypeError):
            pass  # something else that begins with a brace
