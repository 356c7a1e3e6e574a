"""Makes the requested motions, and writes them."""

from __future__ import annotations

from dataclasses import replace
from typing import TextIO

from ..core.engine import Engine
from ..core.engines import FILE_KINDS
from ..core.latents import file as latent_file
from ..core.latents.sources import Inputs, of_other_packs, source_latents
from ..core.motion_files import amass
from ..core.recipe.make import Made, as_long_as_it_takes, at_rate, decoded, stops
from . import blender_outputs
from .engine import load_body, load_engine
from .files import read_inputs
from .form import Person
from .report import Report
from .request import NEED_BLENDER, SINGLE, GenerateRequest
from .terminal import Bar, CtrlC


def run(request: GenerateRequest, ctrl_c: CtrlC, stdout: TextIO, stderr: TextIO) -> None:
    """Raises `UserError`, and `KeyboardInterrupt` after Ctrl-C; files are written whole or not at all."""
    recipe = request.recipe
    report = Report(ctrl_c, {"prompt": request.title, "frames": recipe.frames})
    terms = recipe.terms
    found = read_inputs(terms, request.scenes, request.up, report, stderr)
    person = Person.of(request.form.rig, report)
    with report.stage("load"):
        engine = load_engine(request, load_body(request), ctrl_c, stderr)
    with report.stage("text"), Bar(stderr, ctrl_c) as bar:
        latents = source_latents(engine, terms, found, recipe.pooling, bar)
    fps, body = person.fps or engine.pack.fps, engine.body.fitted_to(person.joints)
    with report.stage("decode"):
        natural = request.natural
        recipe = as_long_as_it_takes(engine, recipe, latents, fps) if natural else at_rate(engine, recipe, fps)
    request = replace(request, recipe=recipe)
    report.told["frames"] = recipe.frames
    with report.stage("decode"):
        if request.stops:
            made = stops(engine, recipe, latents, fps, request.stops, body)
        else:
            made = [decoded(engine, each, latents, fps, body) for each in request.recipes]
    report.told |= {"fps": fps, "pack": made[0].pack}
    report.note(of_other_packs(engine, terms, found.makers if found else {}), stderr)
    report.understood(made[0].steps, stderr)
    report.note(dict.fromkeys(note for one in made for note in one.notes), stderr)
    if request.variations:
        report.told["seeds"] = list(range(request.seed, request.seed + request.variations))
    wrote = _write(request, engine, made, found, report, stderr)
    report.told["wrote"] = {name: files[0] if len(files) == 1 else files for name, files in wrote.items()}
    if request.as_json:
        print(report.as_json(), file=stdout)
        return
    for files in wrote.values():
        for file in files:
            print(f"wrote {file}", file=stdout)
    several = f"{len(made)} motions of " if len(made) > 1 else ""
    print(f"{several}{recipe.frames} frames at {fps:g} per second; {report.as_text()}", file=stdout)


def _write(
    request: GenerateRequest, engine: Engine, made: list[Made], found: Inputs | None, report: Report, stderr: TextIO
) -> dict[str, list[str]]:
    """Writes all outputs. Returns their files by option."""
    outputs = request.outputs
    if "npz" in outputs:
        with report.stage("npz"):
            for one, path in zip(made, request.numbered("npz"), strict=True):
                amass.save(one.motion, path, engine.body.smplx_betas)
    if "latent" in outputs:
        with report.stage("latent"):
            for one, path in zip(made, request.numbered("latent"), strict=True):
                assert one.latent is not None  # the request refused recipes without a latent
                latent_file.save(one.latent, path, one.pack)
    said: list[str] = []
    if any(name in outputs for name in NEED_BLENDER):
        single = {"out": "blend", "sheet": "sheet"}
        files = {kind: [outputs[name]] for name, kind in single.items() if name in outputs}
        files |= {name: request.numbered(name) for name in ("video", *FILE_KINDS) if name in outputs}
        with report.ctrl_c.deferred():
            said = blender_outputs.write(
                engine.body, request.recipes, made, request.title, files, found, report,
                lambda: Bar(stderr, report.ctrl_c), request.form,
            )  # fmt: skip
        report.note(said, stderr)
    return {name: [str(p) for p in (request.numbered(name) if name in SINGLE else [outputs[name]])] for name in outputs}
