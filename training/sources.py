"""Reads real clips through Blender's own importers: glTF and BVH."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import bpy
import numpy as np

from motionclip_blender.core import rotations as rot
from motionclip_blender.core.errors import UserError
from motionclip_blender.rig import versions

from .retarget import SourceClip

FPS = 30.0

# Blender (Z up, facing -Y) to SMPL-X (Y up, facing +Z)
_TO_SMPLX = np.array([[1.0, 0.0, 0.0], [0.0, 0.0, 1.0], [0.0, -1.0, 0.0]])

_GLTF_SOURCES = {
    "kaykit": "cc0/kaykit/*.glb",
    "mesh2motion-base": "cc0/mesh2motion/human-base-*.glb",
    "mesh2motion-addon": "cc0/mesh2motion/human-addon-*.glb",
    "quaternius": "cc0/quaternius/*.gltf",
}


@dataclass(frozen=True)
class SourceFile:
    """A file of one or more clips. `fps` is the true rate, where the file's header cannot be trusted."""

    source: str
    path: Path
    fps: float | None = None


def source_files(root: Path) -> list[SourceFile]:
    """All glTF files of `cc0/` and all BVH files of `cmu/` under `root`."""
    files = [
        SourceFile(source, path) for source, pattern in _GLTF_SOURCES.items() for path in sorted(root.glob(pattern))
    ]
    table = root / "cmu" / "clips.csv"
    if table.exists():
        with table.open(newline="") as handle:
            for row in csv.DictReader(handle):
                if row["file"].endswith(".bvh"):
                    files.append(SourceFile("cmu", root / "cmu" / row["file"], float(row["fps"])))
    if not files:
        raise UserError(f"{root} holds no clips; give the folder that contains cc0/ and cmu/.")
    return files


def read_clips(file: SourceFile) -> Iterator[tuple[str, SourceClip]]:
    """Yields (clip id, clip at 30 fps) for every animation of a file. The open Blender file is replaced."""
    bpy.ops.wm.read_factory_settings(use_empty=True)
    if file.path.suffix == ".bvh":
        yield f"{file.source}/{file.path.stem}", _read_bvh(file)
        return
    # the importer lays keys at the scene's rate
    bpy.context.scene.render.fps = int(FPS)
    bpy.ops.import_scene.gltf(filepath=str(file.path))
    armature = _only_armature(file)
    for action in sorted(bpy.data.actions, key=lambda a: a.name):
        first, last = action.frame_range
        if last - first < 2:  # single poses
            continue
        versions.NewAction(action, action.slots[0] if versions.SLOTS else None).assign(armature)
        yield f"{file.source}/{action.name}", _sample(armature, np.arange(first, last + 0.5))


def _read_bvh(file: SourceFile) -> SourceClip:
    bpy.ops.import_anim.bvh(
        filepath=str(file.path), use_fps_scale=False, update_scene_fps=False, update_scene_duration=False
    )
    armature = _only_armature(file)
    first, last = armature.animation_data.action.frame_range
    # the first frame of these files is a rest pose that the conversion added
    return _sample(armature, np.arange(first + 1, last + 1e-6, file.fps / FPS))


def _only_armature(file: SourceFile) -> bpy.types.Object:
    armatures = [o for o in bpy.data.objects if o.type == "ARMATURE"]
    if len(armatures) != 1:
        raise UserError(f"{file.path} holds {len(armatures)} skeletons; one is expected.")
    for mesh in [o for o in bpy.data.objects if o.type == "MESH"]:  # skinning them would only cost time
        bpy.data.objects.remove(mesh)
    return armatures[0]


def _sample(armature: bpy.types.Object, times: np.ndarray) -> SourceClip:
    bones = armature.data.bones
    world = np.array(armature.matrix_world)
    rest = np.array([world @ np.array(bone.matrix_local) for bone in bones])
    posed = np.empty((len(times), len(bones), 4, 4))
    scene = bpy.context.scene
    pose = [armature.pose.bones[bone.name] for bone in bones]
    for t, time in enumerate(times):
        scene.frame_set(int(time), subframe=float(time % 1))
        posed[t] = [bone.matrix for bone in pose]
    posed = world @ posed
    return SourceClip(
        bones=tuple(bone.name for bone in bones),
        rest_heads=rest[:, :3, 3] @ _TO_SMPLX.T,
        rest_rotations=_rotation(rest),
        heads=posed[..., :3, 3] @ _TO_SMPLX.T,
        rotations=_rotation(posed),
        fps=FPS,
    )


def _rotation(matrices: np.ndarray) -> np.ndarray:
    """World quaternions in SMPL-X's axes of (..., 4, 4) matrices, which may carry scale."""
    m = _TO_SMPLX @ matrices[..., :3, :3]
    # bones that an animation shrinks to nothing have no axes left; they count as unrotated
    m = m / np.maximum(np.linalg.norm(m, axis=-2, keepdims=True), 1e-9)
    return rot.matrix_to_quat(m)
