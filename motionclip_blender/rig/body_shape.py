"""Reads the shape that a body's sliders have, and moves its joints along."""

from __future__ import annotations

import bpy
import numpy as np

from ..core.body import Body
from ..core.body_shape import shape_name
from ..core.errors import UserError
from .armature import SHAPES_NOTE
from .bones import BLENDER_AXES, Bones
from .stage import meshes_of

_SAME = 1e-4  # metres


def shape_keys(armature: bpy.types.Object) -> list[bpy.types.ShapeKey]:
    """Returns the sliders for the shape of a body that `add_body` made, in the order of the betas; none for others."""
    for mesh in meshes_of(armature):
        keys = mesh.data.shape_keys
        count = int(mesh.data.get(SHAPES_NOTE, 0))
        if keys is not None and count:
            return list(keys.key_blocks[1 : count + 1])
    return []


def betas_of(armature: bpy.types.Object, body: Body) -> np.ndarray:
    """Returns the betas (n,) that the sliders of `armature` show. Raises `UserError` if they are not of `body`."""
    names = {shape_name(body, i): i for i in range(body.shape_dirs.shape[2])}
    betas = np.zeros(len(names), np.float32)
    keys = shape_keys(armature)
    if not keys or any(key.name not in names for key in keys):
        raise UserError(f'"{armature.name}" has not the shapes of the body in use; make a person with "Add body".')
    for key in keys:
        betas[names[key.name]] = key.value
    return betas


def move_joints(armature: bpy.types.Object, body: Body) -> float:
    """Moves the joints of `armature` to where the shape of its sliders has them. Returns the farthest way in metres.

    Each bone keeps its direction at rest, so that Actions keep their meaning; what is animated are rotations, and the
    pelvis relative to its new place. Raises `UserError` for an armature that `add_body` did not make for `body`, and
    for one that cannot be edited.
    """
    joints = body.joints(betas_of(armature, body)) @ BLENDER_AXES.T
    bones = Bones.of(armature)
    if armature.library is not None or armature.data.library is not None or armature.data.users > 1:
        raise UserError(f'The bones of "{armature.name}" are shared or linked; make them single-user and local first.')
    before = np.array([armature.data.bones[name].head_local for name in bones.names])
    if (farthest := float(np.abs(joints - before).max())) < _SAME:
        return 0.0
    layer = bpy.context.view_layer
    active, selected = layer.objects.active, [one for one in layer.objects if one.select_get()]
    if active is not None and active.mode != "OBJECT":
        bpy.ops.object.mode_set(mode="OBJECT")
    layer.objects.active = armature
    try:
        bpy.ops.object.mode_set(mode="EDIT")
        edited = armature.data.edit_bones
        ways = [edited[name].vector.copy() for name in bones.names]
        for name in bones.names:
            edited[name].use_connect = False
        for name, joint, way in zip(bones.names, joints.tolist(), ways, strict=True):
            roll = edited[name].roll
            edited[name].head = joint
            edited[name].tail = [a + b for a, b in zip(joint, way, strict=True)]
            edited[name].roll = roll
    finally:
        bpy.ops.object.mode_set(mode="OBJECT")
        layer.objects.active = active
        for one in layer.objects:
            one.select_set(one in selected)
    return farthest
