"""Blends: A, B, and a slider that the motion follows."""

from __future__ import annotations

import json

import numpy as np
import pytest

pytest.importorskip("bpy")

from motionclip_blender.core.latents.expression import Expression
from motionclip_blender.core.latents.terms import Prompt
from motionclip_blender.core.recipe.blend import Blend
from motionclip_blender.core.recipe.codec import from_json
from motionclip_blender.rig.read_action import read_motion
from motionclip_blender.rig.versions import fcurves_of
from motionclip_blender.rig.write_keys import key_motion
from motionclip_blender.ui.session import SESSION
from tests.synthetic import angle_between, random_motion
from tests.ui.refusals import refused


@pytest.fixture
def panel(bpy, person, default_pack):
    """The panel's settings, for a blend of two prompts over 30 frames."""
    settings = bpy.context.scene.motionclip
    settings.frames = 30
    settings.blend.start.prompt, settings.blend.end.prompt = "a person walks", "a person waves"
    return settings


@pytest.fixture
def blended(bpy, panel):
    """The panel's settings, after Blend was pressed."""
    assert bpy.ops.motionclip.blend() == {"FINISHED"}
    return panel


def rotations(person) -> np.ndarray:
    return read_motion(person, fps=24).rotations


def recipe(person) -> dict:
    return json.loads(person.animation_data.action["recipe"])


# --- the button


def test_the_blend_is_a_new_action_that_says_what_it_was_made_from(bpy, blended, person) -> None:
    action = person.animation_data.action
    assert action.name == "a person walks ↔ a person waves"
    assert tuple(action.frame_range) == (1, 30)
    kept = from_json(action["recipe"])
    walk, wave = (Expression.of(Prompt(f"a person {does}")) for does in ("walks", "waves"))
    assert (kept.content, kept.frames) == (Blend(walk, wave, 0.5), 30)
    assert "prompt" not in action and "latent" in action


@pytest.mark.parametrize("factor", [0.0, 1.0])
def test_at_its_ends_it_is_the_prompt_alone(bpy, panel, person, factor) -> None:
    bpy.ops.motionclip.blend(factor=factor)
    blend = rotations(person)
    bpy.ops.motionclip.generate(prompt="a person waves" if factor else "a person walks")
    assert angle_between(blend, rotations(person)).max() < 1e-3


def test_a_script_may_say_everything(bpy, panel, person) -> None:
    bpy.ops.motionclip.blend(
        a='"run" + {sad}', b='0.5 * "jump" + "walk"', factor=0.25, spherical=True, frames=20, start_frame=7
    )
    kept = recipe(person)
    assert (kept["start"], kept["end"]) == ('"run" + {sad}', '0.5 * "jump" + "walk"')
    assert (kept["factor"], kept["spherical"]) == (0.25, True)
    assert tuple(person.animation_data.action.frame_range) == (7, 26)


def test_an_action_is_an_end_and_stays_as_it_is(bpy, panel, person) -> None:
    mine = key_motion(person, random_motion(200, fps=24, size=0.1), "mine")
    before = rotations(person)
    panel.blend.start.kind, panel.blend.start.action = "ACTION", "mine"
    bpy.ops.motionclip.blend()
    assert person.animation_data.action != mine
    assert np.array_equal(read_motion(person, mine, fps=24).rotations, before)
    panel.blend.factor = 0.1
    assert np.array_equal(read_motion(person, mine, fps=24).rotations, before)


# --- the slider


def test_the_motion_follows_the_slider_in_the_same_action(bpy, blended, person) -> None:
    action, before = person.animation_data.action, rotations(person)
    blended.blend.factor = 0.9
    assert list(bpy.data.actions) == [action] and person.animation_data.action == action
    assert angle_between(rotations(person), before).max() > 0.1
    assert recipe(person)["factor"] == 0.9
    blended.blend.factor = 0.5
    assert np.array_equal(rotations(person), before)


def test_it_is_as_if_it_had_been_made_at_that_factor(bpy, blended, person) -> None:
    blended.blend.factor = 0.83
    followed, latent = rotations(person), person.animation_data.action["latent"]
    bpy.ops.motionclip.blend()
    assert np.array_equal(rotations(person), followed)
    assert person.animation_data.action["latent"] == latent


def test_straight_or_round(bpy, blended, person) -> None:
    before = rotations(person)
    blended.blend.spherical = True
    assert recipe(person)["spherical"] and not np.array_equal(rotations(person), before)


