"""F-curves that a user muted do nothing: neither in Blender nor when they are read."""

from __future__ import annotations

import bpy
import numpy as np
import pytest
from mathutils import Quaternion

from motionclip_blender.core.errors import UserError
from motionclip_blender.core.skeleton import INDEX
from motionclip_blender.rig.armature import add_body
from motionclip_blender.rig.read_action import read_motion
from motionclip_blender.rig.versions import fcurves_of
from motionclip_blender.rig.write_keys import key_motion
from tests.rig.posing import assert_is_shown
from tests.synthetic import random_motion

LEG = ("left_hip", "left_knee", "left_ankle")


@pytest.fixture
def armature(scene, small_body) -> bpy.types.Object:
    armature = add_body(small_body)
    key_motion(armature, random_motion(22, fps=24.0, size=0.3), "walk")
    return armature


def curves(armature, *bones: str) -> list[bpy.types.FCurve]:
    paths = [f'pose.bones["{name}"]' for name in bones]
    action = armature.animation_data.action
    return [curve for path in paths for curve in fcurves_of(action, armature, path)]


def mute_curves(armature):
    for curve in curves(armature, *LEG):
        curve.mute = True


def mute_groups(armature):
    for curve in curves(armature, *LEG):
        curve.group.mute = True


def mute_the_way(armature):
    for curve in curves(armature, "pelvis"):
        curve.mute = curve.data_path.endswith("location")


def mute_one_channel(armature):
    for curve in curves(armature, "left_hip", "spine1"):
        curve.mute = curve.array_index == 2


def mute_all_but_the_arms(armature):
    for curve in curves(armature, *INDEX):
        curve.mute = "elbow" not in curve.data_path


@pytest.mark.parametrize("pose", ["as it stands", "at rest", "bent"])
@pytest.mark.parametrize("mute", [mute_curves, mute_groups, mute_the_way, mute_one_channel, mute_all_but_the_arms])
def test_what_is_muted_stays_as_blender_shows_it(armature, scene, small_body, mute, pose):
    scene.frame_set(11)
    mute(armature)
    if pose != "as it stands":
        for name in LEG:
            angle = 0.7 if pose == "bent" else 0.0
            armature.pose.bones[name].rotation_quaternion = Quaternion((1, 0, 0), angle)
    assert_is_shown(armature, read_motion(armature, fps=24.0), small_body)


def test_muted_keys_are_not_the_end_of_the_motion(armature):
    armature.pose.bones["head"].keyframe_insert("rotation_quaternion", frame=500)
    for curve in curves(armature, "head"):
        curve.mute = True
    assert len(read_motion(armature, fps=24.0)) == 22


def test_in_an_action_of_nobody_they_rest(armature, small_body):
    mute_curves(armature)
    action = armature.animation_data.action
    other = add_body(small_body)
    other.pose.bones["left_hip"].rotation_quaternion = Quaternion((1, 0, 0), 0.7)
    read = read_motion(other, action, fps=24.0).rotations
    assert np.abs(read[:, [INDEX[name] for name in LEG], 1:]).max() < 1e-6
    assert np.abs(read[:, INDEX["right_hip"], 1:]).max() > 0.1


def test_all_muted_is_said_so(armature):
    for curve in curves(armature, *INDEX):
        curve.mute = True
    with pytest.raises(UserError, match='All keys of the Action "walk" are muted; unmute them'):
        read_motion(armature)


def test_unmuted_again_all_is_as_before(armature):
    before = read_motion(armature).rotations
    mute_curves(armature)
    assert not np.array_equal(read_motion(armature).rotations, before)
    for curve in curves(armature, *LEG):
        curve.mute = False
    assert np.array_equal(read_motion(armature).rotations, before)
