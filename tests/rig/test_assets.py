"""Actions in the Asset Browser: marks, tags, preview pictures."""

from __future__ import annotations

import bpy
import numpy as np
import pytest

from motionclip_blender.core.errors import UserError
from motionclip_blender.core.motion import Motion
from motionclip_blender.core.skeleton import INDEX, JOINTS
from motionclip_blender.rig.armature import add_body
from motionclip_blender.rig.assets import PREVIEW, mark, telling_frame, telling_picture
from motionclip_blender.rig.write_keys import key_motion
from tests.rig.test_film import data_blocks


def kick(at: int, frames: int = 40) -> Motion:
    """Standing, but for a leg that is thrown up about frame `at`."""
    vectors = np.zeros((frames, len(JOINTS), 3))
    vectors[:, INDEX["left_hip"], 0] = -1.5 * np.exp(-(((np.arange(frames) - at) / 4) ** 2))
    return Motion.from_axis_angle(vectors.reshape(frames, -1), np.zeros((frames, 3)), 24.0)


@pytest.mark.parametrize("at", [0, 13, 39])
def test_the_telling_frame_is_the_height_of_the_movement(at):
    assert telling_frame(kick(at)) == at


def test_a_motion_that_stands_still_has_a_telling_frame_too():
    assert telling_frame(kick(0, frames=1)) == 0


def test_a_marked_action_keeps_tags_and_preview_in_a_file(scene, open_body, tmp_path):
    armature = add_body(open_body)
    motion = kick(13)
    action = key_motion(armature, motion, "kick")
    before = data_blocks()
    picture = telling_picture(armature, motion)
    assert data_blocks() == before
    assert picture.shape == (PREVIEW, PREVIEW, 4)
    mark(action, picture, ("kick", "jump"))
    bpy.ops.wm.save_as_mainfile(filepath=str(tmp_path / "library.blend"))
    bpy.ops.wm.read_factory_settings(use_empty=True)
    with bpy.data.libraries.load(str(tmp_path / "library.blend"), link=True, assets_only=True) as (found, loaded):
        assert found.actions == ["kick"]
        loaded.actions = found.actions
    (action,) = loaded.actions
    assert [tag.name for tag in action.asset_data.tags] == ["kick", "jump"]
    kept = np.array(action.preview.image_pixels_float[:]).reshape(PREVIEW, PREVIEW, 4)[::-1]
    assert np.abs(kept - picture).max() < 0.01
    with pytest.raises(UserError, match="linked from another file"):
        mark(action)


def test_the_preview_shows_the_pose(scene, open_body):
    armature = add_body(open_body)
    pictures = [telling_picture(armature, kick(at)) for at in (13, 13, -99)]
    assert np.array_equal(pictures[0], pictures[1])
    assert np.abs(pictures[0] - pictures[2]).mean() > 0.005, "a leg up and a leg down are two pictures"


def test_catalog_tags_and_author_of_before_stay(scene):
    action = bpy.data.actions.new("kick")
    action.asset_mark()
    action.asset_data.tags.new("mine")
    action.asset_data.author = "me"
    action.asset_data.catalog_id = catalog = "5d8a9d4e-7a3a-4c39-9f40-2a1d6d3f1b11"
    mark(action, tags=("mine", "kick", "ü" * 60))
    names = [tag.name for tag in action.asset_data.tags]
    assert names[:2] == ["mine", "kick"] and names[2] == "ü" * 31
    assert (action.asset_data.author, action.asset_data.catalog_id) == ("me", catalog)


def test_a_person_without_a_mesh_has_no_picture(scene, small_body):
    armature = add_body(small_body)
    bpy.data.objects.remove(armature.children[0])
    assert telling_picture(armature, kick(3)) is None
