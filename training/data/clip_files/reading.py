"""Reads clips of all supported formats through one function."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator
from dataclasses import replace
from functools import cache
from pathlib import Path

import numpy as np

from motionclip_blender.core.clip_files.asf_amc import read_amc
from motionclip_blender.core.errors import UserError
from motionclip_blender.core.files import plain_name
from motionclip_blender.core.retarget.source import SourceClip

from .catalogue import HUMANOID3D, SMPLX, SourceFile
from .deepmimic import read_humanoid3d
from .smplx import read_smplx

_ROUNDED = 1e-3  # of the size: skeletons that differ more are not the same
_LONGEST = 200  # bytes of a clip's name
_UNSAFE = re.compile(r'[<>:"/\\|?*\x00-\x1f]')  # characters that file names cannot contain on some systems


def read_clips(file: SourceFile, up: str = "") -> Iterator[tuple[str, SourceClip]]:
    """Yields (clip id, clip) for every animation of a file that its collection doesn't skip.

    up: the axis that points up in files of SMPL-X, which come out upright; empty to find it.
    Replaces the open Blender file for formats that Blender reads. Raises `UserError` for a file that cannot be read,
    and, after the readable animations, for those that cannot.
    """
    problems = []
    for name, clip in _clips(file, up):
        if len(clip) < 2:
            problems.append(f"{file.path.name} holds a single pose; give a file in which someone moves.")
        elif not (np.isfinite(clip.heads).all() and np.isfinite(clip.rotations).all()):
            problems.append(f"{file.path.name} holds numbers that are not finite in {name}; export it again.")
        else:
            yield f"{file.collection.name}/{_short(_UNSAFE.sub('-', name))}", clip
    if problems:
        raise UserError(" ".join(problems))


def _short(name: str) -> str:
    """Returns the name, or a shorter one that fits into a file name with another suffix."""
    if len(name.encode()) <= _LONGEST:
        return name
    digest = hashlib.sha256(name.encode()).hexdigest()[:8]
    return f"{name.encode()[: _LONGEST - 9].decode(errors='ignore')}-{digest}"


def _clips(file: SourceFile, up: str = "") -> Iterator[tuple[str, SourceClip]]:
    name, kind = file.stem, file.kind
    if kind == ".amc":
        yield name, read_amc(file.path, file.skeleton, file.fps)
    elif kind == HUMANOID3D:
        yield name, read_humanoid3d(file.path, file.fps)
    elif kind == ".bvh":
        from motionclip_blender.rig.interchange.read import read_bvh

        rest = _rest_pose(file.rest) if file.rest else None
        clip = read_bvh(file.path, file.fps, file.collection.rest_frame or None)
        yield name, _resting(clip, rest, file) if rest else clip
    elif kind == SMPLX:
        yield name, read_smplx(file.path, file.fps, up)
    elif kind == ".fbx":
        from motionclip_blender.rig.interchange.read import read_fbx

        clips = [(title, clip) for title, clip in read_fbx(file.path) if not file.collection.skips(title)]
        for title, clip in clips:  # a single one is mostly called after the program that wrote it
            yield name if len(clips) == 1 else f"{name}-{plain_name(title)}", clip
    elif kind in (".glb", ".gltf"):
        from motionclip_blender.rig.interchange.read import read_gltf

        for animation, clip in read_gltf(file.path, file.collection.skips):
            yield _animation(file, plain_name(animation)), clip
    else:
        raise UserError(f"{file.path.name} is of no format that can be read here; give BVH, FBX, glTF or AMC.")


def _animation(file: SourceFile, animation: str) -> str:
    """Returns the name of an animation, with its file's where several files of the collection have animations of one
    name."""
    return animation if not file.name or animation == file.stem else f"{file.stem}-{animation}"


@cache
def _rest_pose(path: Path) -> SourceClip:
    """Reads the file whose first frame is a rest pose. Raises `UserError`."""
    from motionclip_blender.rig.interchange.read import read_bvh

    if not path.is_file():
        raise UserError(f"Its rest pose, {path.name}, is not in {path.parent}; copy it there.")
    return read_bvh(path)


def _resting(clip: SourceClip, rest: SourceClip, file: SourceFile) -> SourceClip:
    """Returns the clip with the first frame of another file as its rest pose.

    Raises `UserError` if the other file has another skeleton.
    """
    size = np.ptp(rest.rest_heads, axis=0).max()
    alike = clip.bones == rest.bones and np.abs(_offsets(clip) - _offsets(rest)).max() < _ROUNDED * size
    if not alike:
        raise UserError(f"{file.path.name} has another skeleton than its rest pose, {file.rest.name}; leave it out.")
    return replace(clip, rest_heads=rest.heads[0], rest_rotations=rest.rotations[0])


def _offsets(clip: SourceClip) -> np.ndarray:
    return clip.rest_heads - clip.rest_heads[:1]
