"""Makes a motion of every line of a file, in one process, and writes each into files of its own."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TextIO

import numpy as np

from ..core.engine import Engine
from ..core.errors import UserError
from ..core.latents.arithmetic import even_factors
from ..core.latents.expression import Expression
from ..core.latents.sources import Inputs, summed
from ..core.latents.terms import ActionName, Prompt, Source, Term, TextEmbedding
from ..core.motion import Motion
from ..core.motion_files.prepared import PreparedMotions
from ..core.progress import Progress
from ..core.prompt import MAX_CHARACTERS, checked_prompt
from ..core.prompt_plan.told import Step
from ..core.recipe.blend import Blend
from ..core.recipe.make import (
    Made,
    as_long_as_it_takes,
    at_rate,
    decoded,
    decoded_together,
    stop_recipes,
    variation_recipes,
)
from ..core.recipe.plan import UNREAD, PromptPlan
from ..core.recipe.recipe import Recipe
from ..core.recipe.sum import Sum
from .arguments import FRAMES
from .batch_lines import DATA, Line
from .batch_request import BatchRequest
from .form import Person
from .outputs import slug_of
from .report import Report, told_steps
from .several import Job, carry_out, write
from .terminal import CtrlC

STOPS = 5
"""Of an interpolation, its ends included: the released code's."""

_TOGETHER = 32  # lines whose motions are decoded in shared passes; bounds memory, and how long Ctrl-C waits


@dataclass(kw_only=True)
class _LineJob(Job):
    """A line.

    latents: (n, D) that its motions are decoded from; None for a prompt that is read in steps. places: of its labels,
    the clip that was taken. steps: what was understood of its prompt.
    """

    line: Line
    latents: np.ndarray | None = None
    places: dict[str, str] = field(default_factory=dict)
    steps: tuple[Step, ...] = ()

    @property
    def short(self) -> str:
        return str(self.line.line)

    def told(self) -> dict[str, object]:
        told: dict[str, object] = {"line": self.line.line, "number": self.line.number}
        if self.title:
            told["text"] = self.title
        if self.places:
            told["data"] = self.places
        if self.recipes and not self.problem:
            told["frames"] = self.recipes[0].frames
        return told | told_steps(self.steps) | super().told()


def run(request: BatchRequest, ctrl_c: CtrlC, stdout: TextIO, stderr: TextIO) -> bool:
    """Makes all lines that can be made, and prints a summary. Returns whether all could be; see `carry_out`."""
    report = Report(ctrl_c, {"file": str(request.file), "frames": request.frames, "empty": request.empty})
    prepared = None
    if request.data is not None and any(line.source == DATA for line in request.lines):
        with report.stage("data"):
            prepared = PreparedMotions(request.data)

    def make(engine: Engine, person: Person, bar: Progress) -> Sequence[Job]:
        if request.steps and not engine.reads_steps:
            report.note([UNREAD.format(engine.pack.name)], stderr)
        batch = _Batch(request, engine, prepared, report, person)
        jobs: list[Job] = []
        for first in range(0, len(request.lines), _TOGETHER):
            some = request.lines[first : first + _TOGETHER]

            def step(stage: str, fraction: float, first: int = first, count: int = len(some)) -> None:
                bar(stage, (first + fraction * count) / len(request.lines))

            jobs += batch.make(some, step)
        return jobs

    def remarks(engine: Engine) -> list[str]:
        empty = [f"{request.empty:,} empty"] if request.empty else []
        length = "as many frames as their steps take" if request.frames is None else f"{request.frames} frames"
        return [*empty, f"{length} at {engine.pack.fps:g} per second"]

    return carry_out(request, "lines", make, report, stdout, stderr, remarks)


