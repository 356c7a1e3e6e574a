"""Motions on some bones only; all other channels stay as they are."""

from __future__ import annotations

import numpy as np
import pytest

pytest.importorskip("bpy")

import bpy

from motionclip_blender.core.body import Body
from motionclip_blender.core.errors import UserError
from motionclip_blender.rig.armature import add_body
from motionclip_blender.rig.keyed_bones import SELECTED, UPPER, chosen_bones
from motionclip_blender.rig.target import target_of
from motionclip_blender.rig.versions import fcurves_of
from motionclip_blender.rig.write_keys import key_motion, rekey_motion
from tests.rigs.build import armature_of, built
from tests.rigs.conventions import CONVENTIONS
from tests.rigs.moving import dance


def rig_of(name: str) -> bpy.types.Object:
    bpy.context.scene.render.fps = 30
    return add_body(Body.load()) if name == "SMPL-X" else armature_of(built(CONVENTIONS[name], "A"))


def keys(rig: bpy.types.Object, action: bpy.types.Action) -> dict[tuple[str, int], np.ndarray]:
    found = {}
    for curve in fcurves_of(action, rig, ""):
        values = np.empty(2 * len(curve.keyframe_points), np.float32)
        curve.keyframe_points.foreach_get("co", values)
        found[curve.data_path, curve.array_index] = values
    return found


def bone(path: str) -> str:
    return path.split('"')[1]


@pytest.mark.parametrize("name", ["SMPL-X", "Mixamo", "Unreal 5", "MMD", "KayKit"])
def test_the_upper_body_over_what_is_there(scene, name: str) -> None:
    rig = rig_of(name)
    first = key_motion(rig, dance(), "first", notes={"recipe": "old", "prompt": "old"})
    before = keys(rig, first)
    upper = chosen_bones(rig, UPPER)
    action = key_motion(rig, dance(30, way=3.0).turned(1.0), "second", bones=upper)
    after = keys(rig, action)
    assert rig.animation_data.action == action and "recipe" not in action and first["recipe"] == "old"
    assert set(after) == set(before)
    np.testing.assert_equal(keys(rig, first), before)
    changed = {bone(path) for (path, i) in after if not np.array_equal(after[path, i], before[path, i])}
    assert changed <= upper and len(upper) > 6
    joints = target_of(rig)
    below = {joints.hip(side) for side in ("left", "right")} | {joints.names[0]}
    assert not below & upper


def test_selected_bones_without_an_action(scene) -> None:
    rig = rig_of("Unreal 5")
    for one in rig.data.bones:
        one.select = one.name in ("upperarm_l", "lowerarm_l")
    action = key_motion(rig, dance(), "arm", bones=chosen_bones(rig, SELECTED))
    assert {bone(path) for path, _ in keys(rig, action)} == {"upperarm_l", "lowerarm_l"}
    before = keys(rig, action)
    rekey_motion(rig, dance(30).turned(0.5))  # a slider's step
    after = keys(rig, action)
    assert set(after) == set(before)
    rekey_motion(rig, dance(20))
    assert {len(one) for one in keys(rig, action).values()} == {40}


def test_nothing_selected_is_said(scene) -> None:
    rig = rig_of("Unreal 5")
    for one in rig.data.bones:
        one.select = False
    with pytest.raises(UserError, match="No bone of"):
        chosen_bones(rig, SELECTED)
    rig.data.bones["root"].select = True
    with pytest.raises(UserError, match="Motions key none of the bones"):
        chosen_bones(rig, SELECTED)
