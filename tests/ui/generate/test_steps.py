"""Prompts whose steps are read: the toggle, what is kept in the Action, "Run again", and what is refused."""

from __future__ import annotations

import shutil

import numpy as np
import pytest

pytest.importorskip("bpy")

from motionclip_blender.core.pack import DEFAULT_FOLDER
from motionclip_blender.core.prompt_plan.wording_index import TEXTS
from motionclip_blender.core.recipe.plan import PromptPlan
from motionclip_blender.core.recipe.sum import Sum
from motionclip_blender.rig.action_metadata import recipe_of, understood_of
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


def test_a_prompt_is_one_motion_unless_its_steps_are_asked_for(bpy, generated) -> None:
    assert not bpy.context.scene.motionclip.steps and not bpy.context.scene.motionclip.guess
    action = generated()
    assert isinstance(recipe_of(action).content, Sum) and understood_of(action) == []


def test_the_action_keeps_recipe_and_what_was_understood(generated) -> None:
    action = generated(steps=True)
    assert action.name == PROMPT[:63] and recipe_of(action).content == PromptPlan(PROMPT)
    lines = understood_of(action)
    assert (
        lines[0].startswith('1. "walks" → ') and "turns left by 90 degrees" in lines and "with the right arm" in lines
    )
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
    assert action != first and recipe_of(action) == recipe_of(first) and understood_of(action) == understood_of(first)
    assert np.array_equal(read_motion(person).rotations, before.rotations)
    assert bpy.ops.motionclip.run_again(frames=60) == {"FINISHED"}
    assert recipe_of(person.animation_data.action).frames == 60


def test_what_is_unknown_is_refused_and_made_all_the_same(bpy, generated, person) -> None:
    before = snapshot(bpy)
    sentence = refused(bpy, bpy.ops.motionclip.generate, prompt="plays the violin", steps=True)
    assert 'Nothing known is like "plays the violin"; nearest: ' in sentence and "Make it all the same" in sentence
    assert snapshot(bpy) == before
    action = generated(prompt="plays the violin", steps=True, guess=True)
    assert recipe_of(action).content.guess and "is a guess." in SESSION.error


def test_a_pack_without_texts(bpy, person, default_pack, tmp_path, monkeypatch) -> None:
    from motionclip_blender.core.engine import Engine

    folder = tmp_path / "old"
    shutil.copytree(DEFAULT_FOLDER, folder)
    (folder / TEXTS).unlink()
    engine = Engine(folder)
    monkeypatch.setattr(SESSION, "engine", lambda chosen: engine)
    sentence = refused(bpy, bpy.ops.motionclip.generate, prompt=PROMPT, steps=True)
    assert "does not carry its wordings as texts" in sentence
