"""Starts a worker process, sends it units and receives its images."""

from __future__ import annotations

import contextlib
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
from collections.abc import Callable
from dataclasses import asdict, dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import IO

from motionclip_blender.core.errors import UserError
from motionclip_blender.rig.process import command_of

from .messages import receive, send
from .plan import Unit
from .settings import Settings

OLDEST = (4, 2)
_LAUNCHER = Path(__file__).with_name("inside_blender.py")
_START_SECONDS = 180
_FRAME_SECONDS = 600  # far longer than any frame takes; a worker over this limit hangs
RECYCLE_IMAGES = 2_000
RECYCLE_GROWTH = 1.15
_THREADS = ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS", "VECLIB_MAXIMUM_THREADS")
_SETTLED = 50  # images after which the memory that the scene needs is allocated


class Crashed(Exception):
    """Raised when a worker died, hung or failed while rendering; the message tells at which frame and how."""


@dataclass(frozen=True)
class Blender:
    """The Blender that runs the workers: a program, or the bpy module of this Python where `program` is None."""

    program: str | None = None

    @classmethod
    def find(cls, program: str | None) -> Blender:
        """Finds the named program, else the running Blender, else the bpy module.

        Raises `UserError` when there is none, or it is too old.
        """
        running = sys.modules.get("bpy")
        if program is None and running is not None and running.app.binary_path:
            program = running.app.binary_path
        if program is None:
            if find_spec("bpy") is None:
                raise UserError("There is no Blender here; install the bpy package, or name a program with --blender.")
            return cls()
        found = shutil.which(program)
        if found is None:
            raise UserError(f"There is no Blender program {program}; give the path of one with --blender.")
        _check_version(found)
        return cls(found)

    def command(self) -> list[str]:
        """Returns the command line that starts a worker."""
        if self.program is None:
            return [sys.executable, str(_LAUNCHER), "worker"]
        return [*command_of(self.program, _LAUNCHER), "worker"]


def _check_version(program: str) -> None:
    try:
        done = subprocess.run([program, "--version"], capture_output=True, text=True, timeout=_START_SECONDS)
        text = done.stdout + done.stderr
    except (OSError, subprocess.TimeoutExpired) as error:
        raise UserError(f"Cannot run {program} ({error}); give the path of Blender's program.") from error
    version = re.search(r"Blender (\d+)\.(\d+)", text)
    if version is None:
        raise UserError(f"{program} does not say that it is Blender; give the path of Blender's program.")
    if tuple(map(int, version.groups())) < OLDEST:
        raise UserError(_too_old(".".join(version.groups())))


def _too_old(version: str) -> str:
    return f"Blender {version} is too old; use {OLDEST[0]}.{OLDEST[1]} or newer."


