"""F-curves as plain numbers: evaluated as Blender evaluates them."""

from __future__ import annotations

import bpy
import numpy as np
import pytest

from motionclip_blender.core.errors import UserError
from motionclip_blender.core.skeleton import INDEX
from motionclip_blender.rig.armature import add_body
from motionclip_blender.rig.curves import Curve
from motionclip_blender.rig.read_action import copied_curves, kept_keys, read_motion
from motionclip_blender.rig.versions import NewAction, fcurves_of
from motionclip_blender.rig.write_keys import key_motion
from tests.synthetic import random_motion


@pytest.fixture
def curve(scene) -> bpy.types.FCurve:
    """Twelve keys, unevenly spaced, on whole and broken frames."""
    thing = bpy.data.objects.new("thing", None)
    new = NewAction.create("action", thing)
    (curve,) = new.group("thing", [("location", 0)])
    rng = np.random.default_rng(3)
    frames = np.cumsum(rng.choice([0.25, 1.0, 2.0, 7.5, 20.0], 12))
    for frame, value in zip(frames, rng.normal(size=12), strict=True):
        curve.keyframe_points.insert(frame, value)
    return curve


def assert_same(curve: bpy.types.FCurve) -> None:
    """The copy says what Blender says, on keys, between them and beyond the ends."""
    first, last = curve.range()
    frames = np.concatenate((np.linspace(first - 10, last + 10, 1001), [p.co.x for p in curve.keyframe_points]))
    wanted = np.array([curve.evaluate(frame) for frame in frames])
    assert np.abs(Curve.of(curve, curve.range()).at(frames) - wanted).max() < 2e-5


@pytest.mark.parametrize("kind", ["CONSTANT", "LINEAR", "BEZIER"])
def test_each_interpolation(curve, kind):
    for point in curve.keyframe_points:
        point.interpolation = kind
    curve.update()
    assert_same(curve)


def test_interpolations_mixed_with_handles_of_all_lengths(curve):
    rng = np.random.default_rng(4)
    for i, point in enumerate(curve.keyframe_points):
        point.interpolation = ("BEZIER", "LINEAR", "BEZIER", "CONSTANT")[i % 4]
        point.handle_left_type = point.handle_right_type = "FREE"
        # some far longer than the way to the next key
        point.handle_left = (point.co.x - rng.uniform(0, 30), rng.normal())
        point.handle_right = (point.co.x + rng.uniform(0, 30), rng.normal())
    assert_same(curve)


@pytest.mark.parametrize("change", ["easing", "cycles", "linear ends"])
def test_what_is_evaluated_by_blender_itself_is_right_on_whole_frames(curve, change):
    if change == "easing":
        curve.keyframe_points[3].interpolation = "BOUNCE"
    elif change == "cycles":
        curve.modifiers.new("CYCLES")
    else:
        curve.extrapolation = "LINEAR"
    first, last = curve.range()
    frames = np.arange(np.ceil(first) - 20, np.floor(last) + 50)
    wanted = [curve.evaluate(frame) for frame in frames]
    assert Curve.of(curve, (frames[0], frames[-1])).at(frames) == pytest.approx(wanted, abs=1e-6)


def test_a_baked_curve(curve):
    curve.convert_to_samples(0, 40)
    frames = np.arange(0, 41)
    wanted = [curve.evaluate(frame) for frame in frames]
    assert Curve.of(curve, (0, 40)).at(frames) == pytest.approx(wanted, abs=1e-5)


def test_a_single_key(scene):
    new = NewAction.create("action", bpy.data.objects.new("thing", None))
    (curve,) = new.group("thing", [("location", 0)])
    curve.keyframe_points.insert(5, 2.5)
    assert Curve.of(curve, (5, 5)).at(np.array([-10.0, 5.0, 99.0])).tolist() == [2.5, 2.5, 2.5]


def test_keys_are_kept_without_anything_of_blenders(scene, small_body):
    armature = add_body(small_body)
    key_motion(armature, random_motion(30, fps=24.0), "walk")
    kept, wanted = kept_keys(armature), read_motion(armature)
    bpy.ops.wm.read_factory_settings(use_empty=True)
    again = kept.motion()
    assert np.array_equal(again.rotations, wanted.rotations) and np.array_equal(again.translation, wanted.translation)


def test_an_action_without_an_owner_gives_its_curves(scene, small_body):
    armature = add_body(small_body)
    action = key_motion(armature, random_motion(30, fps=24.0), "walk")
    assert len(copied_curves(action).curves) == 55 * 4 + 3


def test_a_stray_key_is_said_so(scene, small_body):
    armature = add_body(small_body)
    key_motion(armature, random_motion(30, fps=24.0), "walk")
    armature.keyframe_insert('pose.bones["head"].rotation_quaternion', frame=900_000)
    with pytest.raises(UserError, match="stray key"):
        kept_keys(armature)


def test_short_curves_that_repeat_are_read_over_the_whole_action(scene, small_body):
    armature = add_body(small_body)
    key_motion(armature, random_motion(61, fps=24.0), "walk")
    path = 'pose.bones["head"].rotation_quaternion'
    for curve in fcurves_of(armature.animation_data.action, armature, path):
        for i in range(60, 20, -1):
            curve.keyframe_points.remove(curve.keyframe_points[i])
        curve.modifiers.new("CYCLES")
    motion = read_motion(armature, fps=24.0)
    head = motion.rotations[:, INDEX["head"]]
    assert np.allclose(head[21:40], head[1:20], atol=1e-5) and not np.allclose(head[0], head[10], atol=1e-2)
