"""Bones that are no joints and move them: read with them, and put to rest when a motion is keyed."""

from __future__ import annotations

import bpy
import numpy as np
import pytest
from mathutils import Euler, Quaternion, Vector

from motionclip_blender.core.motion import Motion
from motionclip_blender.core.skeleton import INDEX
from motionclip_blender.rig.armature import add_body
from motionclip_blender.rig.assign import assign_action
from motionclip_blender.rig.nla import push_down
from motionclip_blender.rig.read_action import ActionReader, kept_keys, read_motion
from motionclip_blender.rig.remarks import put_to_rest
from motionclip_blender.rig.versions import fcurves_of
from motionclip_blender.rig.write_keys import key_motion
from tests.rig.posing import add_bones, assert_is_shown, joints_shown, key
from tests.rig.test_bones import BACKWARDS, SIDEWAYS, Y_UP, Z_UP, foreign_rig
from tests.synthetic import angle_between, random_motion

FRAMES = 22


@pytest.fixture
def motion() -> Motion:
    return random_motion(FRAMES, fps=24.0, size=0.3)


@pytest.fixture
def armature(scene, small_body) -> bpy.types.Object:
    """A person whose pelvis hangs from "hips", and that from "root"."""
    armature = add_body(small_body)
    add_bones(armature, hips="pelvis")
    add_bones(armature, root="hips")
    return armature


# --- reading


def test_a_root_at_rest_changes_nothing(armature, motion):
    key_motion(armature, motion, "walk")
    again = read_motion(armature, fps=24.0)
    assert angle_between(again.rotations, motion.rotations).max() < 1e-5
    assert not kept_keys(armature).others


def test_a_root_that_was_turned_without_keys(armature, motion, small_body):
    key_motion(armature, motion, "walk")
    armature.pose.bones["root"].rotation_mode = "QUATERNION"
    armature.pose.bones["root"].rotation_quaternion = Quaternion((1, 0.3, 0), -1.2)
    assert_is_shown(armature, read_motion(armature, fps=24.0), small_body)


def test_motions_of_another_up_axis_stand_upright_as_their_root_does(armature, motion, small_body):
    """As an add-on keys them: the pelvis lies, one key of the root puts it upright."""
    lying = Motion(motion.rotations, motion.translation @ np.array([[1, 0, 0], [0, 0, -1], [0, 1, 0]]).T, 24.0)
    key_motion(armature, lying, "walk", start_frame=5)
    root = armature.pose.bones["root"]
    root.rotation_mode = "QUATERNION"
    along = armature.data.bones["root"].matrix_local.to_3x3().inverted() @ Vector((1, 0, 0))
    key(root, 1, rotation_quaternion=Quaternion(along, -np.pi / 2))
    read = read_motion(armature, fps=24.0)
    assert len(read) == FRAMES  # the root's single key is no beginning
    assert_is_shown(armature, read, small_body, first=5)


@pytest.mark.parametrize("mode", ["QUATERNION", "XZY", "AXIS_ANGLE"])
def test_a_way_and_turns_that_are_keyed_on_bones_above(armature, motion, small_body, mode):
    key_motion(armature, motion, "walk")
    rng = np.random.default_rng(3)
    for name in ("root", "hips"):
        bone = armature.pose.bones[name]
        bone.rotation_mode = mode
        for frame in (1, 9, FRAMES):
            turn = Euler(rng.uniform(-1, 1, 3)).to_quaternion()
            values = {"location": tuple(rng.uniform(-2, 2, 3))}
            if mode == "QUATERNION":
                values["rotation_quaternion"] = turn
            elif mode == "AXIS_ANGLE":
                axis, angle = turn.to_axis_angle()
                values["rotation_axis_angle"] = (angle, *axis)
            else:
                values["rotation_euler"] = turn.to_euler(mode)
            key(bone, frame, **values)
    assert_is_shown(armature, read_motion(armature, fps=24.0), small_body)


@pytest.mark.parametrize("turns", [True, False])
@pytest.mark.parametrize("local", [True, False])
def test_how_the_pelvis_hangs_from_them(armature, motion, small_body, turns, local):
    pelvis = armature.data.bones["pelvis"]
    pelvis.use_inherit_rotation, pelvis.use_local_location = turns, local
    key_motion(armature, motion, "walk")
    for frame, place, angle in ((1, (0, 0, 0), 0.2), (FRAMES, (1, 2, 0.3), 1.4)):
        root = armature.pose.bones["root"]
        root.rotation_mode = "QUATERNION"
        key(root, frame, location=place, rotation_quaternion=Quaternion((0.2, 1, 0.5), angle))
    assert_is_shown(armature, read_motion(armature, fps=24.0), small_body)


@pytest.mark.parametrize("axes", [Y_UP, Z_UP, BACKWARDS, SIDEWAYS], ids=["y-up", "z-up", "backwards", "sideways"])
def test_a_root_of_any_rig(scene, small_body, motion, axes):
    armature = foreign_rig(small_body, axes, root=True)
    key_motion(armature, motion, "walk")
    root = armature.pose.bones["root"]
    root.rotation_mode = "QUATERNION"
    key(root, 1, rotation_quaternion=Quaternion((1, 2, 3), 0.7), location=(0.5, -1, 2))
    read = small_body.posed_joints(read_motion(armature, fps=24.0)) @ axes.T
    for i in (0, 10, 21):
        shown = joints_shown(armature, 1 + i) @ Z_UP.T
        assert np.abs(shown - read[i]).max() < 1e-3


