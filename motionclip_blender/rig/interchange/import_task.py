"""Reads motions of any skeleton from files: AMC here, BVH, glTF and FBX by a second Blender (`second`)."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from ...core.clip_files.amc_rate import HOW
from ...core.clip_files.archive import load_clips, save_clips
from ...core.clip_files.asf_amc import read_amc
from ...core.clip_files.skeletons import Skeletons
from ...core.errors import UserError
from ...core.files import plain_name
from ...core.fitted_body import Standing
from ...core.motion import Motion
from ...core.motion_files import amass
from ...core.progress import Progress
from ...core.retarget.clip_motion import motion_of
from ...core.retarget.source import SourceClip
from ...core.retarget.upward import AXES
from .second import in_second_blender

MOTION_SUFFIXES = (".bvh", ".fbx", ".glb", ".gltf", ".amc", ".npz")


@dataclass(frozen=True, eq=False)
class Imported:
    """A clip of a file as a motion.

    name: the file's, or the animation's where it has several. note: a sentence about how it was read, or empty.
    """

    name: str
    motion: Motion
    note: str = ""


@dataclass(frozen=True)
class Reading:
    """How files are read. fps: at how many frames per second. up: the axis that points up, such as "-z"; empty to find
    it.

    kept_place: whether people start where they do in the file; otherwise over the origin, facing ahead. rate: frames
    per second of AMC files, which do not tell it; None to guess it. hands_touch: whether hands that touch in the file
    still do on the body.
    """

    fps: float = 30.0
    up: str = ""
    kept_place: bool = True
    rate: float | None = None
    hands_touch: bool = False


def read_motions(paths: Sequence[Path], body: Standing, reading: Reading, progress: Progress) -> list[Imported]:
    """Reads all motions of all files, in any thread.

    Animations that move no joint of a person are left out where others do. Raises `UserError`, with the file's name,
    for the first file of which nothing can be read, and whatever `progress` raises.
    """
    found: list[Imported] = []
    for i, path in enumerate(paths):

        def step(stage: str, fraction: float, i: int = i) -> None:
            progress(stage, (i + fraction) / len(paths))

        found += _of_file(path, body, reading, step)
    return found


def _of_file(path: Path, body: Standing, reading: Reading, progress: Progress) -> list[Imported]:
    suffix = path.suffix.lower()
    if not os.path.isfile(path):
        raise UserError(f"There is no file {path}; choose one that is there.")
    if suffix not in MOTION_SUFFIXES:
        raise UserError(f"{path.name} is no motion file; choose one of {', '.join(MOTION_SUFFIXES)}.")
    stem = plain_name(path.stem)
    if suffix == ".npz":
        read = amass.read(path)
        return [Imported(stem, read.motion, " ".join(read.notes))]
    if suffix == ".amc":
        skeleton = Skeletons(path.parent).of(path)
        if skeleton is None:
            raise UserError(
                f"{path.name} needs its skeleton, an .asf file of the same name or subject; put it into its folder."
            )
        clips = [(stem, read_amc(path, skeleton, reading.rate).resample(reading.fps))]
    else:
        clips = _by_blender(path, reading.fps, progress)
    made, problems = [], []
    for i, (name, clip) in enumerate(clips):
        progress("Fitting the motion to the body", 0.6 + 0.4 * i / len(clips))
        up = AXES[reading.up] if reading.up else None
        try:
            motion = motion_of(clip, body, reading.kept_place, up, reading.hands_touch)
        except UserError as error:
            problems.append(error)
            continue
        made.append(Imported(stem if len(clips) == 1 else name, motion, clip.note.replace(HOW, "")))
    if not made:
        raise UserError(f"{path.name}: {problems[0]}")
    return made


def _by_blender(path: Path, fps: float, progress: Progress) -> list[tuple[str, SourceClip]]:
    with TemporaryDirectory() as name:
        folder = Path(name)
        job = {"path": str(path.absolute()), "fps": fps, "clips": str(folder / "clips.npz")}
        in_second_blender("import_task", job, folder, "Reading the file", lambda stage, at: progress(stage, 0.6 * at))
        return load_clips(folder / "clips.npz")


def run(job: dict) -> None:
    """Reads the clips, in the second Blender. Raises what the readers raise."""
    from .read import read_bvh, read_fbx, read_gltf

    path, fps = Path(job["path"]), job["fps"]
    suffix = path.suffix.lower()
    if suffix == ".bvh":
        clips = [(plain_name(path.stem), read_bvh(path, rest_frame=None, at=fps))]
    elif suffix == ".fbx":
        clips = list(read_fbx(path, at=fps))
    else:
        clips = list(read_gltf(path, at=fps))
    save_clips(Path(job["clips"]), clips)
