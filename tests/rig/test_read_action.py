"""Actions read as motions, whoever keyed them."""

from __future__ import annotations

import bpy
import numpy as np
import pytest
from mathutils import Euler, Quaternion

from motionclip_blender.core.errors import UserError
from motionclip_blender.core.motion import Motion
from motionclip_blender.core.skeleton import INDEX, JOINTS
from motionclip_blender.rig.armature import add_body
from motionclip_blender.rig.bones import Bones
from motionclip_blender.rig.read_action import read_motion
from motionclip_blender.rig.write_keys import key_motion
from tests.rig.keyed import curves_of, largest_difference
from tests.synthetic import angle_between, random_motion

ORDERS = ("XYZ", "XZY", "YXZ", "YZX", "ZXY", "ZYX")


# --- there and back


def test_a_motion_comes_back(armature):
    motion = random_motion(50, fps=24.0)
    key_motion(armature, motion, "walk")
    again = read_motion(armature, fps=24.0)
    assert len(again) == 50 and again.fps == 24
    assert largest_difference(again, motion) < 1e-5


@pytest.mark.parametrize("start", [1, 0, -20, 1001, 12.5])
def test_a_motion_comes_back_from_anywhere_in_the_timeline(armature, start):
    motion = random_motion(50, fps=24.0)
    action = key_motion(armature, motion, "walk", start_frame=start)
    assert action.frame_range[:] == pytest.approx((start, start + 49))
    assert largest_difference(read_motion(armature, fps=24.0), motion) < 1e-4


# --- reading what others have keyed


def keyed_by_hand(armature, mode: str, motion: Motion):
    """The motion keyed as people do it: bone by bone, in any rotation mode."""
    bones = Bones.of(armature)
    quaternions = bones.to_bones(motion.rotations)
    for i in range(len(motion)):
        for joint, name in enumerate(bones.names):
            bone, quaternion = armature.pose.bones[name], Quaternion(quaternions[i, joint])
            bone.rotation_mode = mode
            if mode == "QUATERNION":
                bone.rotation_quaternion = quaternion
                bone.keyframe_insert("rotation_quaternion", frame=1 + i)
            elif mode == "AXIS_ANGLE":
                axis, angle = quaternion.to_axis_angle()
                bone.rotation_axis_angle = (angle, *(axis * 3))  # Blender does not ask for unit axes
                bone.keyframe_insert("rotation_axis_angle", frame=1 + i)
            else:
                bone.rotation_euler = quaternion.to_euler(mode)
                bone.keyframe_insert("rotation_euler", frame=1 + i)
    return armature.animation_data.action


@pytest.mark.parametrize("mode", ["QUATERNION", "AXIS_ANGLE", *ORDERS])
def test_every_rotation_mode_is_understood(armature, mode):
    motion = random_motion(4, fps=24.0)
    keyed_by_hand(armature, mode, motion)
    assert angle_between(read_motion(armature, fps=24.0).rotations, motion.rotations).max() < 1e-4


def test_euler_orders_are_blenders(armature):
    bone = armature.pose.bones["spine1"]
    for order in ORDERS:
        bone.rotation_mode, bone.rotation_euler = order, (0.3, -0.8, 1.2)
        bone.keyframe_insert("rotation_euler", frame=1)
        turned = Bones.of(armature).to_bones(read_motion(armature).rotations)[0, INDEX["spine1"]]
        assert angle_between(turned, np.array(Euler((0.3, -0.8, 1.2), order).to_quaternion())) < 1e-5


def test_an_action_keyed_in_another_mode_than_the_bones_is_read(armature):
    motion = random_motion(4, fps=24.0)
    keyed_by_hand(armature, "XYZ", motion)
    for bone in armature.pose.bones:
        bone.rotation_mode = "QUATERNION"
    assert angle_between(read_motion(armature, fps=24.0).rotations, motion.rotations).max() < 1e-4


def test_what_has_no_keys_rests(armature):
    bone = armature.pose.bones["left_elbow"]
    bone.rotation_quaternion = Quaternion((0, 0, 1), 0.8)
    bone.keyframe_insert("rotation_quaternion", index=0, frame=1)
    bone.keyframe_insert("rotation_quaternion", index=3, frame=1)
    armature.pose.bones["right_elbow"].rotation_quaternion = Quaternion((0, 0, 1), 0.8)  # posed, not keyed
    motion = read_motion(armature)
    angles = np.linalg.norm(motion.axis_angle().reshape(55, 3), axis=1)
    assert angles[INDEX["left_elbow"]] == pytest.approx(0.8, abs=1e-5)
    assert np.delete(angles, INDEX["left_elbow"]).max() < 1e-6
    assert not motion.translation.any()


