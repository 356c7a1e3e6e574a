"""Adds a root bone that stays on the floor and carries the person's way, as game engines want it for root motion."""

from __future__ import annotations

import bpy
import numpy as np
from mathutils import Matrix, Quaternion, Vector

from ...core.errors import UserError
from ..bones import Bones
from .bake import Baked

_NAME = "root"
_LENGTH = 0.2  # metres


def add_root(armature: bpy.types.Object, baked: Baked) -> Baked:
    """Adds the bone to the armature, above the pelvis, and returns the poses with its movement.

    It lies at the origin of the armature, goes where the pelvis goes over the ground, and turns as the pelvis turns
    about the vertical. The pose of all other bones stays what it was. Raises `UserError` for an armature that is not of
    SMPL-X, because its hips are not known, and for one whose pelvis hangs from another bone.
    """
    bones = Bones.of(armature)
    pelvis = bones.names[0]
    above = armature.data.bones[pelvis].parent
    if above is not None or _NAME in armature.data.bones:
        name = _NAME if above is None else above.name
        raise UserError(f'"{armature.name}" has a bone "{name}" already; export it with the hips as its root.')
    up, ahead = (Vector(bones.axes[:, i]) for i in (1, 2))
    rest = armature.data.bones[pelvis].matrix_local.copy()  # Edit Mode frees the bone
    _make_bone(armature, pelvis, ahead * (_LENGTH * bones.scale), up)
    poses = dict(baked.poses)
    place = armature.data.bones[_NAME].matrix_local
    poses[_NAME] = [_ground(pose, rest, up) @ place for pose in poses[pelvis]]
    return Baked(baked.frames, poses, baked.place)


def _ground(pose: Matrix, rest: Matrix, up: Vector) -> Matrix:
    """Returns the part of the pelvis's movement since rest that goes over the ground and turns about the vertical."""
    turn = (pose @ rest.inverted()).to_quaternion()
    angle = 2 * np.arctan2(Vector((turn.x, turn.y, turn.z)).dot(up), turn.w)
    way = pose.translation - rest.translation
    turned = Quaternion(up, angle).to_matrix().to_4x4()
    # the pelvis turns about the vertical through its own place at rest
    foot = rest.translation - up * rest.translation.dot(up)
    return Matrix.Translation(way - up * way.dot(up) + foot) @ turned @ Matrix.Translation(-foot)


def _make_bone(armature: bpy.types.Object, pelvis: str, ahead: Vector, up: Vector) -> None:
    bpy.context.view_layer.objects.active = armature
    bpy.ops.object.mode_set(mode="EDIT")
    try:
        edit = armature.data.edit_bones
        root = edit.new(_NAME)
        root.head, root.tail = (0.0, 0.0, 0.0), ahead
        root.align_roll(up)
        edit[pelvis].use_connect = False
        edit[pelvis].parent = root
    finally:
        bpy.ops.object.mode_set(mode="OBJECT")
