"""Samples what Blender shows of an armature, and keys it plainly: one Action, a key on every frame, nothing beside."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import bpy
import numpy as np
from mathutils import Matrix, Quaternion

from ..versions import NewAction
from ..write_keys import fill_linear

_PARTS = {"location": 3, "rotation_quaternion": 4, "scale": 3}
_STRAIGHT = 1e-5  # a scale that differs less from 1 needs no keys


@dataclass(frozen=True, eq=False)
class Baked:
    """The poses of an armature, relative to its object's place in the first frame.

    frames: (T,) of the scene. poses: bone -> T matrices in the armature's space. place: the object's matrix.
    """

    frames: Sequence[int]
    poses: dict[str, list[Matrix]]
    place: Matrix


def sample(scene: bpy.types.Scene, armature: bpy.types.Object, frames: Sequence[int]) -> Baked:
    """Plays `frames` of the scene and returns the poses. A movement of the object becomes one of its top bones."""
    layer = scene.view_layers[0]
    poses: dict[str, list[Matrix]] = {bone.name: [] for bone in armature.pose.bones}
    place = back = Matrix()
    for frame in frames:
        scene.frame_set(frame)
        shown = armature.evaluated_get(layer.depsgraph)
        if frame == frames[0]:
            place = shown.matrix_world.copy()
            back = place.inverted_safe()
        moved = back @ shown.matrix_world
        for bone in shown.pose.bones:
            poses[bone.name].append(moved @ bone.matrix)
    return Baked(frames, poses, place)


def apply(armature: bpy.types.Object, baked: Baked, name: str) -> bpy.types.Action:
    """Replaces everything that moves the armature by an Action with the baked poses. Returns the Action.

    Constraints, drivers, NLA strips and parents are removed; bones turn by quaternions.
    """
    armature.animation_data_clear()
    armature.data.animation_data_clear()
    armature.constraints.clear()
    armature.parent = None
    armature.matrix_world = baked.place
    first = baked.frames[0]
    new = NewAction.create(name, armature)
    frames = np.arange(first, first + len(baked.frames), dtype=float)
    for bone in armature.pose.bones:
        for constraint in list(bone.constraints):
            bone.constraints.remove(constraint)
        bone.rotation_mode = "QUATERNION"
        bone.lock_location = bone.lock_rotation = bone.lock_scale = (False,) * 3
        values = _basis(bone, baked)
        at = 0
        for part, count in _PARTS.items():
            path = f'pose.bones["{bpy.utils.escape_identifier(bone.name)}"].{part}'
            own = values[:, at : at + count]
            at += count
            if part == "scale" and np.abs(own - 1).max() < _STRAIGHT:
                bone.scale = (1.0, 1.0, 1.0)
                continue
            fill_linear(new.group(bone.name, [(path, i) for i in range(count)]), frames, own.T)
    new.assign(armature)
    return new.action


def _basis(bone: bpy.types.PoseBone, baked: Baked) -> np.ndarray:
    """Returns (T, 10) location, quaternion and scale of a bone about its rest, of its pose and its parent's."""
    own, rest = baked.poses[bone.name], bone.bone.matrix_local
    above = baked.poses[bone.parent.name] if bone.parent is not None else None
    rows = np.empty((len(own), 10))
    before = Quaternion()
    for i, pose in enumerate(own):
        more = (
            {} if above is None else {"parent_matrix": above[i], "parent_matrix_local": bone.parent.bone.matrix_local}
        )
        basis = bone.bone.convert_local_to_pose(pose, rest, invert=True, **more)
        place, turn, size = basis.decompose()
        if turn.dot(before) < 0:  # the shorter way, for what interpolates between the keys
            turn.negate()
        before = turn
        rows[i] = (*place, *turn, *size)
    return rows
