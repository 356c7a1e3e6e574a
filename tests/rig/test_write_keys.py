"""Motions written as keys."""

from __future__ import annotations

import bpy
import numpy as np
import pytest

from motionclip_blender.core.errors import UserError
from motionclip_blender.core.motion import Motion
from motionclip_blender.core.skeleton import INDEX, JOINTS
from motionclip_blender.rig import write_keys as keys_module
from motionclip_blender.rig.armature import add_body
from motionclip_blender.rig.read_action import read_motion
from motionclip_blender.rig.versions import NewAction
from motionclip_blender.rig.write_keys import key_motion
from tests.rig.keyed import curves_of, largest_difference
from tests.synthetic import random_motion


@pytest.mark.parametrize(("fps", "base"), [(24, 1.0), (25, 1.0), (30, 1.001), (60, 1.0), (120, 1.0), (12, 1.0)])
def test_a_motion_keeps_its_speed_at_any_scene_rate(armature, scene, fps, base):
    scene.render.fps, scene.render.fps_base = fps, base
    motion = random_motion(61, fps=30.0)  # two seconds
    action = key_motion(armature, motion, "walk")
    seconds = (action.frame_range[1] - action.frame_range[0]) * base / fps
    assert motion.seconds - base / fps < seconds <= motion.seconds + 1e-6
    again = read_motion(armature, fps=30.0)
    same = min(len(again), len(motion))
    assert same >= 61 - 30 / fps * base - 1
    # a frame between two keys lies on their chord, which bends off the movement at low rates
    tolerance = 1e-4 if fps % 30 == 0 and base == 1.0 else 0.06 if fps == 12 else 0.02
    assert largest_difference(again.crop(0, same), motion.crop(0, same)) < tolerance


def test_there_is_a_key_on_every_frame_of_the_scene(armature):
    action = key_motion(armature, random_motion(61, fps=50.0), "walk", start_frame=10)  # 1.2 seconds
    for curve in curves_of(action, armature).values():
        assert [point.co.x for point in curve.keyframe_points] == list(range(10, 39))


def test_keys_can_be_set_at_the_motions_own_rate(armature, scene):
    motion = random_motion(61, fps=30.0)
    action = key_motion(armature, motion, "walk", fps=30.0)
    points = next(iter(curves_of(action, armature).values())).keyframe_points
    assert len(points) == 61 and points[1].co.x - points[0].co.x == pytest.approx(24 / 30)
    assert largest_difference(read_motion(armature), motion) < 1e-4


def test_the_bones_turn_as_the_curves_say(armature, small_body):
    motion = random_motion(20, fps=24.0)
    key_motion(armature, motion, "walk")
    bpy.context.scene.frame_set(13)
    pose = armature.evaluated_get(bpy.context.evaluated_depsgraph_get()).pose.bones
    x, y, z = small_body.posed_joints(motion)[12, INDEX["left_wrist"]]
    assert pose["left_wrist"].head[:] == pytest.approx((x, -z, y), abs=1e-5)


def test_a_single_frame_is_a_motion_too(armature):
    motion = random_motion(1, fps=24.0)
    key_motion(armature, motion, "pose")
    assert largest_difference(read_motion(armature), Motion(motion.rotations, motion.translation, 30)) < 1e-5


# --- the Action


def test_every_joint_and_the_pelvis_get_curves_in_a_group_of_their_bone(armature):
    action = key_motion(armature, random_motion(5, fps=24.0), "walk")
    curves = curves_of(action, armature)
    assert len(curves) == 55 * 4 + 3
    for name in JOINTS:
        for i in range(4):
            curve = curves[f'pose.bones["{name}"].rotation_quaternion', i]
            assert curve.group.name == name and len(curve.keyframe_points) == 5
    assert all(curves['pose.bones["pelvis"].location', i].group.name == "pelvis" for i in range(3))


def test_keys_are_straight_lines(armature):
    curve = next(iter(curves_of(key_motion(armature, random_motion(5, fps=24.0), "walk"), armature).values()))
    assert {point.interpolation for point in curve.keyframe_points} == {"LINEAR"} and curve.is_valid
    (left, a), (right, b) = (point.co for point in list(curve.keyframe_points)[1:3])
    assert curve.evaluate((left + right) / 2) == pytest.approx((a + b) / 2, abs=1e-6)


def test_a_curve_made_bezier_gets_its_handles(armature):
    """They are not placed before, which would take a third of the time and serves straight lines nothing."""
    curve = next(iter(curves_of(key_motion(armature, random_motion(5, fps=24.0), "walk"), armature).values()))
    for point in curve.keyframe_points:
        point.interpolation = "BEZIER"
    curve.update()
    assert all(0 < abs(point.handle_left.x - point.co.x) <= 1 for point in curve.keyframe_points)


