"""Reads clips of all supported formats through one function."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator

import numpy as np

from motionclip_blender.core.clip_files.asf_amc import read_amc
from motionclip_blender.core.errors import UserError
from motionclip_blender.core.files import plain_name
from motionclip_blender.core.retarget.source import SourceClip

from .catalogue import HUMANOID3D, SourceFile
from .deepmimic import read_humanoid3d

_LONGEST = 200  # bytes of a clip's name
_UNSAFE = re.compile(r'[<>:"/\\|?*\x00-\x1f]')  # characters that file names cannot contain on some systems


def read_clips(file: SourceFile) -> Iterator[tuple[str, SourceClip]]:
    """Yields (clip id, clip) for every animation of a file that its collection doesn't skip.

    Replaces the open Blender file for formats that Blender reads. Raises `UserError` for a file that cannot be read,
    and, after the readable animations, for those that cannot.
    """
    problems = []
    for name, clip in _clips(file):
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


def _clips(file: SourceFile) -> Iterator[tuple[str, SourceClip]]:
    name, kind = file.stem, file.kind
    if kind == ".amc":
        yield name, read_amc(file.path, file.skeleton, file.fps)
    elif kind == HUMANOID3D:
        yield name, read_humanoid3d(file.path, file.fps)
    elif kind == ".bvh":
        from motionclip_blender.rig.interchange.read import read_bvh

        yield name, read_bvh(file.path, file.fps, file.collection.rest_frame or None)
    elif kind in (".glb", ".gltf"):
        from motionclip_blender.rig.interchange.read import read_gltf

        yield from ((plain_name(name), clip) for name, clip in read_gltf(file.path, file.collection.skips))
    else:
        raise UserError(f"{file.path.name} is of no format that can be read here; give BVH, AMC or glTF.")
