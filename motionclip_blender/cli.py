"""The command line: a prompt becomes a .blend file, a motion file, a film, a contact sheet.

Nothing heavy is imported before all that was asked for has been checked.
"""

from __future__ import annotations

import argparse
import contextlib
import faulthandler
import importlib.util
import json
import os
import signal
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import NoReturn, TextIO

from .core.errors import UserError
from .core.prompt import action_name, checked_frames, checked_prompt

_FILE_NAME_BYTES = 80
_OUTPUTS = {"out": ".blend", "npz": ".npz", "video": ".mp4", "sheet": ".png"}
_NEED_BLENDER = ("out", "video", "sheet")


def main(arguments: list[str] | None = None) -> int:
    """Runs the command line. Returns the exit status: 0, 2 for what the user can mend, 130 after Ctrl-C."""
    try:
        request = Request.parse(arguments)
        with _quiet(request.verbose) as (stdout, stderr), _CtrlC() as ctrl_c:
            report = Report(request.prompt, request.frames, ctrl_c)
            _run(request, report, stderr)
            _tell(report, request.as_json, stdout)
    except UserError as error:
        print(error, file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        print("Stopped.", file=sys.stderr)
        return 130
    return 0


# --- what is asked for


class _Parser(argparse.ArgumentParser):
    def error(self, message: str) -> NoReturn:
        hint = "--help says what can be given"
        if "unrecognized" in message:
            hint = "a prompt of several words needs quotes"
        raise UserError(f"{message[:1].upper()}{message[1:]}; {hint}.")


@dataclass(frozen=True)
class Request:
    """What the command line asks for, checked as far as it can be without loading anything."""

    prompt: str
    frames: int
    outputs: dict[str, Path]
    body: Path | None
    pack: Path | None
    as_json: bool
    verbose: bool

    @classmethod
    def parse(cls, arguments: list[str] | None) -> Request:
        """Raises `UserError` for what cannot be done: a bad prompt or length, a place that cannot be written."""
        given = _parser().parse_args(arguments)
        prompt, frames = checked_prompt(given.prompt), checked_frames(given.frames)
        outputs = {name: Path(getattr(given, name)) for name in _OUTPUTS if getattr(given, name) is not None}
        if not outputs:
            outputs["out"] = _free_name(prompt)
        for name, path in outputs.items():
            _check_output(path, _OUTPUTS[name], "--" + name)
        if any(name in outputs for name in _NEED_BLENDER) and importlib.util.find_spec("bpy") is None:
            raise UserError("Blender's Python module is missing; install bpy, or ask for --npz alone.")
        return cls(prompt, frames, outputs, given.body, given.pack, given.json, given.verbose)


def _parser() -> argparse.ArgumentParser:
    parser = _Parser(
        prog="python -m motionclip_blender",
        description="Turns a prompt into a motion, keyed on an SMPL-X armature.",
        epilog="Without any output it writes a .blend file, named after the prompt, into the current folder.",
        allow_abbrev=False,
    )
    parser.add_argument("prompt", help='what the person does, such as "a person does jumping jacks"')
    parser.add_argument("--frames", type=_whole_number, default=60, metavar="N", help="length at 30 per second (60)")
    parser.add_argument("--out", metavar="X.blend", help="Blender file, ready to play")
    parser.add_argument("--npz", metavar="X.npz", help="the motion in AMASS's SMPL-X form")
    parser.add_argument("--video", metavar="X.mp4", help="film")
    parser.add_argument("--sheet", metavar="X.png", help="contact sheet of eight poses")
    parser.add_argument("--body", type=Path, metavar="FILE", help="SMPL-X .npz file (default: the open body)")
    parser.add_argument("--pack", type=Path, metavar="DIR", help="model pack (default: the one that comes with this)")
    parser.add_argument("--json", action="store_true", help="print one JSON object: files, seconds per stage")
    parser.add_argument("--verbose", action="store_true", help="let Blender and its libraries write to stderr")
    return parser


def _whole_number(text: str) -> int:
    try:
        return int(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text!r} is no whole number") from None


def _free_name(prompt: str) -> Path:
    """A .blend file named after the prompt that is not there yet: nobody asked to replace one."""
    words = "-".join("".join(c if c.isalnum() else " " for c in prompt.lower()).split())
    slug = words.encode()[:_FILE_NAME_BYTES].decode(errors="ignore").strip("-")
    path, count = Path(f"{slug}.blend"), 1
    while path.exists():
        count += 1
        path = Path(f"{slug}-{count}.blend")
    return path


def _check_output(path: Path, suffix: str, option: str) -> None:
    """Finds out now, not after the work, that a file cannot be written. Leaves nothing behind."""
    if path.suffix.lower() != suffix:
        raise UserError(f"{option} writes a {suffix} file, not {str(path)!r}; end its name in {suffix}.")
    folder = path.absolute().parent
    while not folder.exists() and folder != folder.parent:
        folder = folder.parent
    try:
        if path.is_dir():
            raise IsADirectoryError(f"{path} is a folder")
        with tempfile.TemporaryFile(dir=folder):
            pass
    except OSError as error:
        raise UserError(f"Cannot write {path} ({error.strerror or error}); choose another place.") from error


# --- doing it


@dataclass
class Report:
    """What was done: files by option, seconds by stage."""

    prompt: str
    frames: int
    ctrl_c: _CtrlC
    fps: float = 0.0
    pack: str = ""
    wrote: dict[str, str] = field(default_factory=dict)
    seconds: dict[str, float] = field(default_factory=dict)

    @contextlib.contextmanager
    def stage(self, name: str) -> Iterator[None]:
        self.ctrl_c.check()
        start = time.perf_counter()
        yield
        self.seconds[name] = round(time.perf_counter() - start, 4)
        self.ctrl_c.check()

    def as_json(self) -> str:
        """All of it as one JSON object."""
        told = {name: value for name, value in vars(self).items() if name != "ctrl_c"}
        return json.dumps(told, ensure_ascii=False)


def _run(request: Request, report: Report, stderr: TextIO) -> None:
    from .core import amass
    from .core.body import Body
    from .core.engine import Engine

    with report.stage("load"):
        engine = Engine(request.pack, Body.load(request.body))
        with _Bar(stderr, report.ctrl_c) as bar:
            engine.load(bar)
    with report.stage("text"):
        latent = engine.encode_text(request.prompt)
    with report.stage("decode"):
        motion = engine.decode(latent, request.frames)
    report.fps, report.pack = motion.fps, f"{engine.pack.name} {engine.pack.version}"
    outputs = request.outputs
    if "npz" in outputs:
        with report.stage("npz"):
            amass.save(motion, outputs["npz"])
    if any(name in outputs for name in _NEED_BLENDER):
        with report.ctrl_c.deferred():
            _use_blender(request, engine, motion, report, stderr)
    report.wrote = {name: str(path) for name, path in outputs.items()}


def _use_blender(request: Request, engine, motion, report: Report, stderr: TextIO) -> None:
    with report.stage("blender"):
        from .rig import film
        from .rig.armature import add_body
        from .rig.blendfile import empty_scene, save_blend
        from .rig.keys import key_motion

    outputs = request.outputs
    scene = empty_scene(motion)
    with report.stage("body"):
        armature = add_body(engine.body)
    with report.stage("keys"):
        notes = {"prompt": request.prompt, "pack": report.pack}
        key_motion(armature, motion, action_name(request.prompt), notes=notes)
    if "out" in outputs:
        with report.stage("save"):
            save_blend(scene, armature, outputs["out"])
    if "video" in outputs:
        with report.stage("video"), _Bar(stderr, report.ctrl_c) as bar:
            film.render_film(armature, motion, outputs["video"], request.prompt, bar)
    if "sheet" in outputs:
        with report.stage("sheet"), _Bar(stderr, report.ctrl_c) as bar:
            film.render_sheet(armature, motion, outputs["sheet"], request.prompt, progress=bar)


def _tell(report: Report, as_json: bool, stdout: TextIO) -> None:
    report.seconds["total"] = round(sum(report.seconds.values()), 4)
    if as_json:
        print(report.as_json(), file=stdout)
        return
    for path in report.wrote.values():
        print(f"wrote {path}", file=stdout)
    stages = ", ".join(f"{name} {seconds:.2f} s" for name, seconds in report.seconds.items())
    print(f"{report.frames} frames at {report.fps:g} per second; {stages}", file=stdout)


# --- the terminal


class _CtrlC:
    """Ctrl-C as a `KeyboardInterrupt`, where it can be taken.

    Raised in the middle of Blender's work it may crash it, and libraries swallow it while they are imported. So
    it is remembered, and raised at the next `check` if it had no effect before.
    """

    def __enter__(self) -> _CtrlC:
        self._asked = self._deferred = False
        self._before = signal.signal(signal.SIGINT, self._handle)
        return self

    def __exit__(self, *_: object) -> None:
        signal.signal(signal.SIGINT, self._before)

    def _handle(self, *_: object) -> None:
        self._asked = True
        if not self._deferred:
            raise KeyboardInterrupt

    def check(self) -> None:
        if self._asked:
            raise KeyboardInterrupt

    @contextlib.contextmanager
    def deferred(self) -> Iterator[None]:
        """Until the end of the block, Ctrl-C waits for the next `check`."""
        self._deferred = True
        try:
            yield
        finally:
            self._deferred = False


class _Bar:
    """A progress bar that is an engine's or a film's `progress`; none where stderr is no terminal."""

    def __init__(self, stderr: TextIO, ctrl_c: _CtrlC) -> None:
        from tqdm import tqdm

        self._ctrl_c = ctrl_c
        form = "{desc:26}{percentage:3.0f}%|{bar}| {elapsed}"
        self._bar = tqdm(total=1.0, bar_format=form, file=stderr, disable=not stderr.isatty(), leave=False)

    def __enter__(self) -> _Bar:
        return self

    def __exit__(self, *_: object) -> None:
        self._bar.close()

    def __call__(self, stage: str, fraction: float) -> None:
        self._bar.set_description_str(stage, refresh=False)
        self._bar.update(fraction - self._bar.n)
        self._ctrl_c.check()


@contextlib.contextmanager
def _quiet(verbose: bool) -> Iterator[tuple[TextIO, TextIO]]:
    """Keeps what Blender and its libraries print off the terminal; yields the real stdout and stderr.

    Most of it goes straight to the process's file descriptors, below Python. With `verbose` it all goes to
    stderr. Python's own messages there, a traceback above all, appear in any case.
    """
    sys.stdout.flush()
    sys.stderr.flush()
    kept = [os.dup(1), os.dup(2)]
    try:
        with (
            open(os.dup(kept[0]), "w", encoding="utf-8", errors="replace") as stdout,
            open(os.dup(kept[1]), "w", encoding="utf-8", errors="replace") as stderr,
            open(os.devnull, "w") as nowhere,
        ):
            noise = stderr if verbose else nowhere
            os.dup2(noise.fileno(), 1)
            os.dup2(noise.fileno(), 2)
            faulthandler.enable(stderr)  # else a crash below Python would end without a word
            with contextlib.redirect_stdout(noise), contextlib.redirect_stderr(stderr):
                yield stdout, stderr
    finally:
        faulthandler.disable()
        for descriptor, original in enumerate(kept, start=1):
            os.dup2(original, descriptor)
            os.close(original)
