"""What is done with an Action that was made here: run again, loops, pushed to the NLA, marked as an asset."""

from __future__ import annotations

from functools import partial
from pathlib import Path

import numpy as np
import pytest

pytest.importorskip("bpy")

from motionclip_blender.core.latents.expression import Expression
from motionclip_blender.core.latents.terms import ActionName
from motionclip_blender.core.motion_files import amass
from motionclip_blender.core.recipe.codec import to_json
from motionclip_blender.core.recipe.plan import PromptPlan
from motionclip_blender.core.recipe.recipe import Recipe
from motionclip_blender.core.recipe.sum import Sum
from motionclip_blender.core.recipe.timeline import Timeline, TimelineSegment
from motionclip_blender.rig.action_metadata import recipe_of, steps_of
from motionclip_blender.rig.read_action import read_motion
from motionclip_blender.rig.write_keys import first_frame, key_motion
from tests.cli.command import needs_model, run
from tests.synthetic import angle_between, random_motion
from tests.ui.refusals import refused

PROMPT = "a person walks"


@pytest.fixture
def made(bpy, person, default_pack):
    """Generates from the prompt; returns the new Action."""

    def generate(**settings):
        for name, value in settings.items():
            setattr(bpy.context.scene.motionclip, name, value)
        assert bpy.ops.motionclip.generate(prompt=PROMPT) == {"FINISHED"}
        return person.animation_data.action

    return generate


# --- run again


def test_running_again_makes_the_same_motion_at_the_same_place(bpy, made, person) -> None:
    first = made(frames=40, start_frame=21, in_place=True)
    for name, value in {"frames": 100, "start_frame": 1, "in_place": False}.items():
        setattr(bpy.context.scene.motionclip, name, value)  # it is the Action that counts, not the panel
    assert bpy.ops.motionclip.run_again() == {"FINISHED"}
    again = person.animation_data.action
    assert again != first and tuple(again.frame_range) == tuple(first.frame_range) == (21, 60)
    assert again["recipe"] == first["recipe"] and again["prompt"] == PROMPT and again["pack"] == first["pack"]
    assert np.array_equal(read_motion(person, again).rotations, read_motion(person, first).rotations)


def test_a_timeline_is_run_again(bpy, made, person) -> None:
    walk = made(frames=60)
    segments = PromptPlan("sits"), Sum(Expression.of(ActionName(walk.name))), PromptPlan("waves")
    recipe = Recipe(Timeline(tuple(TimelineSegment(segment, 2.0) for segment in segments)), 200)
    made(frames=60)["recipe"] = to_json(recipe)
    keyed = []
    for _ in range(2):
        assert bpy.ops.motionclip.run_again() == {"FINISHED"}
        keyed.append(person.animation_data.action)
        assert recipe_of(keyed[-1]) == recipe and tuple(keyed[-1].frame_range) == (1, 200)
    assert keyed[0] != keyed[1] and steps_of(keyed[0])[0].said == "sits"
    assert np.array_equal(*(read_motion(person, action).rotations for action in keyed))
    name = walk.name
    bpy.data.actions.remove(walk)
    assert f'no Action "{name}"' in refused(bpy, bpy.ops.motionclip.run_again)


def test_running_again_with_another_length_and_place(bpy, made, person) -> None:
    made(frames=40)
    bpy.ops.motionclip.run_again(frames=30, start_frame=101)
    assert tuple(person.animation_data.action.frame_range) == (101, 130)


@pytest.mark.parametrize("beside", ["earlier key", "frame range"])
def test_it_begins_where_the_motion_does_whatever_else_is_in_the_action(bpy, made, person, beside: str) -> None:
    action = made(frames=40, start_frame=21)
    if beside == "earlier key":
        person["x"] = 1.0
        person.keyframe_insert('["x"]', frame=-20)
    else:
        action.use_frame_range, action.frame_start, action.frame_end = True, 30, 200
    for again in (bpy.ops.motionclip.run_again, partial(bpy.ops.motionclip.vary, seed=1)):
        person.animation_data.action = action
        assert again() == {"FINISHED"}
        assert tuple(person.animation_data.action.frame_range) == (21, 60)


