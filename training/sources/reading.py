"""One door to all readers."""

from __future__ import annotations

import re
from collections.abc import Iterator

import numpy as np

from motionclip_blender.core.errors import UserError

from .asf_amc import read_amc
from .catalogue import HUMANOID3D, SourceFile
from .clip import SourceClip
from .deepmimic import read_humanoid3d

_UNSAFE = re.compile(r'[<>:"/\\|?*\x00-\x1f]')  # what names of files cannot hold, on one system or another


def read_clips(file: SourceFile) -> Iterator[tuple[str, SourceClip]]:
    """Yields (clip id, clip) for every animation of a file that its collection does not skip.

    The open Blender file is replaced when the format is one that Blender reads. Raises `UserError` for a file
    that cannot be read.
    """
    for name, clip in _clips(file):
        if len(clip) < 2:
            raise UserError(f"{file.path.name} holds a single pose; give a file in which someone moves.")
        if not (np.isfinite(clip.heads).all() and np.isfinite(clip.rotations).all()):
            raise UserError(f"{file.path.name} holds numbers that are not finite in {name}; export it again.")
        yield f"{file.collection.name}/{_UNSAFE.sub('-', name)}", clip


def _clips(file: SourceFile) -> Iterator[tuple[str, SourceClip]]:
    name = file.stem
    if file.path.suffix == ".amc":
        yield name, read_amc(file.path, file.skeleton, file.fps)
    elif file.path.name.endswith(HUMANOID3D):
        yield name, read_humanoid3d(file.path, file.fps)
    elif file.path.suffix == ".bvh":
        from .blender import read_bvh

        yield name, read_bvh(file.path, file.fps, file.collection.rest_frame)
    elif file.path.suffix in (".glb", ".gltf"):
        from .blender import read_gltf

        yield from read_gltf(file.path, file.collection.skips)
    else:
        raise UserError(f"{file.path.name} is of no format that can be read here; give BVH, AMC or glTF.")
