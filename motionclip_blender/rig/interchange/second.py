"""Lets a second Blender write or read a file, so that the scene of the first does not change.

Exporters and importers change frames, selections, rates and whatever else; some crash on damaged files. In a process of
their own they can do no harm, and a user can cancel them. Any thread may call `in_second_blender`.
"""

from __future__ import annotations

import json
import os
import tempfile
from collections.abc import Mapping
from pathlib import Path
from subprocess import TimeoutExpired

from ...core.errors import UserError
from ...core.progress import Progress
from ..process import start_blender

_SCRIPT = Path(__file__).with_name("second_main.py")
_LOOK_SECONDS = 0.1
_EXPECTED_SECONDS = 4.0  # of which the progress bar knows nothing


def in_second_blender(task: str, job: Mapping[str, object], folder: Path, stage: str, progress: Progress) -> None:
    """Runs the function `run` of this folder's module `task` in a second Blender, and waits for it.

    job: JSON values for it. folder: for its files; it must exist. stage: what the progress bar says. Raises `UserError`
    with the sentence of an error there, or if Blender cannot be started or crashes; and whatever `progress` raises,
    having ended the process.
    """
    written, done = folder / "job.json", folder / "done.json"
    written.write_text(json.dumps(dict(job)), encoding="utf-8")
    with tempfile.TemporaryFile() as errors:
        try:
            process = start_blender(_SCRIPT, [task, str(written), str(done)], folder, errors)
        except OSError as error:
            raise UserError(
                f"A second Blender cannot be started ({error.strerror or error}); start Blender anew."
            ) from error
        waited = 0.0
        try:
            while process.poll() is None:
                progress(stage, waited / (waited + _EXPECTED_SECONDS))
                try:
                    process.wait(_LOOK_SECONDS)
                except TimeoutExpired:
                    waited += _LOOK_SECONDS
        finally:
            if process.poll() is None:
                process.kill()
                process.wait()
        if not done.exists():
            errors.seek(0, os.SEEK_END)
            errors.seek(max(0, errors.tell() - 2000))
            last = errors.read().decode(errors="replace").strip().splitlines()[-1:] or ["no message"]
            raise UserError(f"Blender crashed at this file ({last[0]}); export it again, or choose another.")
    told = json.loads(done.read_text(encoding="utf-8"))
    if told["error"]:
        raise UserError(told["error"])
