"""An Action that is there, of this file or another one, on an armature."""

from __future__ import annotations

from pathlib import Path

import bpy
import numpy as np
import pytest

from motionclip_blender.core.errors import UserError
from motionclip_blender.rig.armature import add_body
from motionclip_blender.rig.assign import append_action, assign_action
from motionclip_blender.rig.read_action import read_motion
from motionclip_blender.rig.write_keys import key_motion
from tests.synthetic import random_motion


@pytest.fixture
def armature(scene, small_body) -> bpy.types.Object:
    """A person with the Action "walk"."""
    armature = add_body(small_body)
    key_motion(armature, random_motion(30, fps=24.0), "walk")
    return armature


@pytest.fixture
def library(armature, tmp_path: Path) -> str:
    """A file with one asset, "walk", and one Action that is none. The file in use is an empty one."""
    armature.animation_data.action.asset_mark()
    key_motion(armature, random_motion(30, fps=24.0), "secret")
    path = str(tmp_path / "library.blend")
    bpy.ops.wm.save_as_mainfile(filepath=path)
    bpy.ops.wm.read_factory_settings(use_empty=True)
    return path


def test_another_persons_action_moves_this_one(armature, small_body):
    action = armature.animation_data.action
    other = add_body(small_body)
    other.animation_data_create()
    assign_action(other, action)
    assert np.array_equal(read_motion(other).rotations, read_motion(armature).rotations)


def test_the_bones_turn_in_the_way_the_action_is_keyed(armature):
    action = armature.animation_data.action
    armature.animation_data.action = None
    for bone in armature.pose.bones:
        bone.rotation_mode = "XZY"
    assign_action(armature, action)
    assert {bone.rotation_mode for bone in armature.pose.bones} == {"QUATERNION"}


def test_bones_that_the_action_does_not_turn_keep_their_mode(armature):
    armature.pose.bones["jaw"].rotation_mode = "ZYX"
    action = bpy.data.actions.new("nod")
    armature.animation_data.action = action
    armature.keyframe_insert('pose.bones["head"].rotation_quaternion', frame=1)
    armature.animation_data.action = None
    assign_action(armature, action)
    assert armature.pose.bones["jaw"].rotation_mode == "ZYX"


def test_the_action_of_before_is_not_lost(armature):
    before = armature.animation_data.action
    key_motion(armature, random_motion(5, fps=24.0), "run")
    before.use_fake_user = bpy.data.actions["run"].use_fake_user = False
    assign_action(armature, before)
    assert bpy.data.actions["run"].use_fake_user


def test_an_action_that_moves_something_else_is_refused(armature):
    cube = bpy.data.objects.new("cube", None)
    cube.keyframe_insert("location", frame=1)
    before = armature.animation_data.action
    with pytest.raises(UserError, match="no keys for the bones"):
        assign_action(armature, cube.animation_data.action)
    assert armature.animation_data.action == before


def test_an_action_of_a_library_becomes_this_files_own(library, small_body):
    action = append_action(library, "walk")
    assert action.library is None and action.asset_data is None and action.use_fake_user
    armature = add_body(small_body)
    assign_action(armature, action)
    assert len(read_motion(armature, fps=24.0)) == 30
    assert len(bpy.data.libraries) == 0


def test_it_is_appended_once(library):
    assert append_action(library, "walk") == append_action(library, "walk")
    assert len(bpy.data.actions) == 1


@pytest.mark.parametrize("name", ["run", "secret"])
def test_an_action_that_is_no_asset_any_more(library, name):
    with pytest.raises(UserError, match=f'no Action "{name}" any more; search again'):
        append_action(library, name)
    assert len(bpy.data.actions) == len(bpy.data.libraries) == 0


def test_a_library_that_is_gone_or_damaged(scene, tmp_path):
    for content in (None, b"BLENDER-v405RENDHjunk" * 100, b"junk"):
        path = tmp_path / "other.blend"
        if content:
            path.write_bytes(content)
        with pytest.raises(UserError, match="cannot be read; check the asset library"):
            append_action(str(path), "walk")
