"""Prepares the clips of one file: reads, retargets, trims, measures, writes and draws them."""

from __future__ import annotations

import os
from dataclasses import asdict, replace
from functools import cache
from pathlib import Path

import numpy as np

from motionclip_blender.core.body import Body
from motionclip_blender.core.cleanup.foot_locking import keep_on_floor
from motionclip_blender.core.errors import UserError
from motionclip_blender.core.files import write_json
from motionclip_blender.core.motion import Motion, facing_forward
from motionclip_blender.core.motion_files import amass
from motionclip_blender.core.retarget.footing import seated
from motionclip_blender.core.retarget.measure import Errors, limb_far_off, measure
from motionclip_blender.core.retarget.retarget import retarget
from motionclip_blender.core.retarget.rig_maps import matching_rig
from motionclip_blender.core.retarget.source import SourceClip
from motionclip_blender.core.retarget.upward import AXES

from .clip_files.catalogue import SMPLX, SourceFile
from .clip_files.collection import Collection
from .clip_files.labels import Label
from .clip_files.reading import read_clips
from .records import Job, Record, key_of, record_path, sentence
from .report import SHEETS
from .t_poses import without_t_poses

FPS = 30.0
_CELL = (160, 180)
_PERSON = "MotionCLIP report"
_SHORTEST = 0.5  # seconds that must be left between the T-poses of a take


def prepare_file(file: SourceFile, job: Job) -> Record:
    """Reads, retargets, measures, writes and draws all clips of one file.

    Problems go into the record; nothing is raised.
    """
    record, clips = Record("", path=os.path.abspath(file.path)), []
    try:
        record.key = key_of(file, job)
        # read before any is drawn, because drawing replaces the open Blender file
        for entry in read_clips(file, job.up or ""):
            clips.append(entry)
    except Exception as error:
        record.problems.append(sentence(file.path.name, error))
    for name, clip in clips:
        _prepare_clip(file, name, clip, job, record)
    if clips and not record.clips and not record.problems:
        error = UserError("no joint of a person is animated in it; export it with its animations.")
        record.problems.append(sentence(file.path.name, error))
    if not record.problems:
        write_json(record_path(file, job), asdict(record), indent=None)
    return record


def _prepare_clip(file: SourceFile, name: str, clip: SourceClip, job: Job, record: Record) -> None:
    """Prepares one clip and adds its entry, its notes and its problems to `record`."""
    about = f"{file.path.name}, {name}"
    if name.casefold() in {entry["clip"].casefold() for entry in record.clips}:
        record.problems.append(sentence(about, UserError("another animation of the file has this name; rename one.")))
        return
    try:
        rig = matching_rig(clip.bones, job.own_maps)
        if clip.stands_idle({bone for a, b, _ in rig.pairs.values() for bone in (a, b)}):
            record.notes[name] = "no joint of the person is animated in it, so it is left out"
            return
        up = "y" if file.kind == SMPLX else job.up or file.collection.up
        told = replace(rig.told, up=AXES[up]) if up else rig.told
        motion = retarget(clip, rig.pairs, _body(), told)
        errors = measure(clip, rig.pairs, motion, _body(), told)
        _check(errors)
        motion = _down(motion, name.partition("/")[2], file.collection).resample(FPS)
        trimmed = (0, len(motion))
        if file.collection.t_poses:
            trimmed = without_t_poses(motion, _body())
            motion = _cut(motion, *trimmed)
    except Exception as error:
        record.problems.append(sentence(about, error))
        return
    amass.save(motion, job.out / f"{name}.npz", np.zeros(10))
    if job.pictures:
        _draw(motion, name, job.out)
    if notes := [note for note in (file.note, clip.note) if note]:
        record.notes[name] = "; ".join(notes)
    record.clips.append(
        {
            "clip": name,
            "file": f"{name}.npz",
            "source": file.collection.name,
            "format": file.kind.rpartition(".")[2],
            "licence": file.collection.licence,
            "credit": file.collection.credit,
            "fps": FPS,
            "frames": len(motion),
            "seconds": round(motion.seconds, 3),
            "errors": asdict(errors, dict_factory=_without_nan),
            **_performance(file, name),
            **_labels(file.labels, clip.begins + trimmed[0] / FPS, motion.seconds),
        }
    )


def _down(motion: Motion, clip: str, collection: Collection) -> Motion:
    """Returns the motion with who sits or lies on the floor on ours, where the collection says that the source's
    proportions leave them above it."""
    if collection.rests_in(clip):
        return keep_on_floor(motion, _body())
    seat = collection.seat(clip)
    return seated(motion, _body(), seat) if seat else motion


def _cut(motion: Motion, first: int, end: int) -> Motion:
    """Returns some frames of a motion, from the origin and facing forward. Raises `UserError` for too few."""
    if end - first < _SHORTEST * motion.fps:
        raise UserError("it shows nothing but a T-pose, so it is left out.")
    if (first, end) == (0, len(motion)):
        return motion
    return facing_forward(Motion(motion.rotations[first:end], motion.translation[first:end], motion.fps))


def _performance(file: SourceFile, name: str) -> dict:
    known = file.collection.performance(name.partition("/")[2])
    return {} if known is None else {"person": known[0], "take": known[1]}


def _labels(labels: tuple[Label, ...], begins: float, seconds: float) -> dict:
    """Returns the labels as an entry of the index, in seconds of a motion that begins there in its file."""
    found = [
        {
            "start": round(max(label.start - begins, 0.0), 3),
            "end": round(min(label.end - begins, seconds), 3),
            "label": label.name,
        }
        for label in labels
        if label.end - begins > 0 and label.start - begins < seconds
    ]
    return {"labels": found} if found else {}


def _check(errors: Errors) -> None:
    """Raises `UserError` for a motion that is far off its source, as its rest pose or axes were detected wrongly."""
    if worst := limb_far_off(errors):
        raise UserError(
            f"Its limbs come out {errors.mean_degrees:.0f} degrees off (most of all the {worst.replace('_', ' ')}, by "
            f"{errors.degrees[worst]:.0f}): its axes or its rest pose were not understood. Say which way is up with "
            f"--up, or which pose is its rest in a rig map (--rig-maps)."
        )


def _without_nan(items: list[tuple]) -> dict:
    """Replaces NaN, which JSON lacks, by None."""
    return {key: None if value != value else value for key, value in items}


@cache
def _body() -> Body:
    return Body.load()


def _draw(motion, name: str, out: Path) -> None:
    import bpy

    from motionclip_blender.rig.armature import add_body
    from motionclip_blender.rig.film import render_sheet

    person = bpy.data.objects.get(_PERSON)
    if person is None:  # the importers replace the open file
        bpy.ops.wm.read_factory_settings(use_empty=True)
        person = add_body(_body(), name=_PERSON)
    render_sheet(person, motion, out / SHEETS / f"{name}.png", name, cell=_CELL)