def test_curves_between_keys_are_followed(armature):
    """Bezier curves and modifiers are sampled as Blender evaluates them."""
    bone = armature.pose.bones["pelvis"]
    for frame, place in ((1, 0.0), (25, 1.0)):
        bone.location = (place, 0, 0)
        bone.keyframe_insert("location", frame=frame)
    motion = read_motion(armature, fps=24.0)
    curve = curves_of(armature.animation_data.action, armature)['pose.bones["pelvis"].location', 0]
    expected = [curve.evaluate(1 + i) for i in range(25)]
    moved = Bones.of(armature).to_location(motion.translation)[:, 0]
    assert moved == pytest.approx(expected, abs=1e-6)
    assert abs(moved[6] - 0.25) > 0.05  # no straight line


def test_a_manual_frame_range_is_respected(armature):
    action = key_motion(armature, random_motion(50, fps=24.0), "walk")
    action.use_frame_range, action.frame_start, action.frame_end = True, 11, 20
    motion = read_motion(armature, fps=24.0)
    assert len(motion) == 10
    assert largest_difference(motion, random_motion(50, fps=24.0).crop(10, 20)) < 1e-5


def test_an_action_that_is_not_in_use_can_be_read(scene, small_body):
    maker = add_body(small_body)
    motion = random_motion(5, fps=24.0)
    action = key_motion(maker, motion, "walk")
    reader = add_body(small_body)
    assert largest_difference(read_motion(reader, action, fps=24.0), motion) < 1e-5
    assert reader.animation_data is None


@pytest.mark.skipif(bpy.app.version < (4, 4, 0), reason="Actions have slots since 4.4")
def test_an_action_shared_by_slots_gives_each_armature_its_own(scene, small_body):
    motions = [random_motion(5, 24.0, seed) for seed in (0, 1)]
    first, second = add_body(small_body), add_body(small_body)
    action = key_motion(first, motions[0], "duet")
    second.animation_data_create().action = action
    second.animation_data.action_slot = action.slots.new(id_type="OBJECT", name=second.name)
    quaternions = Bones.of(second).to_bones(motions[1].rotations)
    for i in range(5):
        for joint, name in enumerate(JOINTS):
            bone = second.pose.bones[name]
            bone.rotation_quaternion = quaternions[i, joint]
            bone.keyframe_insert("rotation_quaternion", frame=1 + i)
    assert second.animation_data.action == action and len(action.slots) == 2
    for armature, motion in zip((first, second), motions, strict=True):
        assert angle_between(read_motion(armature, fps=24.0).rotations, motion.rotations).max() < 1e-5
    # out of use, the slot named after the armature counts
    second.animation_data.action = None
    again = read_motion(second, action, fps=24.0)
    assert angle_between(again.rotations, motions[1].rotations).max() < 1e-5


def test_an_armature_without_action_is_said_so(armature):
    with pytest.raises(UserError, match='"SMPL-X" has no Action'):
        read_motion(armature)
    armature.animation_data_create()
    with pytest.raises(UserError, match='"SMPL-X" has no Action'):
        read_motion(armature)


def test_an_action_without_keys_for_the_bones_is_said_so(armature):
    armature.keyframe_insert("location", frame=1)
    with pytest.raises(UserError, match='has no keys for the bones of "SMPL-X"'):
        read_motion(armature)
    with pytest.raises(UserError, match="has no keys"):
        read_motion(armature, bpy.data.actions.new("empty"))


def test_reading_changes_nothing(armature):
    action = key_motion(armature, random_motion(5), "walk")
    before = armature.pose.bones["head"].rotation_quaternion.copy()
    read_motion(armature)
    assert armature.animation_data.action == action and len(bpy.data.actions) == 1
    assert armature.pose.bones["head"].rotation_quaternion == before


def test_keys_lie_apart_as_far_as_the_timeline_goes(scene, armature) -> None:
    motion = random_motion(20, fps=24)
    action = key_motion(armature, motion, "late", 1_048_555)
    assert tuple(action.frame_range) == (1_048_555, 1_048_574)
    with pytest.raises(UserError, match="from frame 1,048,556 to 1,048,575, and Blender's frames go from -1,048,574"):
        key_motion(armature, motion, "too late", 1_048_556)
    assert len(bpy.data.actions) == 1
