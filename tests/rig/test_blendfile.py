"""Whose motion is read from a Blender file, at which rate, and what is said about it."""

from __future__ import annotations

from pathlib import Path

import bpy
import numpy as np
import pytest

from motionclip_blender.core.errors import UserError
from motionclip_blender.rig.armature import add_body
from motionclip_blender.rig.blendfile import Found, read_blend, write_blend
from motionclip_blender.rig.nla import add_strip, in_row, push_down
from motionclip_blender.rig.write_keys import key_motion
from tests.full_disk import full_disk
from tests.rig.test_shown import with_ik
from tests.synthetic import angle_between, random_motion

MOTIONS = {name: random_motion(20 + 5 * i, fps=24.0, seed=i, size=0.3) for i, name in enumerate(("walk", "wave"))}


@pytest.fixture
def person(scene, small_body):
    """Makes a person of a name who does one of `MOTIONS`; the last one made is active."""

    def make(name: str, motion: str | None = "walk") -> bpy.types.Object:
        armature = add_body(small_body, name=name)
        if motion:
            key_motion(armature, MOTIONS[motion], motion)
        return armature

    return make


@pytest.fixture
def saved(tmp_path):
    """Saves what is there and reads it again; keywords as for `read_blend`."""

    def save_and_read(**how) -> Found:
        path = tmp_path / "file.blend"
        bpy.ops.wm.save_as_mainfile(filepath=str(path), check_existing=False)
        bpy.ops.wm.read_factory_settings(use_empty=True)
        return read_blend(Path(path), **how)

    return save_and_read


def shows(found: Found, motion: str) -> bool:
    wanted = MOTIONS[motion]
    return len(found.motion) == len(wanted) and angle_between(found.motion.rotations, wanted.rotations).max() < 1e-3


# --- whose


def test_one_person_is_read_and_nothing_is_said(person, saved):
    person("Hero")
    found = saved()
    assert shows(found, "walk") and (found.armature, found.said, found.motion.fps) == ("Hero", (), 24)


def hide(armature: bpy.types.Object, *meshes: bool) -> None:
    for one in (armature, *(armature.children if meshes else ())):
        one.hide_set(True)


def a_hidden(old, hero):
    hide(old)
    old.hide_viewport = old.hide_render = True


def a_hidden_with_its_mesh_and_active(old, hero):
    hide(old, True)
    bpy.context.view_layer.objects.active = old


def in_a_hidden_collection(old, hero):
    box = bpy.data.collections.new("box")
    bpy.context.scene.collection.children.link(box)
    for one in (old, *old.children):
        bpy.context.scene.collection.objects.unlink(one)
        box.objects.link(one)
    box.hide_viewport = True


def in_an_excluded_collection(old, hero):
    in_a_hidden_collection(old, hero)
    bpy.context.scene.collection.children["box"].hide_viewport = False
    bpy.context.view_layer.layer_collection.children["box"].exclude = True


def the_other_active(old, hero):
    bpy.context.view_layer.objects.active = hero


def the_others_mesh_active(old, hero):
    bpy.context.view_layer.objects.active = hero.children[0]


def without_a_motion(old, hero):
    old.animation_data_clear()
    bpy.context.view_layer.objects.active = old


def in_another_scene(old, hero):
    other = bpy.data.scenes.new("other")
    for one in (old, *old.children):
        bpy.context.scene.collection.objects.unlink(one)
        other.collection.objects.link(one)


def with_a_hidden_rig(old, hero):
    """The usual thing in finished scenes: the mesh is seen, its armature is not."""
    hide(old, True)
    hide(hero)
    bpy.context.view_layer.objects.active = None


@pytest.mark.parametrize(
    "arrange",
    [a_hidden, a_hidden_with_its_mesh_and_active, in_a_hidden_collection, in_an_excluded_collection, the_other_active,
     the_others_mesh_active, without_a_motion, in_another_scene, with_a_hidden_rig],
    ids=lambda arrange: arrange.__name__,
)  # fmt: skip
def test_of_two_people_the_one_that_is_meant(person, saved, arrange):
    old, hero = person("A old", "wave"), person("Hero", "walk")
    arrange(old, hero)
    found = saved()
    assert found.armature == "Hero" and shows(found, "walk")
    said = [sentence for sentence in found.said if '"Hero" was read, and not A old; --armature' in sentence]
    assert len(said) == (arrange is not without_a_motion)


def test_one_of_several_can_be_named(person, saved):
    person("A old", "wave")
    person("Hero", "walk")
    found = saved(armature="A old")
    assert found.armature == "A old" and shows(found, "wave") and found.said == ()


def test_a_name_that_is_not_there(person, saved):
    person("Hero")
    with pytest.raises(UserError, match='has no armature "Nobody" in a scene; choose another'):
        saved(armature="Nobody")


def test_a_rig_that_is_no_person_is_passed_over(person, saved):
    person("Hero")
    crane = bpy.data.objects.new("Crane", bpy.data.armatures.new("Crane"))
    bpy.context.scene.collection.objects.link(crane)
    bpy.context.view_layer.objects.active = crane
    crane.keyframe_insert("location", frame=1)
    found = saved()
    assert found.armature == "Hero" and found.said == ()


# --- what is saved


