"""Starts a second Blender that runs a script of this package."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import IO, TYPE_CHECKING

import bpy

if TYPE_CHECKING:
    import subprocess


def start_blender(
    script: Path, arguments: Sequence[str], temporary: Path, errors: IO[bytes] | None = None
) -> subprocess.Popen:
    """Starts a Blender without a window and with factory settings that runs `script`.

    temporary: the folder for Blender's own temporary files. errors: receives what it prints to standard error. Raises
    `OSError` if it cannot be started.
    """
    import subprocess  # not at the top, so that enabling the extension does not import it

    if bpy.app.binary_path:
        options = ["--background", "--factory-startup", "-noaudio", "--python", str(script), "--"]
        command = [bpy.app.binary_path, *options, *arguments]
    else:  # -P: otherwise files of the script's folder would shadow other modules of the same names
        command = [sys.executable, "-P", str(script), *arguments]
    environment = {**os.environ, **dict.fromkeys(("TMPDIR", "TEMP", "TMP"), str(temporary))}
    # the first process alone handles Ctrl-C in the terminal
    alone = {"creationflags": 0x200} if sys.platform == "win32" else {"start_new_session": True}
    return subprocess.Popen(
        command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=errors or subprocess.DEVNULL,
        env=environment, **alone,
    )  # fmt: skip
