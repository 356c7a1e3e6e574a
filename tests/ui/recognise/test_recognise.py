"""What is this Action? Scores of labels, the list of labels, names and tags for the Asset Browser."""

from __future__ import annotations

import numpy as np
import pytest

pytest.importorskip("bpy")

from motionclip_blender.core.recognition import default_labels
from motionclip_blender.rig.write_keys import key_motion
from motionclip_blender.ui.recognise.recognition import RECOGNITION
from tests.synthetic import random_motion
from tests.ui.refusals import refused, snapshot


@pytest.fixture
def action(bpy, person, default_pack):
    """The person's Action: 40 frames of nothing in particular."""
    RECOGNITION.forget()
    yield key_motion(person, random_motion(40, size=0.3), "take 1")
    RECOGNITION.forget()


# --- what is this Action?


def test_the_nearest_labels_come_first(bpy, action) -> None:
    assert bpy.ops.motionclip.recognise() == {"FINISHED"}
    scores = RECOGNITION.scores[action.session_uid]
    assert sorted(score.name for score in scores) == sorted(default_labels())
    cosines = [score.cosine for score in scores]
    assert cosines == sorted(cosines, reverse=True)
    assert sum(score.share for score in scores) == pytest.approx(1.0)


def test_the_scores_are_those_of_the_motion(bpy, action, person) -> None:
    from motionclip_blender.core.engine import Engine
    from motionclip_blender.core.recognition import Recogniser
    from motionclip_blender.rig.read_action import read_motion

    bpy.ops.motionclip.recognise()
    engine, rate = Engine(), bpy.context.scene.render.fps
    motion = read_motion(person, fps=rate)
    wanted = Recogniser(engine, default_labels()).scores(engine.encode(motion), motion)
    assert [score.name for score in wanted[:5]] == [score.name for score in RECOGNITION.scores[action.session_uid]][:5]


def test_an_action_that_was_changed_is_looked_at_anew(bpy, action, person) -> None:
    bpy.ops.motionclip.recognise()
    before = RECOGNITION.scores[action.session_uid]
    for bone in person.pose.bones:
        bone.rotation_quaternion = (0.7, 0.7, 0, 0)
        bone.keyframe_insert("rotation_quaternion", frame=20)
    bpy.ops.motionclip.recognise()
    assert RECOGNITION.scores[action.session_uid] != before


def test_recognising_changes_nothing(bpy, action) -> None:
    bpy.context.scene.frame_set(1)
    before = snapshot(bpy)
    bpy.ops.motionclip.recognise()
    assert snapshot(bpy) == before and list(action.keys()) == []


def test_the_mesh_stands_for_its_armature(bpy, action, person) -> None:
    bpy.context.view_layer.objects.active = person.children[0]
    assert bpy.ops.motionclip.recognise() == {"FINISHED"}


def test_an_action_of_euler_angles(bpy, person, default_pack) -> None:
    person.animation_data_create().action = bpy.data.actions.new("nod")
    for name in ("head", "left_shoulder"):
        bone = person.pose.bones[name]
        bone.rotation_mode = "YXZ"
        for frame, angle in ((1, -0.5), (30, 0.9)):
            bone.rotation_euler = (angle, 0.1, 0)
            bone.keyframe_insert("rotation_euler", frame=frame)
    assert bpy.ops.motionclip.recognise() == {"FINISHED"}


def test_a_single_pose(bpy, person, default_pack) -> None:
    person.pose.bones["head"].keyframe_insert("rotation_quaternion", frame=5)
    assert bpy.ops.motionclip.recognise() == {"FINISHED"}


def test_nothing_to_recognise(bpy, person) -> None:
    assert "has no Action; assign or generate one first" in refused(bpy, bpy.ops.motionclip.recognise)


def test_an_empty_action(bpy, person) -> None:
    person.animation_data_create().action = bpy.data.actions.new("empty")
    assert 'The Action "empty" has no keys' in refused(bpy, bpy.ops.motionclip.recognise)


def test_no_armature_and_one_that_is_not_smplx(bpy) -> None:
    assert "Add body" in refused(bpy, bpy.ops.motionclip.recognise)
    bpy.ops.object.armature_add()
    bpy.context.object.keyframe_insert("location", frame=1)
    assert '"Armature" is no rig that motions fit' in refused(bpy, bpy.ops.motionclip.recognise)