class Worker:
    """One Blender process that renders units. It is started on first use, and again after it ended.

    body: path of the body file. The process is replaced after `recycle` images, or when its memory has grown to
    `growth` times that after the first images.
    """

    def __init__(
        self, blender: Blender, settings: Settings, body: Path, recycle: int = RECYCLE_IMAGES,
        growth: float = RECYCLE_GROWTH,
    ) -> None:  # fmt: skip
        self._blender, self._settings, self._body = blender, settings, body
        self._recycle, self._growth = recycle, growth
        self._process: subprocess.Popen | None = None
        self._log: IO[bytes] | None = None  # what the process prints to standard error
        self._folder = ""  # the process's temporary folder, removed after it
        self._images = self._settled = 0
        self.resident = 0
        """Resident memory in bytes after the last image."""

    def render(self, unit: Unit, tell: Callable[[], None] = lambda: None) -> list[tuple[dict, bytes]]:
        """Renders `unit` and returns the JSON and the image of each frame. Calls `tell` after each.

        Raises `Crashed` when the process ends or fails before the last frame, and `UserError` for what the user can
        correct.
        """
        before = "starting"
        try:
            self._start()
            poses = [unit.rotations.reshape(len(unit.frames), -1), unit.translation]
            blob = b"".join(row.tobytes() for pair in zip(*poses, strict=True) for row in pair)
            self._send({"do": "render", "frames": unit.frames}, blob)
            rendered = []
            for frame in unit.frames:
                before = f"rendering frame {frame['frame']} of {frame['motion']}"
                answer, image = self._receive(_FRAME_SECONDS)
                rendered.append((answer["told"], image))
                self._count(answer["resident"])
                tell()
        except Crashed as error:
            raise Crashed(f"while {before}: {error}") from None
        if self._images >= self._recycle or (self._settled and self.resident > self._growth * self._settled):
            self.close()
        return rendered

    def sheet(self, images: list[bytes], columns: int, cell: int) -> bytes:
        """Returns a contact sheet of `images` as the bytes of a PNG file."""
        self._start()
        self._send({"do": "sheet", "lengths": [len(image) for image in images], "columns": columns, "cell": cell},
                   b"".join(images))  # fmt: skip
        return self._receive(_FRAME_SECONDS)[1]

    def close(self) -> None:
        """Kills the process, removes its files and closes its log. Another thread may call it, to interrupt a unit."""
        process, self._process = self._process, None
        log, self._log = self._log, None
        if process is not None:
            _kill(process)  # there is nothing to save
            if Path(self._folder).name.startswith("motionclip-"):
                shutil.rmtree(self._folder, ignore_errors=True)
            for stream in (process.stdin, process.stdout):
                with contextlib.suppress(OSError):
                    stream.close()
            self._folder = ""
            self._images = self._settled = 0
        if log is not None:
            log.close()

    # --- the conversation

    def _count(self, resident: int) -> None:
        self._images += 1
        self.resident = resident
        if self._images == _SETTLED:
            self._settled = resident

    def _start(self) -> None:
        if self._process is not None and self._process.poll() is None:
            return
        self.close()
        try:
            self._launch()
            self._set_up()
        except BaseException:  # the next start would take a process that lives for one that is set up
            self.close()
            raise

    def _launch(self) -> None:
        log = tempfile.TemporaryFile()  # noqa: SIM115, open as long as the process runs
        # BLAS threads of several workers would compete for the cores; only the renderer's threads gain time
        environment = {**os.environ, **dict.fromkeys(_THREADS, "1")}
        # a new process group, so that only the parent receives the terminal's Ctrl-C
        alone = {"creationflags": 0x200} if sys.platform == "win32" else {"start_new_session": True}
        try:
            process = subprocess.Popen(
                self._blender.command(), stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=log,
                env=environment, **alone,
            )  # fmt: skip
        except BaseException:
            log.close()
            raise
        self._process, self._log = process, log

    def _set_up(self) -> None:
        """Checks the started Blender and gives it the settings. Raises `Crashed`, and `UserError` for a Blender that
        cannot render."""
        hello, _ = self._receive(_START_SECONDS)
        self._folder = hello["folder"]
        if tuple(hello["hello"])[:2] < OLDEST:
            raise UserError(_too_old(".".join(map(str, hello["hello"]))))
        if self._settings.engine != "cycles" and not hello["workbench"]:
            raise UserError(
                "Without a screen, Workbench and EEVEE need libEGL.so.1; install the system package libegl1, or "
                "take --engine cycles."
            )
        self._send({"do": "setup", "settings": asdict(self._settings), "body": str(self._body)})
        self._receive(_START_SECONDS)

    def _send(self, head: dict, blob: bytes = b"") -> None:
        with contextlib.suppress(OSError, ValueError, AttributeError):  # the process ended; `_receive` reports how
            send(self._process.stdin, head, blob)

    def _receive(self, seconds: float) -> tuple[dict, bytes]:
        process = self._process
        if process is None:
            raise Crashed("it was stopped")
        watchdog = threading.Timer(seconds, _kill, (process,))
        watchdog.daemon = True
        watchdog.start()
        try:
            message = receive(process.stdout)
        except (OSError, ValueError):
            message = None  # another thread closed it
        finally:
            watchdog.cancel()
        if message is None:
            raise Crashed(self._how_it_ended(process))
        if "error" not in message[0]:
            return message
        self.close()
        if message[0]["mendable"]:
            raise UserError(message[0]["error"])
        raise Crashed(message[0]["error"].strip().splitlines()[-1])

    def _how_it_ended(self, process: subprocess.Popen) -> str:
        try:
            process.wait(5)
        except subprocess.TimeoutExpired:
            _kill(process)
        status = process.returncode
        how = f"Blender was ended by signal {-status}" if status < 0 else f"Blender ended with status {status}"
        words = self._last_words()
        return how + (f"; its last words: {words}" if words else "")

    def _last_words(self) -> str:
        """Returns the last line that the process printed to standard error; empty where there is none."""
        log = self._log
        if log is None:
            return ""
        try:
            log.seek(max(0, log.seek(0, os.SEEK_END) - 2000))
            text = log.read().decode(errors="replace")
        except ValueError:  # another thread closed it
            return ""
        said = [line for line in text.splitlines() if line.strip() and "EGL_BAD_MATCH" not in line]
        return said[-1] if said else ""


def _kill(process: subprocess.Popen) -> None:
    """Kills a worker and the processes that it started."""
    if sys.platform == "win32":
        process.kill()
    else:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
    process.wait()
