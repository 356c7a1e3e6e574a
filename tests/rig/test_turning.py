"""Reading between keys that jump though the person does not: signs of quaternions, Euler angles that wrap."""

from __future__ import annotations

import numpy as np
import pytest

pytest.importorskip("bpy")

import bpy

from motionclip_blender.core.body import Body
from motionclip_blender.core.motion import Motion
from motionclip_blender.core.skeleton import INDEX
from motionclip_blender.rig.armature import add_body
from motionclip_blender.rig.bones import Bones
from motionclip_blender.rig.read_action import read_motion
from motionclip_blender.rig.versions import fcurves_of
from motionclip_blender.rig.write_keys import key_motion
from tests.synthetic import angle_between


def turning(fps: float, seconds: float = 2.0, joint: str = "pelvis") -> Motion:
    """One who turns about the vertical, a whole circle every second."""
    frames = round(seconds * fps) + 1
    half = np.pi * np.arange(frames) / fps
    rotations = np.tile([1.0, 0, 0, 0], (frames, 55, 1))
    rotations[:, INDEX[joint]] = np.stack((np.cos(half), 0 * half, np.sin(half), 0 * half), axis=1)
    return Motion(rotations, np.zeros((frames, 3)), fps)


def pelvis_curves(armature: bpy.types.Object, name: str) -> list[bpy.types.FCurve]:
    path = Bones.of(armature).path(0, name)
    curves = [c for c in fcurves_of(armature.animation_data.action, armature, "pose.bones[") if c.data_path == path]
    return sorted(curves, key=lambda curve: curve.array_index)


def positive(armature: bpy.types.Object, step: int = 1) -> None:
    """Gives the keys of every `step`th frame the sign that conversions from matrices give; others go."""
    curves = pelvis_curves(armature, "rotation_quaternion")
    values = np.array([[point.co[1] for point in curve.keyframe_points] for curve in curves])
    values = np.where(values[0] < 0, -values, values)
    frames = [point.co[0] for point in curves[0].keyframe_points]
    for curve, row in zip(curves, values, strict=True):
        curve.keyframe_points.clear()
        for frame, value in list(zip(frames, row, strict=True))[::step]:
            curve.keyframe_points.insert(frame, value).interpolation = "LINEAR"


def worst(read: Motion) -> float:
    """Degrees by which a frame is off an even turn of a circle a second."""
    return float(np.degrees(angle_between(read.rotations[:, 0], turning(read.fps).rotations[: len(read), 0])).max())


@pytest.mark.parametrize("rate", [20, 24, 25, 30, 50, 60])
@pytest.mark.parametrize("fps", [30.0, 24.0, 29.97, 120.0])
def test_quaternions_that_change_sign(scene, open_body: Body, rate: int, fps: float):
    scene.render.fps = rate
    armature = add_body(open_body)
    key_motion(armature, turning(rate), "turn")
    smooth = read_motion(armature, fps=fps)
    positive(armature)
    read = read_motion(armature, fps=fps)
    assert worst(read) < 2
    if rate == fps:
        np.testing.assert_array_equal(np.abs(read.rotations), np.abs(smooth.rotations))


def test_keys_that_lie_between_frames(scene, open_body: Body):
    scene.render.fps = 24
    armature = add_body(open_body)
    key_motion(armature, turning(30), "turn", fps=30.0)
    positive(armature)
    assert worst(read_motion(armature, fps=30.0)) < 0.1
    assert worst(read_motion(armature, fps=24.0)) < 2


@pytest.mark.parametrize("mode", ["XYZ", "ZYX", "XZY"])
@pytest.mark.parametrize("rate", [24, 25])
def test_euler_angles_that_wrap(scene, open_body: Body, rate: int, mode: str):
    scene.render.fps = rate
    armature = add_body(open_body)
    action = key_motion(armature, turning(rate), "turn")
    bone = armature.pose.bones["pelvis"]
    quaternions = []
    for frame in range(1, 2 * rate + 2):
        scene.frame_set(frame)
        quaternions.append(bone.rotation_quaternion.copy())
    for curve in pelvis_curves(armature, "rotation_quaternion"):
        _remove(action, armature, curve)
    bone.rotation_mode = mode
    for frame, quaternion in enumerate(quaternions, start=1):
        bone.rotation_euler = quaternion.to_euler(mode)  # each within half a turn
        bone.keyframe_insert("rotation_euler", frame=frame)
    values = [point.co[1] for curve in pelvis_curves(armature, "rotation_euler") for point in curve.keyframe_points]
    assert np.abs(np.diff(values)).max() > 3, "nothing wraps"
    assert worst(read_motion(armature, fps=30.0)) < 2


def _remove(action: bpy.types.Action, armature: bpy.types.Object, curve: bpy.types.FCurve) -> None:
    if hasattr(action, "layers"):
        action.layers[0].strips[0].channelbag(armature.animation_data.action_slot).fcurves.remove(curve)
    else:
        action.fcurves.remove(curve)


def test_an_animators_keys_are_read_as_blender_shows_them(scene, open_body: Body):
    """Keys far apart whose sign changes go the long way in Blender, and so they do here."""
    scene.render.fps = 30
    armature = add_body(open_body)
    key_motion(armature, turning(30), "turn")
    positive(armature, step=10)
    read = read_motion(armature, fps=30.0)
    bones = Bones.of(armature)
    for frame in (15, 18, 45):
        scene.frame_set(frame + 1)
        shown = bones.to_joints(
            np.tile(np.array(armature.pose.bones["pelvis"].rotation_quaternion.normalized()), (1, 55, 1))
        )
        assert np.degrees(angle_between(read.rotations[frame, 0], shown[0, 0])) < 0.1