def test_missing_bones(bpy, action, person) -> None:
    bpy.ops.object.mode_set(mode="EDIT")
    person.data.edit_bones.remove(person.data.edit_bones["left_knee"])
    bpy.ops.object.mode_set(mode="OBJECT")
    assert "it has no bone left_knee" in refused(bpy, bpy.ops.motionclip.recognise)


# --- the list of labels


def test_the_list_is_the_one_that_ships_until_it_is_edited(bpy, action) -> None:
    own = bpy.context.scene.motionclip_labels
    assert len(own.items) == 0
    bpy.ops.motionclip.edit_labels()
    assert [item.name for item in own.items] == list(default_labels())
    bpy.ops.motionclip.edit_labels()
    assert len(own.items) == len(default_labels())


def test_labels_of_ones_own(bpy, action) -> None:
    own = bpy.context.scene.motionclip_labels
    bpy.ops.motionclip.add_label(name="juggle")
    assert len(own.items) == len(default_labels()) + 1 and own.items[own.active].name == "juggle"
    own.items.clear()
    for name in ("walk", "  ", "juggle", "walk"):
        own.items.add().name = name
    bpy.ops.motionclip.recognise()
    assert sorted(score.name for score in RECOGNITION.scores[action.session_uid]) == ["juggle", "walk"]


def test_removing_and_resetting(bpy, action) -> None:
    own = bpy.context.scene.motionclip_labels
    assert not bpy.ops.motionclip.remove_label.poll()
    bpy.ops.motionclip.edit_labels()
    own.active = len(own.items) - 1
    last = own.items[own.active].name
    bpy.ops.motionclip.remove_label()
    assert last not in [item.name for item in own.items] and own.active == len(own.items) - 1
    while len(own.items) > 1:
        bpy.ops.motionclip.remove_label()
    with pytest.raises(RuntimeError, match="The last label stays"):
        bpy.ops.motionclip.remove_label()
    bpy.ops.motionclip.reset_labels()
    assert len(own.items) == 0


def test_labels_that_are_none(bpy, action) -> None:
    item = bpy.context.scene.motionclip_labels.items.add()
    for name, why in (("  ", "is empty"), ("🙂", "no words"), ("x" * 600, "more than 500 characters")):
        item.name = name
        sentence = refused(bpy, bpy.ops.motionclip.recognise)
        assert why in sentence and ("label" in sentence)


# --- names and tags


def test_name_tags_and_preview_come_from_the_nearest_labels(bpy, action) -> None:
    assert bpy.ops.motionclip.tag_action(tags=4) == {"FINISHED"}
    best = [score.name for score in RECOGNITION.scores[action.session_uid]][:4]
    assert action.name == best[0]
    assert [tag.name for tag in action.asset_data.tags] == best
    assert action.asset_data.description.startswith(f"Recognised as {best[0]} (")
    assert tuple(action.preview.image_size) == (256, 256)
    assert np.ptp(np.array(action.preview.image_pixels_float[:])) > 0.5


def test_a_name_can_be_kept(bpy, action) -> None:
    bpy.ops.motionclip.tag_action(rename=False, tags=1)
    assert action.name == "take 1" and len(action.asset_data.tags) == 1


def test_what_a_user_wrote_stays_and_what_was_recognised_before_does_not(bpy, action) -> None:
    action.asset_mark()
    action.asset_data.description, action.asset_data.author = "My best take", "me"
    action.asset_data.catalog_id = catalog = "5d8a9d4e-7a3a-4c39-9f40-2a1d6d3f1b11"
    bpy.ops.motionclip.tag_action()
    data = action.asset_data
    assert (data.description, data.author, data.catalog_id) == ("My best take", "me", catalog)
    data.description = ""
    bpy.ops.motionclip.tag_action(tags=1)
    first = data.description
    bpy.ops.motionclip.tag_action(tags=2)
    assert first != data.description and data.description.startswith("Recognised as")


def test_a_second_action_of_a_kind_gets_a_number_and_keeps_it(bpy, action, person) -> None:
    bpy.ops.motionclip.tag_action()
    second = key_motion(person, random_motion(40, size=0.3), "take 2")
    bpy.ops.motionclip.tag_action()
    assert second.name == f"{action.name}.001"
    bpy.ops.motionclip.tag_action()
    assert second.name == f"{action.name}.001"


def test_all_actions_of_the_file_at_once(bpy, action, person) -> None:
    second = key_motion(person, random_motion(30, seed=5, size=0.3), "take 2")
    cube = bpy.data.objects.new("cube", None)
    cube.keyframe_insert("location", frame=1)
    bpy.ops.motionclip.tag_action(every=True)
    assert action.asset_data and second.asset_data and cube.animation_data.action.asset_data is None


