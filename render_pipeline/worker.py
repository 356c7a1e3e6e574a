"""The process in which Blender renders: reads units from its standard input, answers on its standard output.

`process.Worker` starts it through inside_blender.py. The messages (see `messages`) are:
    <- {"hello": Blender's version, "workbench": whether it can run here, "folder": for its images}
    -> {"do": "setup", settings, body}                 <- {"ready": true}
    -> {"do": "render", frames} + poses as float32     <- for each frame {"told": ..., "resident": bytes} + the image
    -> {"do": "sheet", lengths, columns, cell} + images  <- {"sheet": true} + a PNG
Every error is answered by {"error": sentence, "mendable": whether the user can correct it}.

The process ends when its input ends, and so ends with its parent.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import sys
import tempfile
import traceback
from pathlib import Path
from typing import BinaryIO

import numpy as np

from motionclip_blender.core.errors import UserError

from .messages import receive, send
from .resident import resident_bytes
from .settings import FORMATS, Settings

_ENOUGH_BYTES = 2**20  # free space that is enough for any image
_POSE = 55 * 4 + 3  # numbers of a pose: rotations, translation


def main() -> int:
    """Serves messages until the input ends. Returns the exit status."""
    with os.fdopen(os.dup(0), "rb") as requests, os.fdopen(os.dup(1), "wb") as answers:
        nowhere = os.open(os.devnull, os.O_RDWR)
        os.dup2(nowhere, 0)
        os.dup2(nowhere, 1)  # keeps Blender's line for every image out of the answers
        try:
            with tempfile.TemporaryDirectory(prefix="motionclip-", dir=_fast_folder()) as folder:
                _Server(requests, answers, Path(folder)).serve()
        except BrokenPipeError:
            return 0  # the parent is gone
        except UserError as error:
            send(answers, {"error": str(error), "mendable": True})
        except Exception:
            send(answers, {"error": traceback.format_exc(), "mendable": False})
            return 1
    return 0


def _fast_folder() -> str | None:
    """Returns a folder in memory for the image files, where the system has one; else None."""
    memory = "/dev/shm"
    return memory if os.path.isdir(memory) and os.access(memory, os.W_OK) else None


class _Server:
    def __init__(self, requests: BinaryIO, answers: BinaryIO, folder: Path) -> None:
        self._requests, self._answers, self._folder = requests, answers, folder
        self._settings = Settings()
        self._studio = None

    def serve(self) -> None:
        try:
            import bpy

            from motionclip_blender.rig.renderer import workbench_works
        except ImportError as error:
            raise UserError(f"Blender's Python module cannot be loaded ({error}); install what it names.") from error
        self._tell({"hello": list(bpy.app.version), "workbench": workbench_works(),
                    "folder": str(self._folder)})  # fmt: skip
        doing = {"setup": self._setup, "render": self._render, "sheet": self._sheet}
        while (message := receive(self._requests)) is not None:
            head, blob = message
            try:
                doing[head["do"]](head, blob)
            except BrokenPipeError:
                raise
            except (OSError, RuntimeError) as error:  # Blender raises RuntimeError when it cannot save a file
                if shutil.disk_usage(self._folder).free > _ENOUGH_BYTES:
                    raise
                raise UserError(f"{self._folder.parent} is full; free some space there.") from error

    def _tell(self, head: dict, blob: bytes = b"") -> None:
        send(self._answers, head, blob)

    def _setup(self, head: dict, _: bytes) -> None:
        from motionclip_blender.core.body import Body

        from .studio import Studio

        self._settings = Settings(**head["settings"])
        self._studio = Studio(Body.load(head["body"]), self._settings)
        with contextlib.suppress(OSError):
            # Blender's temporary folder stays empty; it is removed here, because a killed Blender cannot do so
            os.rmdir(sys.modules["bpy"].app.tempdir)
        self._tell({"ready": True})

    def _render(self, head: dict, blob: bytes) -> None:
        poses = np.frombuffer(blob, np.float32).reshape(-1, _POSE)

        def done(told: dict, image: bytes) -> None:
            try:
                self._tell({"told": told, "resident": resident_bytes()}, image)
            except BrokenPipeError:  # the parent is gone; only an exit stops an animation
                shutil.rmtree(self._folder, ignore_errors=True)
                os._exit(0)

        shots = (
            self._studio.prepare(frame, pose[:-3].reshape(55, 4), pose[-3:])
            for frame, pose in zip(head["frames"], poses, strict=True)
        )
        self._studio.render(shots, len(poses), self._folder, done)

    def _sheet(self, head: dict, blob: bytes) -> None:
        from .sheet import contact_sheet

        images, start = [], 0
        suffix = FORMATS[self._settings.image_format].suffix
        for i, length in enumerate(head["lengths"]):
            images.append(self._folder / f"{i}.{suffix}")
            images[-1].write_bytes(blob[start : start + length])
            start += length
        path = self._folder / "sheet.png"
        contact_sheet(images, path, head["columns"], head["cell"])
        self._tell({"sheet": True}, path.read_bytes())
