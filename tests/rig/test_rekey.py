"""`rekey_motion`: another Motion in the place of the one that an Action holds."""

from __future__ import annotations

import bpy
import numpy as np
import pytest

from motionclip_blender.core.errors import UserError
from motionclip_blender.rig.armature import add_body
from motionclip_blender.rig.bones import Bones
from motionclip_blender.rig.read_action import read_motion
from motionclip_blender.rig.versions import fcurves_of
from motionclip_blender.rig.write_keys import key_motion, rekey_motion
from tests.synthetic import random_motion


@pytest.fixture
def armature(scene, small_body) -> bpy.types.Object:
    """An SMPL-X armature with an Action of 40 frames from frame 11 on."""
    armature = add_body(small_body)
    key_motion(armature, random_motion(40, fps=24.0), "walk", start_frame=11)
    return armature


def keys_of(armature: bpy.types.Object, action: bpy.types.Action) -> dict:
    """All that can be told of the keys."""
    return {
        (curve.data_path, curve.array_index, curve.group.name): [
            (*point.co, point.interpolation) for point in curve.keyframe_points
        ]
        for curve in fcurves_of(action, armature, "pose.bones[")
    }


@pytest.mark.parametrize("frames", [40, 17, 90, 1])
def test_it_is_as_if_it_had_been_keyed_so_at_first(armature, frames):
    action, motion = armature.animation_data.action, random_motion(frames, fps=24.0, seed=1)
    rekey_motion(armature, motion)
    assert list(bpy.data.actions) == [action] and armature.animation_data.action == action
    assert keys_of(armature, action) == keys_of(armature, key_motion(armature, motion, "fresh", start_frame=11))


def test_the_pose_follows_without_a_change_of_frame(armature, scene):
    scene.frame_set(20)
    motion = random_motion(40, fps=24.0, seed=1)
    rekey_motion(armature, motion)
    bpy.context.view_layer.update()
    wanted = Bones.of(armature).to_bones(motion.rotations)[9, 0]
    assert np.allclose(np.abs(armature.pose.bones["pelvis"].rotation_quaternion[:]), np.abs(wanted), atol=1e-4)


def test_keys_that_were_moved_in_time_stay_there(armature):
    for curve in fcurves_of(armature.animation_data.action, armature, "pose.bones["):
        for point in curve.keyframe_points:
            point.co.x += 100
    rekey_motion(armature, random_motion(40, fps=24.0, seed=1))
    assert armature.animation_data.action.frame_range[:] == (111, 150)


def test_what_else_the_action_holds_stays(armature):
    armature.location.x = 3
    armature.keyframe_insert("location", frame=1)
    rekey_motion(armature, random_motion(40, fps=24.0, seed=1))
    (curve, *_) = fcurves_of(armature.animation_data.action, armature, "location")
    assert tuple(curve.keyframe_points[0].co) == (1, 3)


def test_curves_that_were_deleted_come_back(armature):
    action = armature.animation_data.action
    for curve in fcurves_of(action, armature, 'pose.bones["left_knee"]'):
        (getattr(action, "fcurves", None) or action.layers[0].strips[0].channelbags[0].fcurves).remove(curve)
    motion = random_motion(40, fps=24.0, seed=1)
    rekey_motion(armature, motion)
    assert keys_of(armature, action) == keys_of(armature, key_motion(armature, motion, "fresh", start_frame=11))


def test_keys_that_were_made_bezier_are_straight_again(armature):
    action, motion = armature.animation_data.action, random_motion(40, fps=24.0, seed=1)
    for curve in fcurves_of(action, armature, "pose.bones["):
        for point in curve.keyframe_points:
            point.interpolation = "BEZIER"
    rekey_motion(armature, motion)
    read, wanted = read_motion(armature, fps=48.0), motion.resample(48.0)
    assert np.allclose(read.translation, wanted.translation, atol=1e-4)


def test_bones_are_switched_to_quaternions(armature):
    armature.pose.bones["left_knee"].rotation_mode = "XYZ"
    rekey_motion(armature, random_motion(40, fps=24.0, seed=1))
    assert armature.pose.bones["left_knee"].rotation_mode == "QUATERNION"


def test_notes_are_set_and_taken_away(armature):
    action = armature.animation_data.action
    action["old"] = "x"
    rekey_motion(armature, random_motion(40, fps=24.0), {"prompt": "run", "old": None, "never": None})
    assert action["prompt"] == "run" and "old" not in action and "never" not in action


def test_what_cannot_be_keyed_is_left_as_it_is(armature):
    action = armature.animation_data.action
    before, motion = keys_of(armature, action), random_motion(40, fps=24.0, seed=1)
    armature.pose.bones["head"].lock_rotation[0] = True
    with pytest.raises(UserError, match="locked"):
        rekey_motion(armature, motion)
    armature.pose.bones["head"].lock_rotation[0] = False
    bpy.ops.object.mode_set(mode="EDIT")
    with pytest.raises(UserError, match="Edit Mode"):
        rekey_motion(armature, motion)
    bpy.ops.object.mode_set(mode="OBJECT")
    assert keys_of(armature, action) == before
    armature.animation_data.action = None
    with pytest.raises(UserError, match="has no Action"):
        rekey_motion(armature, motion)
    armature.animation_data.action = bpy.data.actions.new("empty")
    with pytest.raises(UserError, match='"empty" has no keys of the pelvis'):
        rekey_motion(armature, motion)


def test_a_linked_action(armature, tmp_path):
    library = str(tmp_path / "library.blend")
    bpy.data.libraries.write(library, {armature.animation_data.action})
    with bpy.data.libraries.load(library, link=True) as (_, linked):
        linked.actions = ["walk"]
    armature.animation_data.action = linked.actions[0]
    with pytest.raises(UserError, match="linked from another file"):
        rekey_motion(armature, random_motion(40, fps=24.0, seed=1))


def test_keying_without_assigning_leaves_the_armature_alone(armature):
    action, bone = armature.animation_data.action, armature.pose.bones["left_knee"]
    bone.rotation_mode = "XYZ"
    made = key_motion(armature, random_motion(5, fps=24.0), "other", assign=False)
    assert armature.animation_data.action == action and bone.rotation_mode == "XYZ"
    assert made.use_fake_user and made.frame_range[:] == (1, 5)