def test_one_undo_takes_it_all_back(bpy, action) -> None:
    bpy.ops.ed.undo_push(message="before")
    bpy.ops.motionclip.tag_action("EXEC_DEFAULT", True)
    assert len([found for found in bpy.data.actions if found.asset_data]) == 1
    bpy.ops.ed.undo()
    assert [(found.name, found.asset_data) for found in bpy.data.actions] == [("take 1", None)]


def test_no_actions_for_this_armature(bpy, person, default_pack) -> None:
    assert "no Actions of its own" in refused(bpy, bpy.ops.motionclip.tag_action, every=True)


def test_an_action_of_another_file(bpy, action, person, tmp_path) -> None:
    path = str(tmp_path / "library.blend")
    bpy.ops.wm.save_as_mainfile(filepath=path)
    bpy.ops.wm.read_homefile(use_empty=True)
    bpy.ops.motionclip.add_body()
    with bpy.data.libraries.load(path, link=True) as (_, linked):
        linked.actions = ["take 1"]
    bpy.context.object.animation_data_create().action = linked.actions[0]
    assert 'The Action "take 1" is linked from another file' in refused(bpy, bpy.ops.motionclip.tag_action)


def test_a_label_of_no_use_can_be_edited(bpy, action) -> None:
    own = bpy.context.scene.motionclip_labels
    bpy.ops.motionclip.edit_labels()
    own.items[0].name = "!!!"
    assert bpy.ops.motionclip.edit_labels() == {"FINISHED"} and own.items[0].name == "!!!"
    assert bpy.ops.motionclip.add_label(name="juggle") == {"FINISHED"} and own.items[-1].name == "juggle"
    assert '"!!!" is of no use' in refused(bpy, bpy.ops.motionclip.recognise)


@pytest.mark.filterwarnings("error::RuntimeWarning")
def test_an_action_far_beyond_the_world_is_not_recognised(bpy, action) -> None:
    from motionclip_blender.rig.versions import fcurves_of

    for curve in fcurves_of(action, bpy.context.object, 'pose.bones["pelvis"].location'):
        for point in curve.keyframe_points:
            point.co.y = 1e28
    for operator in ("recognise", "save_latent", "tag_action", "mark_asset"):
        assert "metres from the origin" in refused(bpy, getattr(bpy.ops.motionclip, operator))
    assert action.name == "take 1" and not RECOGNITION.scores


def test_in_a_scene_of_a_rate_that_cannot_be_it_is_said_at_once(bpy, action) -> None:
    bpy.context.scene.render.fps_base = 1e4
    for operator in ("recognise", "tag_action", "mark_asset"):
        assert refused(bpy, getattr(bpy.ops.motionclip, operator)).startswith("At the scene's 0.0024 frames per second")


# --- several, one after the other


@pytest.fixture
def several(bpy, person, default_pack):
    """A timeline of two prompts that starts in frame 11."""
    RECOGNITION.forget()
    asked = bpy.context.scene.motionclip.timeline
    for prompt in ("walks", "does jumping jacks"):
        item = asked.segments.add()
        item.prompt, item.natural, item.seconds = prompt, False, 3.0
    bpy.ops.motionclip.make_timeline(start_frame=11)
    yield person.animation_data.action
    RECOGNITION.forget()


def test_labels_along_the_action_have_frames_of_the_scene(bpy, several) -> None:
    assert bpy.ops.motionclip.recognise() == {"FINISHED"}
    first, second = RECOGNITION.parts[several.session_uid]
    assert (first.name, second.name) == ("walk", "jumping jacks")
    assert (first.first, second.last) == (11, several.frame_range[1]) and second.first == first.last + 1
    assert second.first == pytest.approx(11 + 3 * 24, abs=12)


def test_markers_are_set_once(bpy, several) -> None:
    assert refused(bpy, bpy.ops.motionclip.mark_parts).startswith("It is not known what this Action shows")
    bpy.ops.motionclip.recognise()
    parts = RECOGNITION.parts[several.session_uid]
    for _ in range(2):
        assert bpy.ops.motionclip.mark_parts() == {"FINISHED"}
        markers = [(marker.name, marker.frame) for marker in bpy.context.scene.timeline_markers]
        assert sorted(markers, key=lambda each: each[1]) == [(part.name, part.first) for part in parts]
