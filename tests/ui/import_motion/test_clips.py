"""Motions of other skeletons from files, and motions from one character to another."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

pytest.importorskip("bpy")

from motionclip_blender.core.motion import Motion
from motionclip_blender.core.skeleton import INDEX
from motionclip_blender.rig.armature import add_body
from motionclip_blender.rig.read_action import read_motion
from motionclip_blender.rig.write_keys import key_motion
from motionclip_blender.ui.import_motion import clips
from tests.foreign import walk
from tests.synthetic import angle_between, random_motion
from tests.training.data import tiny
from tests.ui.refusals import refused


def walk_of(body) -> Motion:
    known = walk()
    return Motion.from_axis_angle(known.poses.reshape(40, -1), known.pelvis - body.joints()[0])


@pytest.fixture
def two_clips(tmp_path: Path) -> Path:
    """A glTF file of a person who lifts a leg, and bends an arm."""
    moves = {"kick": tiny.moves(21, "left_hip", axis=0), "bend": tiny.moves(31, "left_elbow")}
    return tiny.write(tmp_path / "person.gltf", tiny.gltf(moves))


def test_all_clips_become_actions_of_the_active_armature(bpy, person, two_clips) -> None:
    bpy.context.scene.render.fps = 30
    assert bpy.ops.motionclip.import_clips(filepath=str(two_clips), start_frame=11) == {"FINISHED"}
    assert sorted(action.name for action in bpy.data.actions) == ["bend", "kick"]
    assert all(action.use_fake_user for action in bpy.data.actions)
    assert person.animation_data.action.name == "bend", "the first one"
    assert tuple(bpy.data.actions["kick"].frame_range) == (11, 31)
    motion = read_motion(person, bpy.data.actions["kick"])
    turned = np.degrees(angle_between(motion.rotations[:1], motion.rotations))
    assert turned[:, INDEX["left_hip"]].max() > 30 > turned[:, INDEX["left_elbow"]].max()


def test_one_clip_on_a_new_body(bpy, two_clips) -> None:
    assert bpy.ops.motionclip.import_clips(filepath=str(two_clips), clip="kick") == {"FINISHED"}
    assert bpy.context.object.animation_data.action.name == "kick" and len(bpy.data.actions) == 1


def test_clips_are_chosen_in_the_dialog(bpy, person, two_clips) -> None:
    from motionclip_blender.core.progress import no_progress
    from motionclip_blender.rig.interchange.import_task import Reading, read_motions
    from motionclip_blender.ui.addon import model_choice

    body = model_choice(bpy.context).body()
    clips._read[:] = read_motions([two_clips], body, Reading(), no_progress)
    chosen = [{"name": "bend", "chosen": False, "seconds": 1.0}, {"name": "kick", "chosen": True, "seconds": 1.0}]
    assert bpy.ops.motionclip.choose_clips(clips=chosen, start_frame=1) == {"FINISHED"}
    assert [action.name for action in bpy.data.actions] == ["kick"]
    nobody = [{"name": "bend", "chosen": False, "seconds": 1.0}]
    assert "choose at least one" in refused(bpy, bpy.ops.motionclip.choose_clips, clips=nobody)


def test_bvh_and_amc_at_once_and_few_keys(bpy, person, tmp_path) -> None:
    scene = bpy.context.scene
    scene.render.fps, scene.motionclip.reduce_keys = 30, True
    moved = tiny.moves(61, "left_hip", axis=0)
    tiny.write(tmp_path / "a.bvh", tiny.bvh(moved))
    tiny.write(tmp_path / "b.asf", tiny.asf())
    tiny.write(tmp_path / "b.amc", tiny.amc(moved))
    files = [{"name": "a.bvh"}, {"name": "b.amc"}]
    bpy.ops.motionclip.import_clips(directory=str(tmp_path), files=files, rate=60.0)
    assert sorted(action.name for action in bpy.data.actions) == ["a", "b"]
    from motionclip_blender.rig.versions import fcurves_of

    curve = fcurves_of(bpy.data.actions["a"], person, 'pose.bones["right_elbow"].rotation')[0]
    assert len(curve.keyframe_points) == 2, "an arm that hangs still"
    scene.motionclip.reduce_keys = False


@pytest.mark.parametrize(
    ("name", "content", "sentence"),
    [
        ("no.bvh", "HIERARCHY", "no.bvh is not a BVH file"),
        ("no.fbx", "junk", "no.fbx cannot be read by Blender"),
        ("no.amc", ":FULLY", "no.amc needs its skeleton"),
        ("no.blend", "", "is no motion file"),
        ("quadruped.bvh", "dog", "Its skeleton ("),
    ],
)
def test_bad_files_change_nothing(bpy, person, tmp_path, name, content, sentence) -> None:
    if content == "dog":
        joints = dict(zip(tiny.CMU_BVH, (f"dog{i}" for i in range(99)), strict=False))
        content = tiny.bvh(tiny.moves(21), names=joints)
    path = tiny.write(tmp_path / name, content)
    assert sentence in refused(bpy, bpy.ops.motionclip.import_clips, filepath=str(path))


def test_a_clip_that_is_not_there(bpy, person, two_clips) -> None:
    said = refused(bpy, bpy.ops.motionclip.import_clips, filepath=str(two_clips), clip="swim")
    assert 'no clip "swim"' in said and '"bend", "kick"' in said
    assert "choose a motion file" in refused(bpy, bpy.ops.motionclip.import_clips, filepath="")


def test_one_undo_takes_it_back(bpy, person, two_clips) -> None:
    bpy.ops.ed.undo_push(message="before")
    bpy.ops.motionclip.import_clips("EXEC_DEFAULT", True, filepath=str(two_clips))
    bpy.ops.ed.undo()
    assert len(bpy.data.actions) == 0


# --- from one character to another


@pytest.fixture
def two_people(bpy, open_body):
    """A person with two Actions, and an active taller one."""
    bpy.context.scene.render.fps = 30
    first = add_body(open_body, name="First")
    key_motion(first, random_motion(20, size=0.05), "sway", start_frame=3)
    key_motion(first, walk_of(open_body), "walk", start_frame=5)
    betas = np.zeros(10)
    betas[0] = 2.0
    return first, add_body(open_body, betas, "Second")


def test_the_present_motion(bpy, two_people, open_body) -> None:
    first, second = two_people
    assert bpy.ops.motionclip.copy_motion(source="First") == {"FINISHED"}
    action = second.animation_data.action
    assert action.name == "walk Second" and tuple(action.frame_range) == (5, 44)
    made, wanted = read_motion(second), read_motion(first)
    arms = [INDEX[name] for name in ("left_shoulder", "right_elbow", "head")]
    assert np.degrees(angle_between(made.rotations, wanted.rotations))[:, arms].max() < 5
    assert first.animation_data.action.name == "walk"


def test_all_actions_in_one_run(bpy, two_people) -> None:
    _, second = two_people
    other = bpy.data.actions.new("of nobody")
    bpy.ops.motionclip.copy_motion(source="First", which="ALL")
    made = {action.name for action in bpy.data.actions} - {"walk", "sway", other.name}
    assert made == {"walk Second", "sway Second"}
    assert tuple(bpy.data.actions["sway Second"].frame_range) == (3, 22)
    assert second.animation_data.action.name in made


def test_what_cannot_be_copied(bpy, two_people) -> None:
    first, second = two_people
    operator = bpy.ops.motionclip.copy_motion
    assert "choose an armature in From" in refused(bpy, operator)
    assert 'no armature "Nobody"' in refused(bpy, operator, source="Nobody")
    assert "the active armature itself" in refused(bpy, operator, source="Second")
    first.animation_data.action = None
    assert "has no Action" in refused(bpy, operator, source="First")
    bpy.ops.object.armature_add()
    bpy.context.object.name = "Stick"
    bpy.context.view_layer.objects.active = second
    assert "no rig that motions fit" in refused(bpy, operator, source="Stick")