def test_the_length_and_place_are_the_actions_own(bpy, blended, person) -> None:
    blended.frames, blended.start_frame = 100, 50
    blended.blend.factor = 0.2
    assert tuple(person.animation_data.action.frame_range) == (1, 30)


def test_another_motion_does_not_follow(bpy, blended, person) -> None:
    bpy.ops.motionclip.generate(prompt="a person kicks")
    before = rotations(person)
    blended.blend.factor = 0.1
    assert np.array_equal(rotations(person), before)


def test_other_ends_wait_for_the_button(bpy, blended, person) -> None:
    before = rotations(person)
    blended.blend.end.prompt = "a person jumps"
    blended.blend.factor = 0.1
    assert np.array_equal(rotations(person), before)
    blended.blend.end.prompt = "a person waves"
    blended.blend.factor = 0.2
    assert recipe(person)["factor"] == 0.2


@pytest.mark.parametrize("empty", ["nothing", "mesh"])
def test_nobody_follows_when_nobody_is_there(bpy, blended, person, empty) -> None:
    for child in person.children:
        bpy.data.objects.remove(child)
    bpy.data.objects.remove(person)
    if empty == "mesh":
        bpy.ops.mesh.primitive_cube_add()
    blended.blend.factor = 0.1
    assert SESSION.error == "" and blended.behind == ""


def test_an_armature_that_cannot_be_keyed_keeps_its_keys_and_says_why(bpy, blended, person) -> None:
    before = rotations(person)
    person.pose.bones["head"].lock_rotation[0] = True
    blended.blend.factor = 0.9
    assert "locked" in SESSION.error and np.array_equal(rotations(person), before)
    assert recipe(person)["factor"] == 0.5
    person.pose.bones["head"].lock_rotation[0] = False
    blended.blend.factor = 0.8
    assert recipe(person)["factor"] == 0.8


def test_an_end_that_changes_is_read_anew(bpy, panel, person, monkeypatch) -> None:
    """Edited between two drags, an Action is another end."""
    from motionclip_blender.ui.generate import live

    mine = key_motion(person, random_motion(60, fps=24, size=0.1), "mine")
    panel.blend.start.kind, panel.blend.start.action = "ACTION", "mine"
    panel.blend.factor = 0.0
    bpy.ops.motionclip.blend()
    panel.blend.factor = 0.1
    before = rotations(person)
    for curve in fcurves_of(mine, person, 'pose.bones["left_knee"]'):
        for point in curve.keyframe_points:
            point.co.y = 1.0
    monkeypatch.setattr(live, "_FRESH", 0.0)  # a while later
    panel.blend.factor = 0.05
    panel.blend.factor = 0.1
    assert not np.array_equal(rotations(person), before)


def test_undo_takes_slider_and_keys_back_together(bpy, blended, person) -> None:
    bpy.ops.ed.undo_push(message="before the drag")
    before = rotations(person)
    for factor in (0.6, 0.7, 0.8):
        blended.blend.factor = factor
    bpy.ops.ed.undo_push(message="Factor")  # as Blender does when the button is let go
    bpy.ops.ed.undo()
    person, settings = bpy.context.object, bpy.context.scene.motionclip
    assert settings.blend.factor == 0.5 and np.array_equal(rotations(person), before)
    bpy.ops.ed.redo()
    person, settings = bpy.context.object, bpy.context.scene.motionclip
    assert settings.blend.factor == pytest.approx(0.8) and recipe(person)["factor"] == 0.8


def test_undo_in_the_middle_of_a_drag(bpy, blended, person) -> None:
    bpy.ops.ed.undo_push(message="before the drag")
    blended.blend.factor = 0.7
    bpy.ops.ed.undo_push(message="something else")
    bpy.ops.ed.undo()
    settings = bpy.context.scene.motionclip  # the drag goes on
    settings.blend.factor = 0.9
    assert recipe(bpy.context.object)["factor"] == 0.9
    assert len(bpy.data.actions) == 1


def test_a_file_opened_in_the_middle_of_a_drag(bpy, blended) -> None:
    blended.blend.factor = 0.7
    bpy.ops.wm.read_homefile(use_empty=True)
    bpy.context.scene.motionclip.blend.factor = 0.9
    assert SESSION.error == "" and not bpy.data.actions


# --- over time, and in stops


def test_over_time_it_begins_as_a_and_ends_as_b(bpy, panel, person) -> None:
    assert bpy.ops.motionclip.blend_over_time() == {"FINISHED"}
    assert person.animation_data.action.name == "a person walks → a person waves"
    over_time = rotations(person)
    for prompt, frame in (("a person walks", 0), ("a person waves", -1)):
        bpy.ops.motionclip.generate(prompt=prompt)
        assert angle_between(over_time[frame, 1:22], rotations(person)[frame, 1:22]).max() < 0.35


