"""What a file holds, read back by Blender's own importers."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import bpy
import numpy as np

from motionclip_blender.core.skeleton import JOINTS, PARENTS


def shown(armature: bpy.types.Object, frames: Sequence[float]) -> np.ndarray:
    """(T, 55, 3) the joints in the world, as Blender shows them."""
    scene, places = bpy.context.scene, []
    for frame in frames:
        scene.frame_set(int(frame), subframe=float(frame) % 1)
        bones = armature.pose.bones
        places.append([armature.matrix_world @ bones[name].head for name in JOINTS])
    return np.array(places)


def imported(path: Path, fps: float) -> tuple[bpy.types.Object, float]:
    """The armature of a file of this rate, imported into an empty scene, and the rate at which its keys then stand."""
    bpy.ops.wm.read_factory_settings(use_empty=True)
    render = bpy.context.scene.render
    # the importer of glTF places keys by this whole number, so that a key's frame is its time in milliseconds
    render.fps, render.fps_base = 1000, 1.0
    rate = 1000.0
    match path.suffix:
        case ".bvh":
            bpy.ops.import_anim.bvh(filepath=str(path), update_scene_fps=True)
            rate = render.fps / render.fps_base
        case ".fbx":
            bpy.ops.import_scene.fbx(filepath=str(path))
            assert abs(render.fps / render.fps_base - fps) < 1e-3
            rate = render.fps  # the importer places keys by the whole rate
        case ".glb":
            bpy.ops.import_scene.gltf(filepath=str(path))
        case ".usd":
            bpy.ops.wm.usd_import(filepath=str(path))
            rate = fps  # the importer keeps the file's frames, and does not tell their rate
    (armature,) = (one for one in bpy.data.objects if one.type == "ARMATURE")
    return armature, rate


def read_back(path: Path, frames: int, fps: float) -> tuple[bpy.types.Object, np.ndarray]:
    """The armature of a file, imported into an empty scene, and its joints in the file's frames (T, 55, 3).

    The frames are counted from the first key, at `fps`: a file with another rate gives another motion.
    """
    armature, rate = imported(path, fps)
    first, last = armature.animation_data.action.frame_range
    assert abs((last - first) * fps / rate + 1 - frames) < 0.01
    return armature, shown(armature, first + np.arange(frames) * rate / fps)


def worst_angle(found: np.ndarray, wanted: np.ndarray) -> float:
    """Degrees by which the direction of any bone, from its parent, differs most."""
    child, parent = np.arange(1, len(JOINTS)), np.array(PARENTS[1:])
    return _worst(*(places[:, child] - places[:, parent] for places in (found, wanted)))


def worst_direction(found: np.ndarray, wanted: np.ndarray) -> float:
    """Degrees by which the direction from any place (T, n, 3) to the next one differs most, of any skeleton."""
    return _worst(*(np.diff(places, axis=1) for places in (found, wanted)))


def _worst(one: np.ndarray, other: np.ndarray) -> float:
    long = np.linalg.norm(other, axis=-1) > 1e-3
    crossed = np.linalg.norm(np.cross(one, other), axis=-1)
    return float(np.degrees(np.arctan2(crossed, (one * other).sum(axis=-1)))[long].max())
