"""Moves the way over the ground from the hips to a root bone or to the object, as chosen for a rig.

The way is the place on the ground and the heading. What carries it takes both, and the hips keep the rest, so that the
person moves as before.
"""

from __future__ import annotations

from dataclasses import replace

import bpy
import numpy as np
from mathutils import Matrix

from ..core import rotations as rot
from ..core.errors import UserError
from ..core.motion import Motion, heading
from ..core.retarget.humanoid import Humanoid
from .channel import Channel
from .versions import fcurves_of

ROOT_NOTE = "motionclip_root"
"""Custom property of an armature's data: what carries the way over the ground."""
HIPS, ROOT, OBJECT = "HIPS", "ROOT", "OBJECT"


def root_bone(person: Humanoid) -> int | None:
    """Returns the topmost bone above the one that carries the person; None if there is none."""
    above = person.skeleton.above(person.mover)
    return above[-1] if above else None


def carried_by(
    armature: bpy.types.Object, person: Humanoid, motion: Motion, choice: str
) -> tuple[Motion, list[Channel]]:
    """Returns the motion that is left for the hips, and the channels of what carries the rest of it.

    choice: `HIPS`, `ROOT` or `OBJECT`. Raises `UserError` for a rig without a root bone.
    """
    if choice not in (ROOT, OBJECT):
        return motion, []
    turn = np.unwrap(heading(motion.rotations[:, 0].astype(np.float64)))
    way = motion.translation.astype(np.float64) * (1, 0, 1)
    if choice == OBJECT:  # which starts from where the user has put it
        turn, way = turn - turn[0], way - way[0]
    spins = rot.axis_angle_to_quat(np.stack((np.zeros_like(turn), turn, np.zeros_like(turn)), axis=1))
    back = rot.quat_conjugate(spins)
    rotations = motion.rotations.astype(np.float64)
    rotations[:, 0] = rot.quat_multiply(back, rotations[:, 0])
    rest = person.places["pelvis"] + person.rise
    # what carries turns about the person's resting place, so the pelvis is over it again
    left = np.einsum("tij,tj->ti", rot.quat_to_matrix(back), motion.translation - way)
    pivot = rest * (1, 0, 1)
    if choice == ROOT:
        bone = root_bone(person)
        if bone is None:
            raise UserError(
                f'"{armature.name}" has no root bone above its hips; let the hips or the object carry the way.'
            )
        channels = _of_bone(armature, person, bone, spins, way, pivot)
    else:
        channels = _of_object(armature, person, spins, way, pivot)
    return replace(motion, rotations=rotations, translation=left), channels


def _of_bone(
    armature: bpy.types.Object, person: Humanoid, bone: int, spins: np.ndarray, way: np.ndarray, pivot: np.ndarray
) -> list[Channel]:
    """Returns the channel of a root bone that turns about `pivot` and goes along `way`."""
    name = person.skeleton.bones[bone]
    pose = armature.pose.bones[name]
    rest = rot.matrix_to_quat(person.axes.T @ person.skeleton.rest[bone, :3, :3])
    head = person.skeleton.heads[bone] @ person.axes / person.scale
    moved = way + pivot + np.einsum("tij,j->ti", rot.quat_to_matrix(spins), head - pivot) - head
    own = armature.data.bones[name]
    basis = np.array(own.matrix_local)[:3, :3] if own.use_local_location else np.eye(3)
    location = moved @ (basis.T @ person.axes).T * person.scale
    turns = rot.quat_multiply(rot.quat_multiply(rot.quat_conjugate(rest), spins), rest)
    path = f'pose.bones["{bpy.utils.escape_identifier(name)}"].'
    return [_channel(name, path, pose.rotation_mode, location, rot.continuous(turns))]


def _of_object(
    armature: bpy.types.Object, person: Humanoid, spins: np.ndarray, way: np.ndarray, pivot: np.ndarray
) -> list[Channel]:
    """Returns the channel of the object, from where it is, or where its Action has it first."""
    start = np.array(_start(armature), np.float64)
    axes = person.axes
    matrices = np.tile(np.eye(4), (len(spins), 1, 1))
    matrices[:, :3, :3] = axes @ rot.quat_to_matrix(spins) @ axes.T
    moved = way + pivot - np.einsum("tij,j->ti", rot.quat_to_matrix(spins), pivot)
    matrices[:, :3, 3] = moved @ axes.T * person.scale
    whole = start @ matrices
    turns = rot.continuous(rot.matrix_to_quat(whole[:, :3, :3] / np.linalg.norm(whole[:, :3, :3], axis=1)[:, None]))
    return [_channel("Object Transforms", "", armature.rotation_mode, whole[:, :3, 3], turns)]


def _start(armature: bpy.types.Object) -> Matrix:
    """Returns the object's own transform at the first key of its Action, or its present one."""
    data = armature.animation_data
    action = data.action if data is not None else None
    location, turn = armature.location.copy(), armature.matrix_basis.to_quaternion()
    if action is not None:
        euler = armature.rotation_euler.copy()
        quaternion = armature.rotation_quaternion.copy()
        for curve in fcurves_of(action, armature, ""):
            if len(curve.keyframe_points) and curve.data_path in ("location", "rotation_euler", "rotation_quaternion"):
                value = curve.keyframe_points[0].co[1]
                {"location": location, "rotation_euler": euler, "rotation_quaternion": quaternion}[curve.data_path][
                    curve.array_index
                ] = value
        turn = quaternion.normalized() if armature.rotation_mode == "QUATERNION" else euler.to_quaternion()
    return Matrix.LocRotScale(location, turn, armature.scale)


def _channel(name: str, path: str, mode: str, location: np.ndarray, turns: np.ndarray) -> Channel:
    if mode in ("QUATERNION", "AXIS_ANGLE"):
        kind, values = "rotation_quaternion", turns
    else:
        kind, values = "rotation_euler", rot.quat_to_euler(turns, mode)
    paths = [(path + "location", i) for i in range(3)] + [(path + kind, i) for i in range(values.shape[1])]
    return Channel(name, paths, np.concatenate((location, values), axis=1).T)
