"""Reducing keys from the panel, and as an option of what is generated."""

from __future__ import annotations

import pytest

pytest.importorskip("bpy")

from motionclip_blender.rig.write_keys import key_motion
from tests.synthetic import random_motion
from tests.ui.refusals import refused


def count(person, part: str = "") -> int:
    from motionclip_blender.rig.versions import fcurves_of

    found = fcurves_of(person.animation_data.action, person, f'pose.bones["{part}')
    return sum(len(curve.keyframe_points) for curve in found)


def test_all_bones_or_some(bpy, person) -> None:
    key_motion(person, random_motion(60, size=0.3), "spin")
    frames = len(person.animation_data.action.fcurves[0].keyframe_points) if bpy.app.version < (5, 0, 0) else 48
    assert bpy.ops.motionclip.reduce_keys(degrees=2.0, which="UPPER") == {"FINISHED"}
    assert count(person, "pelvis") == 7 * frames and count(person, "head") < 4 * frames
    person.data.bones["left_knee"].select = True
    assert bpy.ops.motionclip.reduce_keys(degrees=2.0, which="SELECTED") == {"FINISHED"}
    assert count(person, "left_knee") < 4 * frames == count(person, "right_knee")
    bpy.ops.motionclip.reduce_keys(degrees=2.0)
    assert count(person, "pelvis") < 7 * frames


def test_what_is_refused(bpy, person) -> None:
    assert "no Action" in refused(bpy, bpy.ops.motionclip.reduce_keys)
    key_motion(person, random_motion(20), "spin")
    for bone in person.data.bones:
        bone.select = False
    assert "select some in Pose Mode" in refused(bpy, bpy.ops.motionclip.reduce_keys, which="SELECTED")


def test_what_is_generated_can_have_few_keys(bpy, person, default_pack) -> None:
    settings = bpy.context.scene.motionclip
    bpy.ops.motionclip.generate(frames=48)
    whole = count(person)
    settings.reduce_keys, settings.reduce_degrees = True, 2.0
    bpy.ops.motionclip.generate(frames=48)
    assert count(person) < whole / 3
    settings.reduce_keys = False
    bpy.ops.motionclip.generate(frames=48)
    assert count(person) == whole