def test_of_some_bones_it_begins_where_these_do(bpy, made, person) -> None:
    made(frames=60)
    assert made(frames=20, start_frame=31, keyed_bones="UPPER").frame_range[0] == 1
    assert bpy.ops.motionclip.run_again() == {"FINISHED"}
    assert first_frame(person, person.animation_data.action) == 31


def test_one_undo_takes_it_back(bpy, made) -> None:
    made(frames=30)
    bpy.ops.ed.undo_push(message="before")
    bpy.ops.motionclip.run_again("EXEC_DEFAULT", True)
    assert len(bpy.data.actions) == 2
    bpy.ops.ed.undo()
    assert len(bpy.data.actions) == 1


def test_an_action_that_was_not_made_here(bpy, person, default_pack) -> None:
    key_motion(person, random_motion(20), "mine")
    assert '"mine" was not made here' in refused(bpy, bpy.ops.motionclip.run_again)


def test_a_damaged_note(bpy, made) -> None:
    made(frames=30)["recipe"] = "{junk"
    assert "cannot be read; make it anew" in refused(bpy, bpy.ops.motionclip.run_again)


def test_nothing_to_run_again(bpy, person) -> None:
    assert "has no Action" in refused(bpy, bpy.ops.motionclip.run_again)


def test_no_armature(bpy) -> None:
    for operator in (bpy.ops.motionclip.run_again, bpy.ops.motionclip.push_down, bpy.ops.motionclip.mark_asset):
        assert "Add body" in refused(bpy, operator)


# --- run again what the command line made


@pytest.fixture
def made_outside(bpy, tmp_path: Path):
    """Makes a .blend file on the command line and opens it; returns its armature's Action."""

    def make(*arguments: object):
        done = run(tmp_path, *arguments, "--out", "m.blend")
        assert done.returncode == 0, done.stderr
        bpy.ops.wm.open_mainfile(filepath=str(tmp_path / "m.blend"))
        return bpy.context.object.animation_data.action

    return make


@needs_model
def test_what_the_command_line_made_is_run_again(bpy, made_outside) -> None:
    first = made_outside("--blend", "walk", "run", "--factor", 0.25, "--frames", 40, "--loop", "--in-place")
    assert "prompt" not in first and first.use_cyclic
    assert bpy.ops.motionclip.run_again() == {"FINISHED"}
    again = bpy.context.object.animation_data.action
    assert again != first and again["recipe"] == first["recipe"] and again["pack"] == first["pack"]
    one, other = (read_motion(bpy.context.object, action).rotations for action in (first, again))
    assert one.shape == other.shape == (41, 55, 4) and angle_between(one, other).max() < 1e-3


@needs_model
def test_the_files_that_it_named_are_there_when_it_is_run_again(bpy, made_outside, tmp_path) -> None:
    amass.save(random_motion(100, 60.0, size=0.1), tmp_path / "my take.npz")
    assert run(tmp_path, "sit down", "--npz", "x.npz", "--latent", "sat.npz").returncode == 0
    text = '[my take.npz] + 0.5 * (latent("sat.npz") - "a person stands") + 1.5 * {sad}'
    first = made_outside("--expression", text, "--frames", 30)
    assert bpy.data.actions["my take"].use_fake_user
    (tmp_path / "my take.npz").unlink()  # it is in the file now
    assert str(recipe_of(first).content.expression).startswith(f'[my take] + 0.5 * latent("{tmp_path / "sat.npz"}")')
    assert bpy.ops.motionclip.run_again() == {"FINISHED"}
    again = bpy.context.object.animation_data.action
    one, other = (read_motion(bpy.context.object, action).rotations for action in (first, again))
    assert angle_between(one, other).max() < 0.02
    (tmp_path / "sat.npz").unlink()
    assert f'no saved latent "{tmp_path / "sat.npz"}"' in refused(bpy, bpy.ops.motionclip.run_again)


# --- loops, and motions in place