@pytest.mark.parametrize("compress", [True, False])
def test_a_full_disk_is_told_and_leaves_the_old_file(person, tmp_path, compress):
    person("Hero")
    path = tmp_path / "file.blend"
    path.write_bytes(b"old")
    with full_disk(20_000), pytest.raises(UserError, match=r"Cannot write .*file\.blend \([^:]+\); free some space"):
        write_blend(path, compress)
    assert path.read_bytes() == b"old" and [one.name for one in tmp_path.iterdir()] == ["file.blend"]


def test_a_name_as_long_as_it_may_be(person, tmp_path):
    person("Hero")
    write_blend(tmp_path / ("y" * 249 + ".blend"))
    assert [len(one.name) for one in tmp_path.iterdir()] == [255]


# --- at which rate


def test_two_scenes_of_other_rates(person, saved, scene):
    hero = person("Hero", None)
    fast = bpy.data.scenes.new("fast")
    fast.render.fps, scene.render.fps = 60, 24
    for one in (hero, *hero.children):
        scene.collection.objects.unlink(one)
        fast.collection.objects.link(one)
    motion = random_motion(78, fps=60.0, size=0.3)
    with bpy.context.temp_override(scene=fast):
        key_motion(hero, motion, "walk")
    found = saved()
    assert found.motion.fps == 60 and found.motion.seconds == pytest.approx(77 / 60)
    assert found.said == ('"Hero" is in the scene "fast", of 60 frames per second.',)
    assert angle_between(found.motion.rotations, motion.rotations).max() < 1e-3


def test_a_scene_that_is_open_counts_for_who_is_in_both(person, saved, scene):
    hero = person("Hero")
    other = bpy.data.scenes.new("A other")
    other.render.fps = 60
    other.collection.objects.link(hero)
    found = saved()
    assert found.motion.fps == 24 and shows(found, "walk")


def test_time_that_is_remapped(person, saved, scene):
    person("Hero")
    scene.render.frame_map_old, scene.render.frame_map_new = 100, 50
    for as_shown in (False, True):
        bpy.context.scene.render.fps = 24
        assert saved(as_shown=as_shown).motion.seconds == pytest.approx(19 / 48, abs=1 / 24)
        bpy.ops.wm.open_mainfile(filepath=bpy.data.filepath)


# --- strips


def test_a_single_strip(person, saved):
    push_down(person("Hero"))
    found = saved()
    assert shows(found, "walk")
    assert found.said == ('The motion of "Hero" lies in NLA strips, and is read as shown.',)


def test_a_row_of_stops(person, saved):
    hero = person("Hero", None)
    actions = [key_motion(hero, MOTIONS[name], name, assign=False) for name in MOTIONS]
    in_row(hero, actions, 11, "stops")
    found = saved()
    assert len(found.motion) == 45
    wanted = np.concatenate([motion.rotations for motion in MOTIONS.values()])
    assert angle_between(found.motion.rotations, wanted).max() < 1e-3


def test_strips_below_an_action_of_something_else(person, saved):
    hero = person("Hero")
    push_down(hero)
    hero.keyframe_insert("hide_render", frame=1)
    assert shows(saved(), "walk")


def test_a_solo_track_is_what_blender_shows(person, saved):
    hero = person("Hero")
    push_down(hero)
    hero.animation_data.nla_tracks[0].is_solo = True
    key_motion(hero, MOTIONS["wave"], "wave")
    assert shows(saved(), "walk")


def test_muted_strips_are_no_motion(person, saved):
    hero = person("Hero")
    push_down(hero)
    hero.animation_data.nla_tracks[0].mute = True
    with pytest.raises(UserError, match='no motion to read: all NLA strips of "Hero" are muted; unmute them'):
        saved()


def test_an_action_above_strips_is_read_and_that_is_said(person, saved):
    hero = person("Hero", "wave")
    push_down(hero)
    key_motion(hero, MOTIONS["walk"], "walk")
    found = saved()
    assert shows(found, "walk") and 'NLA strips of "Hero" are left out.' in found.said


def test_a_strip_that_repeats(person, saved):
    strip = push_down(person("Hero"))
    strip.repeat = 3
    assert len(saved().motion) == 58


# --- as shown


def test_what_is_left_out_is_said_and_read_as_shown(person, saved, small_body):
    with_ik(person("Hero"), small_body)
    found = saved()
    assert shows(found, "walk")
    left, hint = found.said
    assert "left_wrist: IK" in left and "--as-shown" in hint
    bpy.ops.wm.open_mainfile(filepath=bpy.data.filepath)
    found = saved(as_shown=True)
    assert not shows(found, "walk") and found.said == ()


def test_rest_position_is_said_or_refused(person, saved):
    person("Hero").data.pose_position = "REST"
    found = saved()
    assert shows(found, "walk") and "Rest Position" in found.said[0]
    bpy.ops.wm.open_mainfile(filepath=bpy.data.filepath)
    with pytest.raises(UserError, match="Rest Position, which shows no motion; switch"):
        saved(as_shown=True)


def test_nobody_is_no_motion(scene, saved):
    with pytest.raises(UserError, match="no motion to read: it holds no armature with an Action"):
        saved()


def test_an_armature_without_anything_is_no_motion(person, saved):
    person("Hero", None)
    with pytest.raises(UserError, match='no motion to read: "Hero" has no Action'):
        saved()


def test_a_strip_added_to_nobodys_action(person, saved):
    hero = person("Hero", None)
    add_strip(hero, key_motion(hero, MOTIONS["wave"], "wave", assign=False), 101)
    assert shows(saved(), "wave")