def test_bones_between_joints_turn_what_hangs_from_them(scene, small_body, motion):
    armature = add_body(small_body)
    add_bones(armature, twist="left_elbow", more="spine2")
    key_motion(armature, motion, "walk")
    for name in ("twist", "more"):
        bone = armature.pose.bones[name]
        bone.rotation_mode = "QUATERNION"
        for frame, angle in ((1, -0.5), (FRAMES, 1.0)):
            key(bone, frame, rotation_quaternion=Quaternion((1, 1, 0), angle))
    assert_is_shown(armature, read_motion(armature, fps=24.0), small_body, limit=2e-3)


def test_a_root_that_halves_the_person_halves_its_metre(armature, motion, small_body):
    key_motion(armature, motion, "walk")
    key(armature.pose.bones["root"], 1, scale=(0.4, 0.4, 0.4))
    read = small_body.posed_joints(read_motion(armature, fps=24.0))
    for i in (0, 10):
        shown = joints_shown(armature, 1 + i)
        legs = [np.linalg.norm(p[INDEX["left_hip"]] - p[INDEX["left_knee"]]) for p in (shown, read[i])]
        assert np.abs(shown * legs[1] / legs[0] - read[i]).max() < 0.02 * np.abs(read[i]).max()


def test_an_action_of_the_root_alone_moves_the_person(armature):
    for frame, place in ((1, 0.0), (24, 2.0)):
        key(armature.pose.bones["root"], frame, location=(0, 0, place))
    read = read_motion(armature, fps=24.0)
    assert len(read) == 24 and np.linalg.norm(read.translation[-1] - read.translation[0]) == pytest.approx(2, abs=1e-3)


def test_what_is_kept_tells_roots_apart(armature, motion):
    key_motion(armature, motion, "walk")
    before = kept_keys(armature).digest(), ActionReader.of(armature).identity()
    armature.pose.bones["root"].location = (1, 0, 0)
    after = kept_keys(armature).digest(), ActionReader.of(armature).identity()
    assert before[0] != after[0] and before[1] != after[1]
    assert kept_keys(armature).digest() == after[0]


# --- keying

LEFT = {
    "a turned root": {"root": {"rotation_quaternion": (0.7, -0.7, 0, 0)}},
    "a moved root": {"root": {"location": (2, 0, 0.3)}},
    "a scaled root": {"root": {"scale": (0.5, 0.5, 0.5)}},
    "a moved elbow": {"left_elbow": {"location": (0, 0.1, 0)}},
    "a scaled spine": {"spine2": {"scale": (1.2, 1.2, 1.2)}},
    "a scaled pelvis": {"pelvis": {"scale": (1.1, 1.1, 1.1)}},
    "all of it": {"hips": {"location": (1, 1, 1), "scale": (2, 1, 1)}, "head": {"location": (0, 0.2, 0)}},
}


@pytest.mark.parametrize("keyed", [True, False], ids=["keyed", "posed"])
@pytest.mark.parametrize("left", LEFT.values(), ids=LEFT)
def test_a_new_motion_is_as_on_a_fresh_armature(armature, motion, small_body, left, keyed):
    for name, values in left.items():
        armature.pose.bones[name].rotation_mode = "QUATERNION"
        for property_name, value in values.items():
            setattr(armature.pose.bones[name], property_name, value)
            if keyed:
                armature.pose.bones[name].keyframe_insert(property_name, frame=1)
    bpy.context.view_layer.update()
    key_motion(armature, motion, "walk")
    assert_is_shown(armature, motion, small_body)
    (said,) = put_to_rest(armature)
    assert all(name in said for name in left)
    assert angle_between(read_motion(armature, fps=24.0).rotations, motion.rotations).max() < 1e-4


def test_an_armature_at_rest_gets_the_joints_keys_only(armature, motion):
    action = key_motion(armature, motion, "walk")
    assert len(fcurves_of(action, armature, "")) == 55 * 4 + 3
    assert put_to_rest(armature) == []


def test_strips_below_do_not_move_or_scale_a_new_motion(armature, motion, small_body):
    for name, values in (("root", {"location": (0, 0, 3)}), ("left_knee", {"scale": (2, 2, 2)})):
        for frame in (1, 30):
            key(armature.pose.bones[name], frame, **(values if frame == 30 else {}) or {"location": (0, 0, 0)})
    push_down(armature)
    bpy.context.scene.frame_set(1)
    key_motion(armature, motion, "walk")
    assert_is_shown(armature, motion, small_body)


def test_the_action_of_before_still_moves_what_it_moved(armature, motion):
    key(armature.pose.bones["root"], 1, location=(2, 0, 0))
    old = armature.animation_data.action
    key_motion(armature, motion, "walk")
    bpy.context.scene.frame_set(3)
    assert armature.pose.bones["root"].location.x == 0
    armature.animation_data.action = old
    if hasattr(armature.animation_data, "action_slot"):
        armature.animation_data.action_slot = old.slots[0]
    bpy.context.scene.frame_set(4)
    assert armature.pose.bones["root"].location.x == 2


def test_a_motion_that_is_put_on_another_armature_brings_its_root(armature, motion, small_body):
    key_motion(armature, motion, "walk")
    key(armature.pose.bones["root"], 1, location=(0, 1, 0))
    other = foreign_rig(small_body, root=True)
    assign_action(other, armature.animation_data.action)
    assert_is_shown(other, read_motion(other, fps=24.0), small_body)
