"""A Blender in a process of its own, whose user files and extensions are its own."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path


def said_by(script: str, home: Path, *arguments: object, folder: Path | None = None, mount: str = "") -> dict:
    """Runs `script` and returns the JSON that it prints behind the word SAID, and all its output as "printed".

    home: its user files. folder: where it runs, by default beside `home`, so that this checkout is not imported. mount:
    options of a file system that is mounted at `home` for the time of this call.
    """
    program = [sys.executable, "-c", script, *map(str, arguments)]
    if mount:
        program = ["unshare", "--mount", "sh", "-c", f'mount {mount} "$0" && exec "$@"', str(home), *program]
    environment = {**os.environ, "BLENDER_USER_RESOURCES": str(home)}
    done = subprocess.run(
        program, capture_output=True, text=True, timeout=120, cwd=folder or home.parent, env=environment
    )
    assert done.returncode == 0, done.stderr
    said = json.loads(done.stdout.partition("SAID")[2].splitlines()[0])
    return {**said, "printed": done.stdout + done.stderr}