def test_over_time_by_the_factors_own_keys(bpy, panel, person) -> None:
    scene = bpy.context.scene
    for frame, factor in ((11, 0.0), (20, 0.0), (30, 1.0)):
        panel.blend.factor = factor
        scene.keyframe_insert("motionclip.blend.factor", frame=frame)
    bpy.ops.motionclip.blend_over_time(start_frame=11)
    factors = recipe(person)["factors"]
    assert len(factors) == 30 and factors[0] == factors[8] == 0 and factors[-1] == 1
    assert 0 < factors[14] < 1


def test_stops_are_actions_of_their_own(bpy, blended, person) -> None:
    mine = person.animation_data.action
    assert bpy.ops.motionclip.blend_stops() == {"FINISHED"}
    names = [f"{factor:.2f} a person walks ↔ a person waves" for factor in (0, 0.25, 0.5, 0.75, 1)]
    assert sorted(action.name for action in bpy.data.actions if action != mine) == names
    assert person.animation_data.action == mine
    assert np.allclose(read_motion(person, bpy.data.actions[names[2]], fps=24).rotations, rotations(person), atol=1e-3)
    assert json.loads(bpy.data.actions[names[1]]["recipe"])["factor"] == 0.25


def test_stops_as_strips_stand_in_a_row(bpy, panel, person) -> None:
    bpy.ops.motionclip.blend_stops(stops=3, as_strips=True, start_frame=11)
    (track,) = person.animation_data.nla_tracks
    assert [(strip.frame_start, strip.frame_end) for strip in track.strips] == [(11, 40), (41, 70), (71, 100)]
    assert person.animation_data.action is None


def test_one_undo_takes_all_stops_back(bpy, panel, person) -> None:
    bpy.ops.ed.undo_push(message="before")
    bpy.ops.motionclip.blend_stops("EXEC_DEFAULT", True, stops=3, as_strips=True)
    assert len(bpy.data.actions) == 3
    bpy.ops.ed.undo()
    assert not bpy.data.actions and bpy.context.object.animation_data is None


# --- bad input


@pytest.mark.parametrize("operator", ["blend", "blend_over_time", "blend_stops"])
def test_an_end_that_is_not_said(bpy, panel, operator) -> None:
    panel.blend.end.prompt = "  "
    assert refused(bpy, getattr(bpy.ops.motionclip, operator)).startswith("B is empty; type a prompt")


def test_ends_that_are_not_there(bpy, panel) -> None:
    panel.blend.start.kind, panel.blend.start.action = "ACTION", "gone"
    assert refused(bpy, bpy.ops.motionclip.blend) == 'A: there is no Action "gone"; choose one that is there.'
    panel.blend.start.kind, panel.blend.start.latent = "LATENT", "gone"
    assert refused(bpy, bpy.ops.motionclip.blend) == 'A: there is no saved latent "gone"; choose one that is there.'
    panel.blend.start.kind, panel.blend.start.image = "IMAGE", "/nowhere/photo.png"
    assert refused(bpy, bpy.ops.motionclip.blend).startswith("There is no image file /nowhere/photo.png")


@pytest.mark.parametrize(("stops", "sentence"), [(1, "2 to 64 stops, not 1"), (1000, "2 to 64 stops, not 1000")])
def test_too_few_or_too_many_stops(bpy, panel, stops, sentence) -> None:
    assert sentence in refused(bpy, bpy.ops.motionclip.blend_stops, stops=stops)


def test_stops_in_tweak_mode_leave_no_action_behind(bpy, blended, person) -> None:
    bpy.ops.motionclip.push_down()
    data = person.animation_data
    data.nla_tracks[0].strips[0].select = True
    data.use_tweak_mode = True
    names = set(bpy.data.actions.keys())
    with pytest.raises(RuntimeError, match="tweak mode"):
        bpy.ops.motionclip.blend_stops(as_strips=True)
    assert set(bpy.data.actions.keys()) == names and len(data.nla_tracks) == 1


def test_expressions_with_mistakes(bpy, panel) -> None:
    assert "never closed" in refused(bpy, bpy.ops.motionclip.blend, a='"walk', b='"run"')
    assert "latents are not divided" in refused(bpy, bpy.ops.motionclip.blend, a='"walk" / 2', b='"run"')
