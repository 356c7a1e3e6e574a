"""Makes the film of a photo."""

from __future__ import annotations

from typing import TextIO

from ..core.body import Body
from ..core.latents.sources import of_other_packs, source_latents
from ..core.motion import Motion
from ..core.motion_files import amass
from ..core.prompt import MIN_FRAMES
from ..core.recipe.make import as_long_as_it_takes, check_length, decoded
from ..photo.acting import HOLD, acted
from ..photo.framing import framing
from ..photo.prepare import Prepared, prepare
from .engine import load_engine
from .files import read_inputs, read_motion_file
from .photo_request import PhotoRequest
from .report import Report
from .terminal import Bar, CtrlC

FPS = 30.0


def run(request: PhotoRequest, ctrl_c: CtrlC, stdout: TextIO, stderr: TextIO) -> None:
    """Raises `UserError`, and `KeyboardInterrupt` after Ctrl-C; files are written whole or not at all."""
    report = Report(ctrl_c, {"photo": [str(path) for path in request.photos], "prompt": request.title})
    motion = None
    if request.motion is not None:  # before anything that takes long; it may clear Blender's data
        with report.stage("files"):
            motion = read_motion_file(request.motion, request.scenes, request.up, stderr)
    with Bar(stderr, ctrl_c) as bar:
        photo = prepare(request.photos, Body.load(request.body), request.person, bar, report.stage)
    report.note(photo.remarks, stderr)
    report.told |= {
        "fit": round(photo.fit.score, 3),
        "betas": [round(float(beta), 2) for beta in photo.fit.betas],
        "light": photo.light.source,
    }
    with report.stage("load"):
        engine = load_engine(request, photo.body, ctrl_c, stderr)
    made = _made(request, engine, report, stderr) if motion is None else photo.body.on_floor(motion.resample(FPS))
    with report.stage("act"):
        motion, notes = acted(engine, photo.body, photo.fit, made)
        if request.frames is not None and len(motion) > request.frames:
            if len(motion) > request.frames + HOLD:
                notes = (*notes, f"The motion takes {len(motion)} frames, and {request.frames} are asked for: the end "
                         "is cut.")  # fmt: skip
            motion = motion.crop(0, request.frames)
    report.note(notes, stderr)
    report.told |= {"frames": len(motion), "fps": motion.fps}
    with ctrl_c.deferred():
        _write(request, photo, motion, report, stderr)
    report.told["wrote"] = {name: str(path) for name, path in request.outputs.items()}
    if request.as_json:
        print(report.as_json(), file=stdout)
        return
    for path in request.outputs.values():
        print(f"wrote {path}", file=stdout)
    print(f"{len(motion)} frames at {motion.fps:g} per second; {report.as_text()}", file=stdout)


def _made(request: PhotoRequest, engine, report: Report, stderr: TextIO) -> Motion:
    """Makes the motion of the request's recipe, at `FPS`."""
    recipe = request.recipe
    assert recipe is not None
    found = read_inputs(recipe.terms, request.scenes, request.up, report, stderr)
    with report.stage("text"), Bar(stderr, report.ctrl_c) as bar:
        latents = source_latents(engine, recipe.terms, found, recipe.pooling, bar)
    with report.stage("decode"):
        if request.natural:
            recipe = as_long_as_it_takes(engine, recipe, latents, FPS)
        else:  # the film begins with the photo's pose
            recipe = recipe.lasting(max(recipe.frames - HOLD, MIN_FRAMES))
        check_length(engine, recipe, FPS)
        made = decoded(engine, recipe, latents, FPS)
    report.told["pack"] = made.pack
    report.understood(made.steps, stderr)
    report.note(made.notes, stderr)
    report.note(of_other_packs(engine, recipe.terms, found.makers if found else {}), stderr)
    return made.motion


def _write(request: PhotoRequest, photo: Prepared, motion: Motion, report: Report, stderr: TextIO) -> None:
    outputs = request.outputs
    if "npz" in outputs:
        with report.stage("npz"):
            amass.save(motion, outputs["npz"], photo.body.smplx_betas)
    if not {"video", "out", "sheet"} & outputs.keys():
        return
    with report.stage("blender"):
        from ..rig.blendfile import empty_scene, write_blend
        from ..rig.photo.film import render_photo_film, render_photo_sheet
        from ..rig.photo.scene import build, perform
    with report.stage("scene"):
        scene = empty_scene(motion)
        found = build(scene, photo, _name(request), request.photos, request.person or 0)
        framed = framing(motion, photo.body, photo.fit.camera, request.follow)
        perform(found, motion, framed, request.title)
    if "out" in outputs:
        with report.stage("save"):
            write_blend(outputs["out"])
    if "video" in outputs:
        with report.stage("video"), Bar(stderr, report.ctrl_c) as bar:
            render_photo_film(scene, outputs["video"], bar)
    if "sheet" in outputs:
        with report.stage("sheet"), Bar(stderr, report.ctrl_c) as bar:
            render_photo_sheet(scene, outputs["sheet"], request.title, progress=bar)


def _name(request: PhotoRequest) -> str:
    """Returns the name of the person in Blender: that of the photo."""
    return request.photos[0].stem[:40] or "Photo"
