"""Lets a root bone that stays on the floor carry the person's way, as game engines want it for root motion."""

from __future__ import annotations

import bpy
import numpy as np
from mathutils import Matrix, Quaternion, Vector

from ...core.errors import UserError
from ..bones import Bones
from ..target import Target, target_of
from .bake import Baked

_NAME = "root"
_LENGTH = 0.2  # metres


def add_root(armature: bpy.types.Object, baked: Baked) -> Baked:
    """Returns the poses with the movement of a root bone: of the topmost above the hips, or else of a new one.

    A new one lies at the origin of the armature, above all bones that hung from none, because engines take one root
    only. It goes where the hips go over the ground, and turns as they turn about the vertical. The pose of all other
    bones stays what it was. Raises `UserError` for an armature that is no person's, because its hips are not known, and
    for one that has a bone of the new one's name elsewhere.
    """
    target = target_of(armature)
    hips = _hips(target)
    up, ahead = (Vector(target.axes[:, i]) for i in (1, 2))
    rest = armature.data.bones[hips].matrix_local.copy()  # Edit Mode frees the bone
    above = [bone.name for bone in armature.data.bones[hips].parent_recursive]
    root = above[-1] if above else _NAME
    if not above:
        if _NAME in armature.data.bones:
            raise UserError(f'"{armature.name}" has a bone "{_NAME}" already; export it with the hips as its root.')
        _make_bone(armature, ahead * (_LENGTH * target.scale), up)
    poses = dict(baked.poses)
    place = armature.data.bones[root].matrix_local
    poses[root] = [_ground(pose, rest, up) @ place for pose in poses[hips]]
    return Baked(baked.frames, poses, baked.place)


def _hips(target: Target) -> str:
    """Returns the name of the bone that shows where the hips are, whatever is keyed."""
    return target.names[0] if isinstance(target, Bones) else target.shown_hips


def _ground(pose: Matrix, rest: Matrix, up: Vector) -> Matrix:
    """Returns the part of the hips' movement since rest that goes over the ground and turns about the vertical."""
    turn = (pose @ rest.inverted()).to_quaternion()
    angle = 2 * np.arctan2(Vector((turn.x, turn.y, turn.z)).dot(up), turn.w)
    way = pose.translation - rest.translation
    turned = Quaternion(up, angle).to_matrix().to_4x4()
    # the hips turn about the vertical through their own place at rest
    foot = rest.translation - up * rest.translation.dot(up)
    return Matrix.Translation(way - up * way.dot(up) + foot) @ turned @ Matrix.Translation(-foot)


def _make_bone(armature: bpy.types.Object, ahead: Vector, up: Vector) -> None:
    bpy.context.view_layer.objects.active = armature
    bpy.ops.object.mode_set(mode="EDIT")
    try:
        edit = armature.data.edit_bones
        loose = [bone for bone in edit if bone.parent is None]
        root = edit.new(_NAME)
        root.head, root.tail = (0.0, 0.0, 0.0), ahead
        root.align_roll(up)
        for bone in loose:
            bone.use_connect = False
            bone.parent = root
    finally:
        bpy.ops.object.mode_set(mode="OBJECT")
