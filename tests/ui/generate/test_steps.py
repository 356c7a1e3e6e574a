"""Prompts whose steps are read: the toggle, what is kept in the Action, "Run again", and what is refused."""

from __future__ import annotations

import shutil

import numpy as np
import pytest

pytest.importorskip("bpy")

from motionclip_blender.core.pack import DEFAULT_FOLDER
from motionclip_blender.core.prompt_plan.told import lines
from motionclip_blender.core.prompt_plan.wording_index import TEXTS
from motionclip_blender.core.recipe.plan import PromptPlan
from motionclip_blender.core.recipe.sum import Sum
from motionclip_blender.rig.action_metadata import recipe_of, steps_of
from motionclip_blender.rig.read_action import read_motion
from motionclip_blender.ui.session import SESSION
from tests.ui.refusals import refused, snapshot

PROMPT = "walks, then turns left 90 degrees and waves with the right hand"


@pytest.fixture
def generated(bpy, person, default_pack):
    """Generates; returns the new Action."""

    def generate(**asked):
        assert bpy.ops.motionclip.generate(**{"prompt": PROMPT, "frames": 120, **asked}) == {"FINISHED"}
        return person.animation_data.action

    return generate


def test_a_prompt_is_read_in_steps_unless_one_motion_is_asked_for(bpy, generated) -> None:
    assert bpy.context.scene.motionclip.steps and not bpy.context.scene.motionclip.guess
    assert recipe_of(generated()).content == PromptPlan(PROMPT)
    for other in ({"steps": False}, {"straight": True}):
        action = generated(**other)
        assert isinstance(recipe_of(action).content, Sum) and steps_of(action) == ()


def test_one_step_as_it_is_keeps_prompt_and_latent(generated, person) -> None:
    read = generated(prompt="a person kicks", frames=60)
    motion = read_motion(person).rotations
    alone = generated(prompt="a person kicks", frames=60, steps=False)
    assert read["prompt"] == alone["prompt"] and read["latent"] == alone["latent"]
    assert np.array_equal(motion, read_motion(person).rotations)


def test_what_is_refused_is_made_as_one_of_the_nearest(bpy, generated, person) -> None:
    prompt = "plays the cello"
    refused(bpy, bpy.ops.motionclip.generate, prompt=prompt)
    refusal = SESSION.refusal
    assert refusal.prompt == prompt and len(refusal.wordings) >= 3
    wording, takes = next(iter(refusal.wordings.items()))
    action = generated(prompt=refusal.prompt, takes=takes)
    assert recipe_of(action).content == PromptPlan(prompt).taking(1, wording)
    assert steps_of(action)[0].wording == wording and SESSION.refusal is None


def test_a_step_that_is_left_out_is_made_where_a_wording_was_chosen_for_it(generated, person) -> None:
    taken = ("", "waves with the left hand")
    assert len(steps_of(generated(prompt="walks, then plays the cello"))) == 1
    made = generated(prompt="walks, then plays the cello", takes="\n".join(taken))
    assert [step.wording for step in steps_of(made)][1] == "waves with the left hand"


def test_the_action_keeps_recipe_and_what_was_understood(generated) -> None:
    action = generated(steps=True)
    assert action.name == PROMPT[:63] and recipe_of(action).content == PromptPlan(PROMPT)
    told = lines(steps_of(action))
    assert told[0].startswith('1. "walks" → ') and "turns left by 90 degrees" in told and "with the right arm" in told
    assert SESSION.error == ""  # all was understood: there is nothing to warn of


def test_the_panels_toggle_is_the_default(bpy, generated) -> None:
    bpy.context.scene.motionclip.steps = True
    assert recipe_of(generated()).content == PromptPlan(PROMPT)
    assert isinstance(recipe_of(generated(steps=False)).content, Sum)


def test_running_again_makes_the_same_motion(bpy, generated, person) -> None:
    first = generated(steps=True)
    before = read_motion(person)
    assert bpy.ops.motionclip.run_again() == {"FINISHED"}
    action = person.animation_data.action
    assert action != first and recipe_of(action) == recipe_of(first) and steps_of(action) == steps_of(first)
    assert np.array_equal(read_motion(person).rotations, before.rotations)
    assert bpy.ops.motionclip.run_again(frames=60) == {"FINISHED"}
    assert recipe_of(person.animation_data.action).frames == 60