def test_a_loop_goes_round_for_ever(bpy, made, person) -> None:
    action = made(frames=48, start_frame=1, loop=True)
    assert action.use_cyclic and tuple(action.frame_range) == (1, 49)
    pelvis = person.pose.bones["pelvis"]
    poses = []
    for frame in (5, 53, 101):
        bpy.context.scene.frame_set(frame)
        poses.append([np.array(bone.matrix_basis) for bone in person.pose.bones[1:]])
    assert np.allclose(poses[0], poses[1], atol=1e-4) and np.allclose(poses[0], poses[2], atol=1e-4)
    assert pelvis.location.length > 0


def test_its_last_key_is_its_first(bpy, made, person) -> None:
    made(frames=48, loop=True)
    motion = read_motion(person, fps=bpy.context.scene.render.fps)
    assert len(motion) == 49
    assert angle_between(motion.rotations[:1], motion.rotations[-1:]).max() < 1e-4


def test_in_place_stays_where_it_began(bpy, made, person) -> None:
    made(frames=60)
    travelling = read_motion(person)
    made(frames=60, in_place=True)
    staying = read_motion(person)
    ways = [np.ptp(motion.translation[:, [0, 2]], axis=0).max() for motion in (travelling, staying)]
    assert ways[1] < 0.5 * ways[0] or ways[0] < 0.1


def test_a_loop_is_run_again_as_a_loop(bpy, made, person) -> None:
    made(frames=48, start_frame=5, loop=True)
    bpy.context.scene.motionclip.loop = False
    bpy.ops.motionclip.run_again()
    action = person.animation_data.action
    assert action.use_cyclic and tuple(action.frame_range) == (5, 53)


# --- NLA


def test_the_action_becomes_a_strip(bpy, made, person) -> None:
    made(frames=30, start_frame=11)
    assert bpy.ops.motionclip.push_down() == {"FINISHED"}
    (track,) = person.animation_data.nla_tracks
    assert [(strip.frame_start, strip.frame_end) for strip in track.strips] == [(11, 40)]
    assert person.animation_data.action is None
    assert "has no Action" in refused(bpy, bpy.ops.motionclip.push_down)


def test_undoing_brings_the_action_back(bpy, made) -> None:
    made(frames=30)
    bpy.ops.ed.undo_push(message="before")
    bpy.ops.motionclip.push_down("EXEC_DEFAULT", True)
    bpy.ops.ed.undo()
    data = bpy.context.object.animation_data
    assert data.action is not None and len(data.nla_tracks) == 0


# --- assets


def test_an_asset_has_a_preview_and_says_what_it_was_made_from(bpy, made) -> None:
    action = made(frames=30)
    assert bpy.ops.motionclip.mark_asset() == {"FINISHED"}
    assert PROMPT in action.asset_data.description and action.name == PROMPT
    assert tuple(action.preview.image_size) == (256, 256) and len(action.asset_data.tags) == 0


def test_a_description_that_is_there_stays(bpy, made) -> None:
    action = made(frames=30)
    action.asset_mark()
    action.asset_data.description = "mine"
    bpy.ops.motionclip.mark_asset()
    assert action.asset_data.description == "mine"


def test_an_action_of_anyones_can_be_an_asset(bpy, person, default_pack) -> None:
    action = key_motion(person, random_motion(20), "mine")
    assert bpy.ops.motionclip.mark_asset() == {"FINISHED"}
    assert action.asset_data is not None


def test_undoing_takes_the_mark_off(bpy, made) -> None:
    made(frames=30)
    bpy.ops.ed.undo_push(message="before")
    bpy.ops.motionclip.mark_asset("EXEC_DEFAULT", True)
    bpy.ops.ed.undo()
    assert bpy.data.actions[0].asset_data is None


def test_an_empty_action_is_no_asset(bpy, person) -> None:
    person.animation_data_create().action = bpy.data.actions.new("empty")
    assert "has no keys" in refused(bpy, bpy.ops.motionclip.mark_asset)


def test_strips_are_no_asset(bpy, made) -> None:
    made()
    bpy.ops.motionclip.push_down()
    assert "has no Action" in refused(bpy, bpy.ops.motionclip.mark_asset)
