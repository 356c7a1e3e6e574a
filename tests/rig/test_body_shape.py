"""A body whose sliders were moved, and its joints."""

from __future__ import annotations

import bpy
import numpy as np
import pytest

from motionclip_blender.core.errors import UserError
from motionclip_blender.rig.armature import add_body
from motionclip_blender.rig.body_shape import betas_of, move_joints, shape_keys
from motionclip_blender.rig.bones import BLENDER_AXES, Bones
from motionclip_blender.rig.read_action import read_motion
from motionclip_blender.rig.write_keys import key_motion
from tests.synthetic import random_motion

pytestmark = pytest.mark.usefixtures("scene")
BETAS = np.array([2.0, 1.0, 0, 0, 0, -1.5, 0, 0, 1.0, 0], np.float32)


def skin(mesh, frame: int) -> np.ndarray:
    bpy.context.scene.frame_set(frame)
    found = mesh.evaluated_get(bpy.context.evaluated_depsgraph_get()).data.vertices
    flat = np.empty(3 * len(found), np.float32)
    found.foreach_get("co", flat)
    return flat.reshape(-1, 3)


def test_the_sliders_are_the_betas(open_body):
    armature = add_body(open_body, BETAS)
    assert [key.name for key in shape_keys(armature)] == list(open_body.shape_names)
    assert betas_of(armature, open_body) == pytest.approx(BETAS)
    assert betas_of(add_body(open_body.shaped(BETAS)), open_body) == pytest.approx(BETAS)


def test_joints_follow_and_motions_stay(open_body):
    armature = add_body(open_body)
    motion = random_motion(12, fps=24.0)
    action = key_motion(armature, motion, "poses")
    assert move_joints(armature, open_body) == 0.0
    for key, value in zip(shape_keys(armature), BETAS, strict=True):
        key.value = value
    assert move_joints(armature, open_body) > 0.05
    heads = np.array([armature.data.bones[name].head_local for name in Bones.of(armature).names])
    assert heads == pytest.approx(open_body.joints(BETAS) @ BLENDER_AXES.T, abs=1e-5)
    read = read_motion(armature, action, 24.0)
    assert np.abs(np.abs((read.rotations * motion.rotations).sum(-1)) - 1).max() < 1e-5
    expected = open_body.posed_vertices(motion, BETAS) @ BLENDER_AXES.T
    assert np.abs(skin(armature.children[0], 7) - expected[6]).max() < 1e-3


def test_selection_and_mode_stay(open_body):
    armature, other = add_body(open_body), bpy.data.objects.new("other", None)
    bpy.context.collection.objects.link(other)
    bpy.context.view_layer.objects.active = other
    shape_keys(armature)[0].value = 1.0
    move_joints(armature, open_body)
    assert bpy.context.view_layer.objects.active == other and armature.mode == "OBJECT" and armature.select_get()


def test_what_add_body_did_not_make_is_refused(open_body, small_body):
    armature = add_body(small_body)
    with pytest.raises(UserError, match="has not the shapes of the body in use"):
        move_joints(armature, open_body)
    armature.children[0].shape_key_clear()
    with pytest.raises(UserError, match="has not the shapes"):
        betas_of(armature, small_body)
