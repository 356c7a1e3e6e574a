"""Makes the motions of several timeline files in one process, and writes each into files of its own."""

from __future__ import annotations

import contextlib
from dataclasses import dataclass, field
from pathlib import Path
from typing import TextIO

from ..core.body import Body
from ..core.engine import Engine
from ..core.errors import UserError
from ..core.latents.sources import Inputs, source_latents
from ..core.latents.terms import ActionName, ImageFile, SavedLatent
from ..core.motion_files import amass
from ..core.progress import no_progress
from ..core.recipe.make import Made, as_long_as_it_takes, check_length, decoded
from ..core.recipe.recipe import Recipe
from . import blender_outputs
from .engine import load_engine
from .files import read_inputs
from .report import Report
from .terminal import Bar, CtrlC
from .timeline_file import check_files, read_timeline
from .timelines_request import ENDINGS, TimelinesRequest

_NAMED = 10  # files that the summary names


@dataclass
class _Job:
    """A timeline file on its way. problem: why it could not be made. wrote: files by kind."""

    file: Path
    recipe: Recipe | None = None
    problem: str = ""
    wrote: dict[str, str] = field(default_factory=dict)
    notes: tuple[str, ...] = ()

    def told(self) -> dict[str, object]:
        """Returns what the JSON object says of the file."""
        told: dict[str, object] = {"file": str(self.file)}
        if self.problem:
            told["error"] = self.problem
        elif self.recipe is not None:
            told["frames"] = self.recipe.frames
        if self.wrote:
            told["wrote"] = self.wrote
        if self.notes:
            told["notes"] = self.notes
        return told


def run(request: TimelinesRequest, ctrl_c: CtrlC, stdout: TextIO, stderr: TextIO) -> bool:
    """Makes all timelines that can be made, and prints a summary. Returns whether all could be.

    Raises `UserError` when nothing can be begun, and `KeyboardInterrupt` after Ctrl-C: what is written before it stays.
    """
    report = Report(ctrl_c, {"out": str(request.out)})
    jobs = [_Job(file) for file in request.files]
    with report.stage("files"):
        for job in jobs:
            try:
                job.recipe = _recipe(request, job.file)
            except UserError as error:
                job.problem = str(error)
    with report.stage("load"):
        engine = load_engine(request, Body.load(request.body), ctrl_c, stderr)
    with Bar(stderr, ctrl_c) as bar:
        for at, job in enumerate(jobs):
            bar("Making the timelines", at / len(jobs))
            if not job.problem:
                try:
                    _make(request, engine, job, report, stderr)
                except UserError as error:
                    job.problem = str(error)
    _tell(request, engine, report, jobs, stdout, stderr)
    return not any(job.problem for job in jobs)


def _recipe(request: TimelinesRequest, file: Path) -> Recipe:
    """Reads a file. Raises `UserError`."""
    timeline = read_timeline(file, request.guess)
    check_files(timeline)
    recipe = Recipe(timeline, request.placeholder, **request.more)
    return recipe.straight() if request.straight else recipe


def _make(request: TimelinesRequest, engine: Engine, job: _Job, report: Report, stderr: TextIO) -> None:
    """Makes and writes the motion of a file. Raises `UserError`; what is written until then stays, and is told."""
    recipe, fps = job.recipe, engine.pack.fps
    assert recipe is not None
    found: Inputs | None = None
    with report.stage("text"):
        if any(isinstance(term.source, ActionName | ImageFile | SavedLatent) for term in recipe.terms):
            found = read_inputs(recipe.terms, request.scenes, request.up, stderr)
        latents = source_latents(engine, recipe.terms, found, recipe.pooling, no_progress)
    with report.stage("decode"):
        if request.frames is None:
            recipe = job.recipe = as_long_as_it_takes(engine, recipe, latents)
        check_length(engine, recipe, fps)
        made = decoded(engine, recipe, latents, fps)
    job.notes = made.notes
    _write(request, engine, job, made, found, report)


def _write(
    request: TimelinesRequest, engine: Engine, job: _Job, made: Made, found: Inputs | None, report: Report
) -> None:
    assert job.recipe is not None
    files = _free_files(request, job.file)
    if "npz" in files:
        with report.stage("npz"), report.ctrl_c.deferred():  # zipfile complains when it is interrupted
            amass.save(made.motion, files["npz"])
        job.wrote["npz"] = str(files["npz"])
    shown = {kind: [path] for kind, path in files.items() if kind != "npz"}
    if shown:
        with report.ctrl_c.deferred():
            blender_outputs.write(
                engine.body, [job.recipe], [made], job.file.stem, shown, found, report,
                lambda: contextlib.nullcontext(no_progress), request.engine, request.root, request.reduce_keys,
            )  # fmt: skip
        job.wrote |= {kind: str(path) for kind, (path,) in shown.items()}
        report.ctrl_c.check()


def _free_files(request: TimelinesRequest, file: Path) -> dict[str, Path]:
    """Returns the files to write, by kind. Their name is new, so that no file is replaced unasked."""
    count = 1
    while True:
        name = file.stem if count == 1 else f"{file.stem}-{count}"
        files = {kind: request.out / f"{name}{ENDINGS[kind]}" for kind in request.outputs}
        if not any(path.exists() for path in files.values()):
            return files
        count += 1


def _tell(
    request: TimelinesRequest, engine: Engine, report: Report, jobs: list[_Job], stdout: TextIO, stderr: TextIO
) -> None:
    """Prints what is wrong with each file, and the summary or the JSON object."""
    failed = [job for job in jobs if job.problem]
    for job in jobs:
        for sentence in (*job.notes, *([job.problem] if job.problem else [])):
            # the reader of files names them itself
            print(sentence if sentence.startswith(str(job.file)) else f"{job.file}: {sentence}", file=stderr)
    report.told |= {
        "fps": engine.pack.fps,
        "pack": f"{engine.pack.name} {engine.pack.version}",
        "made": len(jobs) - len(failed),
        "failed": len(failed),
        "timelines": [job.told() for job in jobs],
    }
    if request.as_json:
        print(report.as_json(), file=stdout)
        return
    said = f"{len(jobs) - len(failed):,} of {len(jobs):,} timelines made, into {request.out}"
    if failed:
        names = ", ".join(str(job.file) for job in failed[:_NAMED]) + (" ..." if len(failed) > _NAMED else "")
        said += f"; {len(failed):,} could not be made: {names}"
    print(f"{said}; {report.as_text()}", file=stdout)
