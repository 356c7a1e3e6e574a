"""A program in the background that tells how far it is. Knows nothing of Blender."""

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
_KEPT_BYTES = 64 * 1024  # of what it said last
_NO_CONSOLE = 0x0800_0000  # CREATE_NO_WINDOW, which Python knows on Windows only


class Child:
    """Runs `command`, which starts at once.

    Lines of its standard output that begin with "{" say how far it is: {"done": n, "total": m, "message": ...}; other
    lines there (Blender's greeting) are passed over. Watch `ended`; then `status` is its exit status, and `said` are
    the last lines of its standard error. Raises `UserError` when it cannot be started.
    """

    def __init__(self, command: Sequence[str]) -> None:
        self.done = self.total = 0
        self.message = ""
        self.status: int | None = None
        self.said: list[str] = []
        self.cancelled = False
        # a file and not a second pipe: nobody has to empty it while the program runs
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
        """Whether the program is over, and all that it said is here."""
        return not self._thread.is_alive()

    def cancel(self) -> None:
        """Asks the program to stop, and kills it when it does not in time. Returns at once."""
        self.cancelled = True
        self._process.terminate()
        killer = threading.Timer(_PATIENCE, self._process.kill)
        killer.daemon = True
        killer.start()

    def join(self) -> None:
        """Waits for the end."""
        self._thread.join()

    def close(self) -> None:
        """Ends the program, if it still runs. Returns when it has ended."""
        self._process.terminate()
        self._thread.join(_LAST_PATIENCE)
        if self._thread.is_alive():
            self._process.kill()
            self._thread.join()

    def _read(self) -> None:
        with self._process.stdout as lines:
            for line in lines:
                if line.startswith(b"{"):
                    self._take(line)
        status = self._process.wait()
        with self._errors as file:
            file.seek(max(0, file.seek(0, 2) - _KEPT_BYTES))
            lines = file.read().decode(errors="replace").splitlines()
        self.said = [line.strip() for line in lines if line.strip()]
        self.status = status

    def _take(self, line: bytes) -> None:
        try:
            told = json.loads(line)
            self.done, self.total, self.message = int(told["done"]), int(told["total"]), str(told["message"])
        except (ValueError, KeyError, TypeError):
            pass  # something else that begins with a brace