class _Batch:
    """Makes lines, some at a time."""

    def __init__(
        self, request: BatchRequest, engine: Engine, prepared: PreparedMotions | None, report: Report, person: Person
    ) -> None:
        self._request, self._engine, self._prepared, self._report = request, engine, prepared, report
        self._fps, self._body = person.fps or engine.pack.fps, engine.body.fitted_to(person.joints)
        self._of_labels: dict[str, tuple[np.ndarray, str] | UserError] = {}
        self._in_steps = request.steps and engine.reads_steps
        self._fields = {"frames": request.frames or FRAMES, **request.more}

    def make(self, lines: Sequence[Line], step: Progress) -> list[_LineJob]:
        """Returns a job for each line, made and written, or with the reason why it is not."""
        jobs = [
            _LineJob(asked=f"{self._request.file}, line {line.line}", line=line, problem=line.problem) for line in lines
        ]
        step("Reading the lines", 0.0)
        if not self._in_steps:
            with self._report.stage("text"):
                self._read([job for job in jobs if not job.problem])
        with self._report.stage("decode"):
            motions = self._decode([job for job in jobs if not job.problem], lambda _, at: step("Decoding", 0.5 * at))
        for at, job in enumerate(jobs):
            step("Writing", 0.5 + 0.5 * at / len(jobs))
            if not job.problem:
                with job.kept():
                    self._write(job, motions[job.line.line])
        return jobs

    # --- from a line to its latents

    def _read(self, jobs: Sequence[_LineJob]) -> None:
        """Fills in recipes and latents of jobs, or why they cannot be made."""
        for job in jobs:
            with job.kept():
                for text in job.line.texts:
                    checked_prompt(text)  # one that was to be read in steps may be longer
                    if job.line.source != DATA and not self._request.straight:
                        self._engine.check_english(text)
        latents = self._prompt_latents([job.line for job in jobs if not job.problem])
        for job in jobs:
            if not job.problem:
                with job.kept():
                    self._prepare(job, latents)
                    job.recipes = [at_rate(self._engine, recipe, self._fps) for recipe in job.recipes]

    def _prompt_latents(self, lines: Sequence[Line]) -> dict[Source, np.ndarray]:
        texts = list(dict.fromkeys(text for line in lines if line.source != DATA for text in line.texts))
        if not texts:
            return {}
        latents = self._engine.encode_texts(texts) if self._request.straight else self._engine.prompt_latents(texts)
        return dict(zip(map(self._text, texts), latents, strict=True))

    def _text(self, text: str) -> Source:
        return TextEmbedding(text) if self._request.straight else Prompt(text)

    def _prepare(self, job: _LineJob, latents: dict[Source, np.ndarray]) -> None:
        """Fills in recipes and latents. Raises `UserError`."""
        line, engine = job.line, self._engine
        sources: list[Source] = [ActionName(text) if line.source == DATA else self._text(text) for text in line.texts]
        for source in sources:
            if isinstance(source, ActionName):
                latents[source], job.places[source.name] = self._of_label(source.name)
        if self._request.kind == "interpolations":
            job.title = " → ".join(line.texts)
            start, end = map(Expression.of, sources)
            between = Blend(start, end)
            job.recipes = stop_recipes(Recipe(between, **self._fields), STOPS)
            job.latents = between.latents_at(engine, latents, even_factors(STOPS))
            return
        job.title = line.texts[0]
        terms = [Term(1.0, sources[0])]
        if self._request.kind == "edits":
            job.title = "{} - {} + {}".format(*line.texts)
            terms += [Term(-1.0, sources[1]), Term(1.0, sources[2])]
        recipe, seed = Recipe(Sum(Expression(tuple(terms))), **self._fields), self._request.seed
        job.recipes = [recipe.varied(seed)]
        if self._request.variations:
            job.recipes = variation_recipes(recipe, self._request.variations, seed)
        job.latents = summed(engine, terms, latents)[None]

    def _of_label(self, label: str) -> tuple[np.ndarray, str]:
        """Returns the latent (D,) of a label's motion, and which it is. Raises `UserError`."""
        assert self._prepared is not None  # lines of data without the folder were refused with the request
        if label not in self._of_labels:
            try:
                found = self._prepared.find(label)
                latent = self._engine.encode(found.motion, self._request.more["pooling"])
                self._of_labels[label] = latent, found.place
            except UserError as error:
                self._of_labels[label] = error
        known = self._of_labels[label]
        if isinstance(known, UserError):
            raise known
        return known

    # --- from latents to files

    def _decode(self, jobs: Sequence[_LineJob], step: Progress) -> dict[int, list[Made]]:
        """Returns the motions of each job that can be made, by the number of its line."""
        if not jobs:
            return {}
        if self._in_steps:
            return self._decode_steps(jobs, step)
        if self._request.variations or self._request.seed:
            return self._varied(jobs, step)
        recipes = [recipe for job in jobs for recipe in job.recipes]
        latents = np.concatenate([job.latents for job in jobs if job.latents is not None])
        made = iter(decoded_together(self._engine, recipes, latents, self._fps, step, self._body))
        return {job.line.line: [next(made) for _ in job.recipes] for job in jobs}

    def _decode_steps(self, jobs: Sequence[_LineJob], step: Progress) -> dict[int, list[Made]]:
        """Makes prompts as each is made alone, and fills in their recipes, or why they cannot be made."""
        found: dict[int, list[Made]] = {}
        texts = [text for job in jobs for text in job.line.texts if len(text) <= MAX_CHARACTERS]
        with self._engine.keeping_texts(texts):
            for at, job in enumerate(jobs):
                step("Making the motions", at / len(jobs))
                (job.title,) = job.line.texts
                with job.kept():
                    job.recipes = self._plans(job.title)
                    made = [decoded(self._engine, recipe, {}, self._fps, self._body) for recipe in job.recipes]
                    job.steps, found[job.line.line] = made[0].steps, made
        return found

    def _plans(self, prompt: str) -> list[Recipe]:
        """Returns the recipes of a prompt that is read in steps. Raises `UserError` for what is not understood."""
        engine, request = self._engine, self._request
        recipe = Recipe(PromptPlan(prompt, request.guess), **self._fields).varied(request.seed)
        if request.frames is None:
            recipe = as_long_as_it_takes(engine, recipe, {}, self._fps)
        else:
            recipe = at_rate(engine, recipe, self._fps)
        return variation_recipes(recipe, request.variations, request.seed) if request.variations else [recipe]

    def _varied(self, jobs: Sequence[_LineJob], step: Progress) -> dict[int, list[Made]]:
        """Does what `_decode` does where latents are sampled, each around its own motions."""
        found: dict[int, list[Made]] = {}
        for at, job in enumerate(jobs):
            step("Making the motions", at / len(jobs))
            assert job.latents is not None
            latents = {job.recipes[0].terms[0].source: job.latents[0]}
            made = [decoded(self._engine, recipe, latents, self._fps, self._body) for recipe in job.recipes]
            found[job.line.line] = made
        return found

    def _write(self, job: _LineJob, made: list[Made]) -> None:
        """Writes all outputs of a line. Raises `UserError`."""
        stem = f"{job.line.number:0{self._request.digits}d}_{slug_of(job.title, '_')}"
        write(self._request, job, stem, made, self._engine.body, self._found(job), self._report)

    def _found(self, job: _LineJob) -> Inputs | None:
        """Returns the motions that a .blend file takes along: those of the line's labels."""
        if not job.places or self._prepared is None or "blend" not in self._request.outputs:
            return None
        motions: dict[str, Motion] = {label: self._prepared.find(label).motion for label in job.places}
        return Inputs(motions)
