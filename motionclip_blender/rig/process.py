"""Starts another Blender, without a window, that runs a script of ours."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import IO, TYPE_CHECKING

if TYPE_CHECKING:
    import subprocess


def command_of(program: str, script: Path) -> list[str]:
    """Returns the command line with which the Blender `program` runs `script`; arguments for the script follow it.

    Blender has no window and factory settings, runs no scripts of the files that it opens, and exits with status 1 if
    `script` raises an error.
    """
    options = ["--background", "--factory-startup", "--disable-autoexec", "-noaudio", "--python-exit-code", "1"]
    return [program, *options, "--python", str(script), "--"]


def own_command(script: Path) -> list[str]:
    """Returns the command line with which the Blender program that runs here runs `script`, see `command_of`.

    Where the bpy module runs instead, its Python does.
    """
    import bpy  # not at the top: the coordinator of `render_pipeline` needs no Blender

    if bpy.app.binary_path:
        return command_of(bpy.app.binary_path, script)
    # -P: otherwise files of the script's folder would shadow other modules of the same names
    return [sys.executable, "-P", str(script)]


def start_blender(
    script: Path, arguments: Sequence[str], temporary: Path, errors: IO[bytes] | None = None
) -> subprocess.Popen:
    """Starts another Blender, or Python with the bpy module, that runs `script` with `arguments`.

    temporary: the folder for Blender's own temporary files. errors: receives what it prints to standard error. Raises
    `OSError` if it cannot be started.
    """
    import subprocess  # not at the top, so that enabling the extension does not import it

    environment = {**os.environ, **dict.fromkeys(("TMPDIR", "TEMP", "TMP"), str(temporary))}
    # the first process alone handles Ctrl-C in the terminal
    alone = {"creationflags": 0x200} if sys.platform == "win32" else {"start_new_session": True}
    return subprocess.Popen(
        [*own_command(script), *arguments], stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
        stderr=errors or subprocess.DEVNULL, env=environment, **alone,
    )  # fmt: skip
