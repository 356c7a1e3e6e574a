"""Reduced keys in an Action, as Blender evaluates them."""

from __future__ import annotations

import bpy
import numpy as np
import pytest

from motionclip_blender.core.errors import UserError
from motionclip_blender.core.key_reduction import Bound
from motionclip_blender.core.skeleton import BODY_JOINTS
from motionclip_blender.rig.armature import add_body
from motionclip_blender.rig.cycles import make_cyclic
from motionclip_blender.rig.keyed_bones import upper_body
from motionclip_blender.rig.read_action import read_motion
from motionclip_blender.rig.reduce_keys import reduce_keys
from motionclip_blender.rig.versions import fcurves_of
from motionclip_blender.rig.write_keys import key_motion
from tests.synthetic import angle_between, random_motion


@pytest.fixture
def moving(scene, small_body) -> bpy.types.Object:
    scene.render.fps = 30
    armature = add_body(small_body)
    key_motion(armature, random_motion(90, size=0.3), "spin", start_frame=5)
    return armature


def curves(armature) -> dict[tuple[str, int], bpy.types.FCurve]:
    found = fcurves_of(armature.animation_data.action, armature, "pose.bones[")
    return {(curve.data_path, curve.array_index): curve for curve in found}


def keys(curve) -> list[tuple[float, ...]]:
    return [(*key.co, *key.handle_left, *key.handle_right, key.interpolation) for key in curve.keyframe_points]


def evaluated(armature, frames) -> np.ndarray:
    """(T, 22, 4) rotations by Blender itself, and not by this package's reading of curves."""
    turns = []
    for frame in frames:
        bpy.context.scene.frame_set(frame)
        turns.append([armature.pose.bones[name].matrix_basis.to_quaternion() for name in BODY_JOINTS])
    return np.array(turns)


@pytest.mark.parametrize(("degrees", "millimetres"), [(0.5, 2.0), (3.0, 20.0)])
def test_blender_shows_the_motion_within_the_bound(moving, degrees, millimetres):
    frames = range(5, 95)
    wanted, before = evaluated(moving, frames), read_motion(moving)
    done = reduce_keys(moving, moving.animation_data.action, Bound(degrees, millimetres))
    assert np.degrees(angle_between(evaluated(moving, frames), wanted)).max() < degrees + 0.02
    after = read_motion(moving)
    assert np.linalg.norm(after.translation - before.translation, axis=1).max() < millimetres / 1000 + 1e-5
    assert np.degrees(angle_between(after.rotations, before.rotations)).max() < degrees + 0.02
    assert len(after) == len(before)
    assert done.before == 90 * (55 * 4 + 3) and done.after < done.before / 2
    assert done.after == sum(len(curve.keyframe_points) for curve in curves(moving).values())
    for curve in curves(moving).values():
        assert {key.interpolation for key in curve.keyframe_points} == {"BEZIER"}
        assert {key.handle_left_type for key in curve.keyframe_points} == {"ALIGNED"}


def test_blender_keeps_the_handles_when_a_curve_is_edited(moving):
    reduce_keys(moving, moving.animation_data.action, Bound(1.0))
    wanted = evaluated(moving, range(5, 95, 7))
    for curve in curves(moving).values():
        curve.update()
    assert np.degrees(angle_between(evaluated(moving, range(5, 95, 7)), wanted)).max() < 0.02


def test_other_bones_and_other_channels_stay(moving):
    head = moving.pose.bones["head"]
    head.keyframe_insert("scale", frame=5)
    before = {key: keys(curve) for key, curve in curves(moving).items()}
    reduce_keys(moving, moving.animation_data.action, Bound(2.0), {"head", "left_wrist"})
    changed = {key[0].split('"')[1] for key, curve in curves(moving).items() if keys(curve) != before[key]}
    assert changed == {"head", "left_wrist"}
    scale = next(key for key in before if key[0].endswith("scale"))
    assert keys(curves(moving)[scale]) == before[scale]


def test_the_upper_body(moving):
    before = {key: keys(curve) for key, curve in curves(moving).items()}
    reduce_keys(moving, moving.animation_data.action, Bound(2.0), upper_body(moving))
    changed = {key[0].split('"')[1] for key, curve in curves(moving).items() if keys(curve) != before[key]}
    assert {"spine1", "head", "left_wrist", "left_index1"} <= changed
    assert not changed & {"pelvis", "left_hip", "right_knee", "left_foot"}


@pytest.mark.parametrize("mode", ["XYZ", "ZYX", "AXIS_ANGLE"])
def test_other_rotation_modes(moving, mode):
    bone = moving.pose.bones["left_elbow"]
    bone.rotation_mode = mode
    name = "rotation_axis_angle" if mode == "AXIS_ANGLE" else "rotation_euler"
    for frame in range(5, 66):
        turn = 0.8 * np.sin(frame / 9)
        setattr(bone, name, (turn, 0, 0.6, 0.8) if mode == "AXIS_ANGLE" else (turn, 0.3 * turn, 0.2))
        bone.keyframe_insert(name, frame=frame)
    wanted = evaluated(moving, range(5, 66))
    reduce_keys(moving, moving.animation_data.action, Bound(1.0), {"left_elbow"})
    assert np.degrees(angle_between(evaluated(moving, range(5, 66)), wanted)).max() < 1.02
    path = f'pose.bones["left_elbow"].{name}'
    assert 2 < len(curves(moving)[path, 0].keyframe_points) < 30


def test_a_loop_goes_on(moving):
    action = moving.animation_data.action
    make_cyclic(action, moving)
    modifiers = {key: [one.type for one in curve.modifiers] for key, curve in curves(moving).items()}
    assert ["CYCLES"] in modifiers.values()
    span = tuple(action.frame_range)
    reduce_keys(moving, action, Bound(1.0))
    assert {key: [one.type for one in curve.modifiers] for key, curve in curves(moving).items()} == modifiers
    assert tuple(action.frame_range) == span


def test_what_is_refused(moving):
    action = moving.animation_data.action
    before = {key: keys(curve) for key, curve in curves(moving).items()}
    with pytest.raises(UserError, match="no keys of these bones"):
        reduce_keys(moving, action, Bound(), {"none"})
    curve = curves(moving)['pose.bones["right_foot"].rotation_quaternion', 2]
    curve.lock = True
    with pytest.raises(UserError, match='"right_foot" in "spin" are locked'):
        reduce_keys(moving, action, Bound())
    curve.lock = False
    curve.modifiers.new("NOISE")
    with pytest.raises(UserError, match="have modifiers; apply or remove"):
        reduce_keys(moving, action, Bound())
    assert {key: keys(curve) for key, curve in curves(moving).items()} == before
