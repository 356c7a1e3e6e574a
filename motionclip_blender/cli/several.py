"""Makes several motions in one process: what is wrong with one is kept with it, and the rest goes on."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TextIO

from ..core.body import Body
from ..core.engine import Engine
from ..core.errors import UserError
from ..core.latents.sources import Inputs
from ..core.motion_files import amass
from ..core.progress import Progress, no_progress
from ..core.recipe.make import Made
from ..core.recipe.recipe import Recipe
from . import blender_outputs
from .engine import load_body, load_engine
from .form import Person
from .outputs import numbered
from .report import Report
from .several_request import ENDINGS, SINGLE, SeveralRequest
from .terminal import Bar

_NAMED = 10  # jobs that the summary names


@dataclass(kw_only=True)
class Job:
    """One of the things to make, on its way.

    asked: what messages call it. title: what its motions show. recipes: of its motions. problem: why it could not be
    made. wrote: files by kind.
    """

    asked: str
    title: str = ""
    recipes: list[Recipe] = field(default_factory=list)
    problem: str = ""
    wrote: dict[str, list[str]] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)

    @property
    def short(self) -> str:
        """What the summary calls it."""
        return self.asked

    def told(self) -> dict[str, object]:
        """Returns what the JSON object says of it."""
        told: dict[str, object] = {}
        if self.problem:
            told["error"] = self.problem
        if self.wrote:
            told["wrote"] = {kind: files[0] if len(files) == 1 else files for kind, files in self.wrote.items()}
        if self.notes:
            told["notes"] = self.notes
        return told

    @contextlib.contextmanager
    def kept(self) -> Iterator[None]:
        """Keeps a `UserError` as the job's problem."""
        try:
            yield
        except UserError as error:
            self.problem = str(error)


Make = Callable[[Engine, Person, Progress], Sequence[Job]]
"""Makes and writes all jobs. Raises `UserError` when nothing can be begun."""


def carry_out(
    request: SeveralRequest, kind: str, make: Make, report: Report, stdout: TextIO, stderr: TextIO,
    remarks: Callable[[Engine], Sequence[str]] = lambda _: (),
) -> bool:  # fmt: skip
    """Loads the engine, makes the jobs below a progress bar, and tells of them. Returns whether all could be made.

    kind: what the jobs are called, "lines". remarks: returns more for the summary. Raises `UserError` when nothing can
    be begun, and `KeyboardInterrupt` after Ctrl-C: what is written before it stays.
    """
    person = Person.of(request.form.rig, report)
    with report.stage("load"):
        engine = load_engine(request, load_body(request), report.ctrl_c, stderr)
    with Bar(stderr, report.ctrl_c) as bar:
        jobs = make(engine, person, bar)
    for job in jobs:
        for sentence in (*job.notes, *([job.problem] if job.problem else [])):
            # the readers of some files name them themselves
            print(sentence if sentence.startswith(job.asked) else f"{job.asked}: {sentence}", file=stderr)
    failed = [job for job in jobs if job.problem]
    report.told |= {
        "fps": engine.pack.fps,
        "pack": engine.pack.title,
        "made": len(jobs) - len(failed),
        "failed": len(failed),
        kind: [job.told() for job in jobs],
    }
    if request.as_json:
        print(report.as_json(), file=stdout)
    else:
        print(_summary(request, kind, jobs, failed, remarks(engine), report), file=stdout)
    return not failed


def _summary(
    request: SeveralRequest, kind: str, jobs: Sequence[Job], failed: Sequence[Job], remarks: Sequence[str],
    report: Report,
) -> str:  # fmt: skip
    said = [f"{len(jobs) - len(failed):,} of {len(jobs):,} {kind} made, into {request.out}"]
    if failed:
        names = ", ".join(job.short for job in failed[:_NAMED]) + (" ..." if len(failed) > _NAMED else "")
        said.append(f"{len(failed):,} could not be made: {names}")
    return "; ".join((*said, *remarks, report.as_text()))


def write(
    request: SeveralRequest, job: Job, stem: str, made: Sequence[Made], body: Body, found: Inputs | None, report: Report
) -> None:
    """Writes all outputs of a job. Raises `UserError`; what is written until then stays, and is told.

    stem: of the files' names. found: what was read for the recipes, see `blender_outputs.write`.
    """
    job.notes = list(dict.fromkeys(note for one in made for note in one.notes))
    files = _free_files(request, stem, len(job.recipes))
    if "npz" in files:
        with report.stage("npz"), report.ctrl_c.deferred():  # zipfile complains when it is interrupted
            for one, path in zip(made, files["npz"], strict=True):
                amass.save(one.motion, path, body.smplx_betas)
                job.wrote.setdefault("npz", []).append(str(path))
    shown = {kind: paths for kind, paths in files.items() if kind != "npz"}
    if shown:
        with report.ctrl_c.deferred():
            said = blender_outputs.write(
                body, job.recipes, made, job.title, shown, found, report,
                lambda: contextlib.nullcontext(no_progress), request.form,
            )  # fmt: skip
        job.notes += [sentence for sentence in said if sentence not in job.notes]
        job.wrote |= {kind: [str(path) for path in paths] for kind, paths in shown.items()}
        report.ctrl_c.check()


def _free_files(request: SeveralRequest, stem: str, motions: int) -> dict[str, list[Path]]:
    """Returns the files to write, by kind. Their name is new, so that no file is replaced unasked."""
    count = 1
    while True:
        name = stem if count == 1 else f"{stem}-{count}"
        files = {kind: [request.out / f"{name}{ENDINGS[kind]}"] for kind in request.outputs}
        if motions > 1:
            files |= {kind: numbered(files[kind][0], motions) for kind in SINGLE if kind in files}
        if not any(path.exists() for paths in files.values() for path in paths):
            return files
        count += 1
