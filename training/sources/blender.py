"""BVH and glTF, through Blender's own importers."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import bpy
import numpy as np

from motionclip_blender.core import rotations as rot
from motionclip_blender.core.errors import UserError
from motionclip_blender.rig import versions

from .clip import SourceClip

FPS = 30.0
_MOTION = re.compile(
    r"^\s*MOTION\s+Frames:\s*(\d+)\s+Frame\s+Time:\s*((?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?)\s", re.MULTILINE
)
_ROUNDED = 2e-4  # of a rate: how far the few digits of a frame time put it off
_REST_FRAMES = 3  # so many frames at most may still show an added rest pose
_LEAP = 0.15  # of the body's size: what no hand moves in a thirtieth of a second, but from the rest pose

# Blender (Z up, facing -Y) to SMPL-X (Y up, facing +Z)
_TO_SMPLX = np.array([[1.0, 0.0, 0.0], [0.0, 0.0, 1.0], [0.0, -1.0, 0.0]])


def read_gltf(path: Path, skips: Callable[[str], bool] = lambda name: False) -> Iterator[tuple[str, SourceClip]]:
    """Yields (name, clip at 30 fps) of every animation that `skips` does not name. Single poses are left out."""
    armature = _imported(path, lambda: bpy.ops.import_scene.gltf(filepath=str(path)))
    moving = [action for action in bpy.data.actions if action.frame_range[1] - action.frame_range[0] >= 2]
    if not moving:
        raise UserError(f"{path.name} holds no animation; export it with its animations.")
    for action in sorted(moving, key=lambda a: a.name):
        if skips(action.name):
            continue
        versions.NewAction(action, action.slots[0] if versions.SLOTS else None).assign(armature)
        first, last = action.frame_range
        yield action.name, _sample(armature, np.arange(first, last + 0.5))


def read_bvh(path: Path, fps: float | None = None, rest_frame: bool = False) -> SourceClip:
    """The clip at 30 fps. fps: the true rate, where the file's own is wrong. rest_frame: the first frame is an
    added rest pose and is dropped."""
    own = _checked_rate(path)
    armature = _imported(
        path,
        lambda: bpy.ops.import_anim.bvh(
            filepath=str(path), use_fps_scale=False, update_scene_fps=False, update_scene_duration=False
        ),
    )
    first, last = armature.animation_data.action.frame_range
    clip = _sample(armature, np.arange(first + rest_frame, last + 1e-6, (fps or own) / FPS))
    return _without_rest_pose(clip) if rest_frame else clip


def _without_rest_pose(clip: SourceClip) -> SourceClip:
    """The clip from where it moves off: some of these files hold the added rest pose more than once."""
    places = clip.heads[: _REST_FRAMES + 2] - clip.heads[: _REST_FRAMES + 2, :1]
    size = np.ptp(clip.rest_heads, axis=0).max()
    leaps = np.linalg.norm(np.diff(places, axis=0), axis=-1).max(axis=1) > _LEAP * size
    start = int(np.flatnonzero(leaps)[-1]) + 1 if leaps.any() else 0
    return replace(clip, heads=clip.heads[start:], rotations=clip.rotations[start:])


def _checked_rate(path: Path) -> float:
    """The header's frames per second, once the file is found to hold what its header says.

    Blender's importer takes cut-off files, and NaN, without a word.
    """
    try:
        text = path.read_text(encoding="latin-1")
    except OSError as error:
        raise UserError(f"{path.name} cannot be read ({error.strerror}).") from error
    header = _MOTION.search(text)
    channels = sum(int(count) for count in re.findall(r"^\s*CHANNELS\s+(\d+)", text, re.MULTILINE))
    hierarchy = text[: header.start()] if header else ""
    if not channels or hierarchy.count("{") != hierarchy.count("}") or header is None or float(header[2]) <= 0:
        raise UserError(f"{path.name} is not a BVH file; copy it again.")
    frames = int(header[1])
    try:
        values = np.array(text[header.end() :].split(), np.float64)
    except ValueError:
        raise UserError(f"{path.name} is damaged: its frames hold more than numbers; copy it again.") from None
    if len(values) != frames * channels:
        raise UserError(f"{path.name} says {frames} frames and holds {len(values) / channels:g}; copy it again.")
    if not np.isfinite(values).all():
        raise UserError(f"{path.name} holds numbers that are not finite; export it again.")
    rate = 1 / float(header[2])
    # 0.0333333 means 30 frames a second
    return round(rate) if abs(rate - round(rate)) < _ROUNDED * rate else rate


def _imported(path: Path, importer: Callable[[], object]) -> bpy.types.Object:
    """The only armature of a file, in an empty scene of its own."""
    bpy.ops.wm.read_factory_settings(use_empty=True)
    bpy.context.scene.render.fps = int(FPS)  # the glTF importer lays keys at the scene's rate
    try:
        importer()
    except RuntimeError as error:  # that is how operators fail
        reason = str(error).strip().splitlines()[-1]
        raise UserError(f"{path.name} cannot be read by Blender ({reason}); export it again.") from error
    armatures = [o for o in bpy.data.objects if o.type == "ARMATURE"]
    if len(armatures) != 1:
        raise UserError(f"{path.name} holds {len(armatures)} skeletons; one is expected.")
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
