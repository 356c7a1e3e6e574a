"""Variations of a prompt in the panel: a click makes another one, as a new Action at the same place."""

from __future__ import annotations

import numpy as np
import pytest

pytest.importorskip("bpy")

from motionclip_blender.core.recipe.plan import PromptPlan
from motionclip_blender.rig.action_metadata import recipe_of
from motionclip_blender.rig.read_action import read_motion
from motionclip_blender.ui.generate import variations
from tests.ui.refusals import refused, snapshot


class Layout:
    """Records the buttons that a panel draws."""

    def __init__(self, buttons: list) -> None:
        self.buttons = buttons

    def row(self, **_) -> Layout:
        return self

    def label(self, **_) -> None:
        pass

    def operator(self, name: str, text: str, depress: bool, **_) -> Layout:
        self.buttons.append((name, text, depress))
        return self


def drawn(person) -> list:
    buttons: list = []
    variations.draw(Layout(buttons), person)
    return buttons


@pytest.mark.parametrize("steps", [False, True])
def test_a_click_makes_another_variation_at_the_same_place(bpy, person, default_pack, steps: bool) -> None:
    assert drawn(person) == []
    generate = bpy.ops.motionclip.generate
    assert generate(prompt="a person waves", frames=40, start_frame=11, steps=steps) == {"FINISHED"}
    first, own = person.animation_data.action, read_motion(person)
    bpy.context.scene.motionclip.prompt = "bows"  # the click is about the Action, not the next prompt
    assert [depress for *_, depress in drawn(person)] == [True] + [False] * 7
    assert bpy.ops.motionclip.vary(seed=2) == {"FINISHED"}
    second, other = person.animation_data.action, read_motion(person)
    assert second != first and tuple(second.frame_range) == tuple(first.frame_range) == (11, 50)
    assert recipe_of(second) == recipe_of(first).varied(2)
    assert np.abs(other.rotations - own.rotations).max() > 0.05
    assert [text for _, text, depress in drawn(person) if depress] == ["2"]
    # "run again" makes the same variation, and a click on 0 the prompt's own motion
    assert bpy.ops.motionclip.run_again() == {"FINISHED"}
    assert np.array_equal(read_motion(person).rotations, other.rotations)
    assert bpy.ops.motionclip.vary(seed=0) == {"FINISHED"}
    assert np.array_equal(read_motion(person).rotations, own.rotations)
    assert isinstance(recipe_of(person.animation_data.action).content, PromptPlan) == steps


def test_what_is_no_prompt_has_no_variations(bpy, person, default_pack) -> None:
    expression = '"a person waves" + "bows"'
    assert bpy.ops.motionclip.make(expression=expression, frames=30) == {"FINISHED"}
    assert drawn(person) == []
    before = snapshot(bpy)
    assert "prompt alone" in refused(bpy, bpy.ops.motionclip.vary, seed=1)
    assert "number of a variation" in refused(bpy, bpy.ops.motionclip.vary, seed=-1)
    assert snapshot(bpy) == before