def test_quaternions_never_jump_to_the_other_side(armature):
    motion = random_motion(200, fps=24.0)
    flipped = motion.rotations * np.random.default_rng(0).choice([-1, 1], size=(200, 55, 1))
    action = key_motion(armature, Motion(flipped, motion.translation, 24.0), "walk")
    curves = curves_of(action, armature)
    for name in JOINTS:
        values = [[point.co.y for point in curves[f'pose.bones["{name}"].rotation_quaternion', i].keyframe_points]
                  for i in range(4)]  # fmt: skip
        assert np.abs(np.diff(values)).max() < 0.3 and values[0][0] >= 0


def test_each_run_makes_a_new_action_and_keeps_the_old_one(armature):
    first = key_motion(armature, random_motion(5), "a person waves")
    second = key_motion(armature, random_motion(5, seed=1), "a person waves")
    assert (first.name, second.name) == ("a person waves", "a person waves.001")
    assert armature.animation_data.action == second
    assert first.use_fake_user and second.use_fake_user  # saved with the file, in use or not


def test_a_users_own_action_is_not_lost_when_replaced(armature):
    own = bpy.data.actions.new("own")
    armature.animation_data_create().action = own
    key_motion(armature, random_motion(5), "new")
    assert own.use_fake_user


def test_an_action_remembers_its_notes(armature):
    action = key_motion(armature, random_motion(5), "walk", notes={"prompt": "walk", "seed": 3, "strength": 0.5})
    assert (action["prompt"], action["seed"], action["strength"]) == ("walk", 3, 0.5)


def test_scene_and_selection_stay_as_they_are(armature, scene):
    other = bpy.data.objects.new("other", None)
    scene.collection.objects.link(other)
    armature.select_set(False)
    other.select_set(True)
    bpy.context.view_layer.objects.active = other
    scene.frame_start, scene.frame_end, scene.render.fps, scene.render.fps_base = 5, 50, 25, 1.25
    scene.frame_set(17)
    key_motion(armature, random_motion(500), "walk")
    read_motion(armature)
    assert (scene.frame_start, scene.frame_end, scene.frame_current) == (5, 50, 17)
    assert (scene.render.fps, scene.render.fps_base) == (25, 1.25)
    assert bpy.context.view_layer.objects.active == other and bpy.context.selected_objects == [other]


def test_bones_in_another_rotation_mode_are_switched(armature):
    armature.pose.bones["left_knee"].rotation_mode = "XYZ"
    motion = random_motion(5, fps=24.0)
    key_motion(armature, motion, "walk")
    assert armature.pose.bones["left_knee"].rotation_mode == "QUATERNION"
    assert largest_difference(read_motion(armature, fps=24.0), motion) < 1e-5


def test_two_armatures_have_actions_of_their_own(scene, small_body):
    motions = [random_motion(5, 24.0, seed) for seed in (0, 1)]
    armatures = [add_body(small_body) for _ in motions]
    for armature, motion in zip(armatures, motions, strict=True):
        key_motion(armature, motion, "walk")
    for armature, motion in zip(armatures, motions, strict=True):
        assert largest_difference(read_motion(armature, fps=24.0), motion) < 1e-5


# --- failures


class NoMemory(Exception):
    pass


@pytest.mark.parametrize("had_action", [False, True])
@pytest.mark.parametrize("stage", ["curves", "notes", "assignment"])
def test_a_failure_leaves_the_armature_as_it_was(armature, monkeypatch, stage, had_action):
    old = key_motion(armature, random_motion(5), "old") if had_action else None
    slot = getattr(armature.animation_data, "action_slot", None)
    armature.pose.bones["left_knee"].rotation_mode = "ZYX"
    names = set(bpy.data.actions.keys())

    def fail(*arguments):
        raise NoMemory

    notes = {}
    if stage == "curves":
        fill, calls = keys_module.fill_linear, []
        monkeypatch.setattr(
            keys_module, "fill_linear", lambda *a: calls.append(a) or fill(*a) if len(calls) < 30 else fail()
        )
    elif stage == "assignment":
        assign = NewAction.assign
        monkeypatch.setattr(NewAction, "assign", lambda *a: assign(*a) or fail())
    else:
        notes = {"prompt": object()}
    with pytest.raises((NoMemory, TypeError)):
        key_motion(armature, random_motion(5, seed=1), "new", notes=notes)
    assert set(bpy.data.actions.keys()) == names
    assert armature.pose.bones["left_knee"].rotation_mode == "ZYX"
    if had_action:
        assert armature.animation_data.action == old
        assert getattr(armature.animation_data, "action_slot", None) == slot
    else:
        assert armature.animation_data is None


def test_what_cannot_be_keyed_gets_no_action(armature):
    armature.pose.bones["head"].lock_rotation[0] = True
    with pytest.raises(UserError, match="locked"):
        key_motion(armature, random_motion(5), "walk")
    assert not bpy.data.actions and armature.animation_data is None
