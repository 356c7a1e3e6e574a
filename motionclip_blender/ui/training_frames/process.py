"""Runs `render_pipeline` with the panel's settings, in one process per Blender.

It is started by the path of its launcher and never imported, because it renders in its own processes, under its own
names, and must leave nothing behind in the user's Blender.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from bpy.app.translations import pgettext_rpt as _

from ...core.errors import UserError

if TYPE_CHECKING:
    from ..tasks.child import Child


class Wanted(NamedTuple):
    """The options of `python -m render_pipeline` of the same names, as plain values.

    motions, out: folders.
    limit, workers: 0 for none given.
    body: file, empty for the open body.
    """

    motions: str
    out: str
    per_motion: int = 1
    limit: int = 0
    size: int = 224
    engine: str = "workbench"
    look: str = "paper"
    seed: int = 0
    workers: int = 0
    body: str = ""

    def check(self) -> None:
        """Raises `UserError` for errors that can be found before the start. Makes the output folder."""
        from ...core.files import files_below

        if not self.motions:
            raise UserError(_("Choose the folder with the motions first."))
        if not self.out:
            raise UserError(_("Choose the folder for the frames first."))
        motions, out = Path(self.motions), Path(self.out)
        if not os.path.isdir(motions):
            raise UserError(_("There is no folder {}; choose one with motions.").format(motions))
        if not files_below(motions, (".npz",)):
            text = _("{} holds no motions; choose a folder with .npz files in AMASS's SMPL-X form.")
            raise UserError(text.format(motions))
        if self.body and not os.path.isfile(self.body):
            text = _("There is no body model {}; choose another one in the add-on's preferences.")
            raise UserError(text.format(self.body))
        _check_writable(out)

    def arguments(self) -> list[str]:
        """Returns the arguments of the command line."""
        # one core is left for the user's Blender
        workers = self.workers or max(1, (os.cpu_count() or 1) - 1)
        given = {
            "motions": self.motions,
            "out": self.out,
            "per-motion": self.per_motion,
            "limit": self.limit or None,
            "size": self.size,
            "engine": self.engine,
            "look": self.look,
            "seed": self.seed,
            "workers": workers,
            "body": self.body or None,
        }
        # with "=", so that a folder may be called "--help"
        return [f"--{name}={value}" for name, value in given.items() if value is not None] + ["--progress-json"]


def _check_writable(folder: Path) -> None:
    """Makes a folder. Raises `UserError` if no file can be written to it."""
    import tempfile

    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder):
            pass
    except OSError as error:
        text = _("Cannot write {} ({}); choose another folder.")
        raise UserError(text.format(folder, error.strerror or error)) from error


def launcher() -> Path:
    """Returns the file that starts `render_pipeline` in a Blender. Raises `UserError` if it does not exist."""
    root = Path(__file__).resolve().parents[2]
    for folder in (root, root.parent):  # the installed extension contains it; in a checkout it is beside the package
        path = folder / "render_pipeline" / "inside_blender.py"
        if path.is_file():
            return path
    raise UserError(_("This copy of the add-on has no render_pipeline; install the extension anew."))


class Outcome(NamedTuple):
    """How a rendering ended. level: INFO, WARNING (frames are missing) or ERROR."""

    level: str
    text: str


class Rendering:
    """The rendering of training frames, one object per Blender.

    It belongs to no file: opening another file does not stop it.
    """

    def __init__(self) -> None:
        self.child: Child | None = None
        self._error = ""
        self._out = ""

    @property
    def busy(self) -> bool:
        """Whether frames are being rendered, also by a process that was cancelled and has not ended yet."""
        return self.child is not None and not self.child.ended

    def start(self, wanted: Wanted) -> None:
        """Starts the process and returns. Raises `UserError`, which `outcome` keeps, if nothing was started."""
        from ...rig.process import own_command
        from ..tasks.child import Child

        if self.busy:
            raise UserError(_("Training frames are being rendered already; wait for them, or press Cancel first."))
        self.child, self._error, self._out = None, "", wanted.out
        try:
            wanted.check()
            self.child = Child([*own_command(launcher()), *wanted.arguments()])
        except UserError as error:
            self._error = str(error)
            raise

    def cancel(self) -> None:
        """Asks the process to stop; finished shards are kept."""
        if self.child is not None and self.busy:
            self.child.cancel()

    def close(self) -> None:
        """Ends the process and forgets it."""
        if self.child is not None:
            self.child.close()
        self.child, self._error = None, ""

    @property
    def outcome(self) -> Outcome | None:
        """How the last rendering ended; None before the first one, and while one runs."""
        if self._error:
            return Outcome("ERROR", self._error)
        child = self.child
        if child is None or self.busy:
            return None
        if child.status in (0, 1) and child.message == "Done":
            if child.status == 0:
                return Outcome("INFO", _("{:,} frames are in {}").format(child.done, self._out))
            # the last line counts the frames, the one before it names what is missing
            text = _("Some frames are missing, and index.json in {} says which. {}")
            return Outcome("WARNING", text.format(self._out, "".join(child.said[-2:-1])))
        if child.cancelled:
            text = _("Rendering was stopped at {:,} of {:,} frames; press the button again to go on with the rest.")
            return Outcome("INFO", text.format(child.done, child.total) if child.total else _("Rendering was stopped."))
        last = child.said[-1] if child.said else ""
        if child.status == 2 and last:  # the sentence with which the command line ends
            return Outcome("ERROR", last)
        text = _("Rendering ended unexpectedly with status {}; its last words: {}")
        return Outcome("ERROR", text.format(child.status, last or _("none")))


RENDERING = Rendering()
