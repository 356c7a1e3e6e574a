"""What Blender shows of a person, for tests that compare it with what was read."""

from __future__ import annotations

import bpy
import numpy as np

from motionclip_blender.core.body import Body
from motionclip_blender.core.motion import Motion
from motionclip_blender.rig.bones import BLENDER_AXES, Bones


def joints_shown(armature: bpy.types.Object, frame: float) -> np.ndarray:
    """(55, 3) the joints in Blender's world at a frame, along SMPL-X's axes."""
    bpy.context.scene.frame_set(int(frame // 1), subframe=frame % 1)
    evaluated = armature.evaluated_get(bpy.context.evaluated_depsgraph_get())
    bones = [evaluated.pose.bones[name] for name in Bones.of(armature).names]
    return np.array([evaluated.matrix_world @ bone.head for bone in bones]) @ BLENDER_AXES


def assert_is_shown(
    armature: bpy.types.Object, motion: Motion, body: Body, first: float = 1, limit: float = 1e-3
) -> None:
    """Every third frame of `motion`, which begins at frame `first`, is where Blender shows the person."""
    read = body.posed_joints(motion)
    for i in range(0, len(motion), 3):
        assert np.abs(joints_shown(armature, first + i) - read[i]).max() < limit, f"frame {first + i}"


def add_bones(armature: bpy.types.Object, **parents: str) -> None:
    """New bones, each put in between a bone and its parent: `root="pelvis"` stands above the pelvis."""
    bpy.context.view_layer.objects.active = armature
    bpy.ops.object.mode_set(mode="EDIT")
    edit = armature.data.edit_bones
    for number, (name, child) in enumerate(parents.items()):
        bone, below = edit.new(name), edit[child]
        below.use_connect = False
        bone.head = below.head if below.parent else (0.0, 0.0, 0.0)
        bone.tail, bone.roll = (*bone.head[:2], bone.head[2] + 0.2 + 0.1 * number), 0.4 * number
        bone.parent, below.parent = below.parent, bone
    bpy.ops.object.mode_set(mode="OBJECT")


def key(bone: bpy.types.PoseBone, frame: float, **values: tuple[float, ...]) -> None:
    """Sets properties of a pose bone and keys them."""
    for name, value in values.items():
        setattr(bone, name, value)
        bone.keyframe_insert(name, frame=frame)


def blocks_and_frame() -> tuple:
    """What reading must leave as it is."""
    return set(bpy.data.user_map()), bpy.context.scene.frame_current_final, bpy.context.scene
