"""Parses the command line `python -m render_pipeline --motions DATA --out FRAMES` and shows the progress of the run."""

from __future__ import annotations

import argparse
import json
import os
import signal
import sys
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import NoReturn, TextIO

from motionclip_blender.core.body import OPEN_BODY
from motionclip_blender.core.errors import UserError
from motionclip_blender.core.motion_files.arrays import axis_name

from .looks import NAMES
from .pool import Renderer
from .process import Blender, Worker
from .run import Listener, Report, Request, render_frames
from .settings import DEFAULT_SAMPLES, ENGINES, FORMATS, Settings

_SIZES = (16, 4096)


def main(arguments: Sequence[str] | None = None, called: str | None = None) -> int:
    """Runs the command line and returns the exit status.

    called: the command as the user typed it, for --help.

    0: all frames are rendered. 1: some frames are missing, because motions could not be read or units crashed; their
    names are printed. 2: an error that the user can correct stopped the run. 130: Ctrl-C or SIGTERM. Finished shards
    are kept in every case.
    """
    try:
        given = _parser(called).parse_args(arguments)
        request = _request(given)
        with _stoppable(), _Terminal(given.progress_json) as terminal:
            if given.ray is not None:
                from .cluster import Cluster

                with Cluster(given.ray, given.blender, request, given.workers) as cluster:
                    report = render_frames(request, cluster.workers, terminal)
            else:
                blender = Blender.find(given.blender)
                report = render_frames(request, _local(blender, request, given.workers), terminal)
    except UserError as error:
        print(error, file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        print("Stopped; the same command goes on with the rest.", file=sys.stderr)
        return 130
    return _tell(report, given.out)


class _Parser(argparse.ArgumentParser):
    def error(self, message: str) -> NoReturn:
        raise UserError(f"{message[:1].upper()}{message[1:]}; --help says what can be given.")


def _parser(called: str | None) -> argparse.ArgumentParser:
    parser = _Parser(
        prog=called or "python -m render_pipeline",
        description="Renders random frames of motions, for training: shards of images, captions and joints.",
        epilog="The same command goes on where it was stopped. docs/rendering.md says what comes out.",
        allow_abbrev=False,
    )
    add = parser.add_argument
    add("--motions", type=Path, required=True, metavar="DATA", help="folder of .npz files in AMASS's SMPL-X form")
    add("--out", type=Path, required=True, metavar="FRAMES", help="folder for the shards")
    add("--per-motion", type=_count(1), default=1, metavar="N", help="frames of each motion (1)")
    add("--limit", type=_count(1), metavar="N", help="frames in all, at most")
    add("--look", choices=NAMES, default="paper", help="what the frames look like (paper)")
    add("--config", type=Path, metavar="FILE.toml", help="distributions in place of the look's own")
    add("--size", type=_count(*_SIZES), default=224, metavar="N", help="pixels, width and height (224)")
    add("--engine", choices=ENGINES, default="workbench", help="Blender's renderer (workbench)")
    add("--samples", type=_count(0), metavar="N", help="per pixel (workbench 1: a filter, cycles 16, eevee 8)")
    add("--format", choices=tuple(FORMATS), default="png", help="of the images (png)")
    add("--seed", type=_count(0), default=0, metavar="S", help="the same seed, the same pixels (0)")
    add("--shard", type=_count(1), default=256, metavar="N", help="frames in a shard (256)")
    add("--body", type=Path, metavar="FILE", help="SMPL-X .npz file (default: the open body)")
    add("--up", type=_axis, metavar="AXIS", help="which axis points up in the motions: Y, Z ... (default: detected)")
    add("--workers", type=_count(1), metavar="N", help="Blender processes (default: one for each core)")
    add("--blender", metavar="PATH", help="a Blender program (default: the one running, else the bpy module)")
    add("--ray", metavar="ADDRESS", help='render on a Ray cluster: its address, or "auto"')
    add("--progress-json", action="store_true", help="print a line of JSON for every second of work")
    return parser


def _count(low: int, high: int | None = None):
    def checked(text: str) -> int:
        try:
            number = int(text)
        except ValueError:
            raise argparse.ArgumentTypeError(f"{text!r} is no whole number") from None
        if number < low or (high is not None and number > high):
            raise argparse.ArgumentTypeError(f"{number} is not {low}" + (f" to {high}" if high else " or more"))
        return number

    return checked


def _axis(text: str) -> str:
    if not axis_name(text):
        raise argparse.ArgumentTypeError(f"{text!r} is no axis: Y, Z, -Y, -Z, X or -X")
    return axis_name(text)


def _request(given: argparse.Namespace) -> Request:
    samples = DEFAULT_SAMPLES[given.engine] if given.samples is None else given.samples
    if given.engine != "workbench" and samples < 1:
        raise UserError("--samples must be 1 or more; only Workbench knows 0.")
    return Request(
        motions=given.motions,
        out=given.out,
        settings=Settings(given.size, given.engine, samples, given.format),
        look=given.look,
        config=given.config,
        body=given.body,
        up=given.up or "",
        seed=given.seed,
        per_motion=given.per_motion,
        limit=given.limit,
        shard=given.shard,
    )


def _local(blender: Blender, request: Request, wanted: int | None):
    def workers(units: int) -> list[Renderer]:
        cores = os.cpu_count() or 1
        count = max(1, min(wanted or cores, units))
        settings = replace(request.settings, threads=max(1, cores // count))
        return [Worker(blender, settings, request.body or OPEN_BODY) for _ in range(count)]

    return workers


def _tell(report: Report, out: Path) -> int:
    for name, why in sorted(report.skipped.items()):
        print(f"Skipped {name}: {why}", file=sys.stderr)
    for name, why in sorted(report.failed.items()):
        print(f"{name} is missing: its worker crashed three times, last {why}", file=sys.stderr)
    print(f"{report.frames} frames in {out}, {report.rendered} of them rendered now", file=sys.stderr)
    return 1 if report.skipped or report.failed else 0


@contextmanager
def _stoppable() -> Iterator[None]:
    """Treats SIGTERM like Ctrl-C: the workers are stopped, finished shards are kept."""

    def stop(*_: object) -> NoReturn:
        raise KeyboardInterrupt

    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = {number: signal.signal(number, stop) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield
    finally:
        for number, handler in before.items():
            if handler is not None:  # None is a handler that Blender installed in C; Python cannot restore it
                signal.signal(number, handler)


class _Terminal(Listener):
    """Shows the progress as a bar on a terminal, or as lines of JSON on standard output.

    A line is {"done": n, "total": m, "message": ...}.
    """

    _SECONDS = 1.0  # between lines of JSON

    def __init__(self, as_json: bool, stderr: TextIO | None = None) -> None:
        self._as_json = as_json
        self._stderr = stderr or sys.stderr
        self._lock = threading.Lock()
        self._done = self._total = 0
        self._told = 0.0
        self._bar = None

    def __enter__(self) -> _Terminal:
        return self

    def __exit__(self, kind: type | None, *_: object) -> None:
        if self._bar is not None:
            self._bar.close()
        if self._as_json and self._total:
            self._line("Done" if kind is None else "Stopped")

    def start(self, total: int, done: int) -> None:
        self._total, self._done = total, done
        if self._as_json:
            self._line("Starting Blender")
        elif self._stderr.isatty():
            try:
                from tqdm import tqdm
            except ImportError:  # not part of Blender's Python
                return
            self._bar = tqdm(total=total, initial=done, unit="frame", file=self._stderr, leave=False)

    def more(self, images: int) -> None:
        with self._lock:
            self._done += images
            if self._bar is not None:
                self._bar.update(images)
            if self._as_json and time.monotonic() - self._told >= self._SECONDS:
                self._line("Rendering")

    def say(self, message: str) -> None:
        if self._bar is not None:
            self._bar.write(message, file=self._stderr)
        else:
            print(message, file=self._stderr)

    def _line(self, message: str) -> None:
        self._told = time.monotonic()
        print(json.dumps({"done": self._done, "total": self._total, "message": message}), flush=True)