def test_what_is_unknown_is_refused_and_made_all_the_same(bpy, generated, person) -> None:
    before = snapshot(bpy)
    sentence = refused(bpy, bpy.ops.motionclip.generate, prompt="plays the cello", steps=True)
    assert 'Nothing known is like "plays the cello"; nearest: ' in sentence and "Make the nearest anyway" in sentence
    assert snapshot(bpy) == before
    action = generated(prompt="plays the cello", steps=True, guess=True)
    assert recipe_of(action).content.guess and "is a guess." in SESSION.error


def test_one_click_takes_a_step_for_another_wording(bpy, generated, person) -> None:
    first = generated(steps=True, start_frame=11)
    other = steps_of(first)[2].others[0]
    bpy.context.scene.motionclip.prompt = "bows"  # the click is about the Action, not the next prompt
    assert bpy.ops.motionclip.take(step=3, wording=other) == {"FINISHED"}
    action = person.animation_data.action
    assert action != first and tuple(action.frame_range) == tuple(first.frame_range)
    assert recipe_of(action).content == PromptPlan(PROMPT).taking(3, other)
    step = steps_of(action)[2]
    assert step.wording == other and step.taken and SESSION.error == ""
    taken = read_motion(person)
    person.animation_data.action = action.copy()
    assert bpy.ops.motionclip.run_again() == {"FINISHED"}
    assert np.array_equal(read_motion(person).rotations, taken.rotations)
    # and back: the wording that was taken before is one of the buttons
    assert steps_of(first)[2].wording in step.others
    assert bpy.ops.motionclip.take(step=3, wording=steps_of(first)[2].wording) == {"FINISHED"}
    back = read_motion(person)
    person.animation_data.action = first
    assert np.array_equal(read_motion(person).rotations, back.rotations)


def test_what_cannot_be_taken_is_refused(bpy, generated, person) -> None:
    sentence = refused(bpy, bpy.ops.motionclip.take, step=1, wording="walks")
    assert "has no Action" in sentence
    generated(steps=False)
    assert "was not made of a prompt in steps" in refused(bpy, bpy.ops.motionclip.take, step=1, wording="walks")
    generated(steps=True)
    before = snapshot(bpy)
    assert "is no wording of this pack" in refused(bpy, bpy.ops.motionclip.take, step=1, wording="polka")
    assert "Steps are counted" in refused(bpy, bpy.ops.motionclip.take, step=0, wording="walks")
    assert "There is no step 9" in refused(bpy, bpy.ops.motionclip.take, step=9, wording="walks")
    assert snapshot(bpy) == before


@pytest.mark.parametrize("note", ["", "1. walks", "[1]", '[{"said": 1}]', "7", '{"a": 1}', "[" * 9999, "[null]"])
def test_a_note_that_cannot_be_read_shows_nothing(generated, note: str) -> None:
    action = generated(steps=True)
    action["steps"] = note
    assert steps_of(action) == ()


def test_the_natural_length(bpy, person, default_pack) -> None:
    settings = bpy.context.scene.motionclip
    settings.prompt, settings.frames = "walks, then sits down", 20
    bpy.context.scene.render.fps = 30
    assert bpy.ops.motionclip.natural_length() == {"FINISHED"}
    natural = settings.frames
    assert 60 < natural < 300 and not person.animation_data
    bpy.context.scene.render.fps = 60
    assert bpy.ops.motionclip.natural_length() == {"FINISHED"}
    assert abs(settings.frames - 2 * natural) <= 2
    settings.prompt = "plays the cello"
    assert "Nothing known is like" in refused(bpy, bpy.ops.motionclip.natural_length)
    assert abs(settings.frames - 2 * natural) <= 2


def test_a_pack_without_texts(bpy, person, default_pack, tmp_path, monkeypatch) -> None:
    from motionclip_blender.core.engine import Engine

    folder = tmp_path / "old"
    shutil.copytree(DEFAULT_FOLDER, folder)
    (folder / TEXTS).unlink()
    engine = Engine(folder)
    monkeypatch.setattr(SESSION, "engine", lambda chosen: engine)
    assert bpy.ops.motionclip.generate(prompt=PROMPT, steps=True, frames=60) == {"FINISHED"}
    assert "does not carry its wordings as texts" in SESSION.error
