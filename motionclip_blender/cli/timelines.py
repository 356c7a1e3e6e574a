"""Makes the motions of several timeline files in one process, and writes each into files of its own."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TextIO

from ..core.engine import Engine
from ..core.latents.sources import of_other_packs, source_latents
from ..core.progress import Progress, no_progress
from ..core.recipe.make import as_long_as_it_takes, at_rate, check_length, decoded
from ..core.recipe.recipe import Recipe
from .files import read_inputs
from .form import Person
from .report import Report
from .several import Job, carry_out, write
from .terminal import CtrlC
from .timeline_file import check_files, read_timeline
from .timelines_request import TimelinesRequest


@dataclass(kw_only=True)
class _TimelineJob(Job):
    file: Path

    def told(self) -> dict[str, object]:
        made: dict[str, object] = {} if self.problem or not self.recipes else {"frames": self.recipes[0].frames}
        return {"file": str(self.file)} | made | super().told()


def run(request: TimelinesRequest, ctrl_c: CtrlC, stdout: TextIO, stderr: TextIO) -> bool:
    """Makes all timelines that can be made, and prints a summary. Returns whether all could be; see `carry_out`."""
    report = Report(ctrl_c, {"out": str(request.out)})
    jobs = [_TimelineJob(asked=str(file), file=file, title=file.stem) for file in request.files]
    with report.stage("files"):
        for job in jobs:
            with job.kept():
                job.recipes = [_recipe(request, job.file)]

    def make(engine: Engine, person: Person, bar: Progress) -> Sequence[Job]:
        for at, job in enumerate(jobs):
            bar("Making the timelines", at / len(jobs))
            if not job.problem:
                with job.kept():
                    _make(request, engine, job, person, report, stderr)
        return jobs

    return carry_out(request, "timelines", make, report, stdout, stderr)


def _recipe(request: TimelinesRequest, file: Path) -> Recipe:
    """Reads a file. Raises `UserError`."""
    timeline = read_timeline(file, request.guess)
    check_files(timeline)
    recipe = Recipe(timeline, request.placeholder, **request.more)
    return recipe.straight() if request.straight else recipe


def _make(
    request: TimelinesRequest, engine: Engine, job: _TimelineJob, person: Person, report: Report, stderr: TextIO
) -> None:
    """Makes and writes the motion of a file. Raises `UserError`; what is written until then stays, and is told."""
    (recipe,), fps = job.recipes, person.fps or engine.pack.fps
    found = read_inputs(recipe.terms, request.scenes, request.up, report, stderr)
    with report.stage("text"):
        latents = source_latents(engine, recipe.terms, found, recipe.pooling, no_progress)
    with report.stage("decode"):
        if request.frames is None:
            recipe = as_long_as_it_takes(engine, recipe, latents, fps)
        else:
            recipe = at_rate(engine, recipe, fps)
        check_length(engine, recipe, fps)
        made = decoded(engine, recipe, latents, fps, engine.body.fitted_to(person.joints))
        made = made.noting(of_other_packs(engine, recipe.terms, found.makers if found else {}))
    job.recipes = [recipe]
    write(request, job, job.file.stem, [made], engine.body, found, report)
