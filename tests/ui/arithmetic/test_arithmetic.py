"""Motions made of an expression, by operators and by its list of terms."""

from __future__ import annotations

import numpy as np
import pytest

pytest.importorskip("bpy")

from motionclip_blender.core.latents.styles import presets
from motionclip_blender.rig.action_metadata import recipe_of
from motionclip_blender.rig.read_action import read_motion
from motionclip_blender.rig.write_keys import key_motion
from motionclip_blender.ui.session import SESSION
from tests.synthetic import angle_between, random_motion
from tests.ui.arithmetic.listing import JUMP, expression, listed, rotations
from tests.ui.refusals import refused

# --- motions


def test_a_motion_is_made_of_the_expression(bpy, made, person) -> None:
    action = person.animation_data.action
    assert action.name == "jump + old man walking - walking"
    assert expression(person) == JUMP and tuple(action.frame_range) == (1, 30)


def test_a_script_gives_the_expression(bpy, panel, person) -> None:
    bpy.ops.motionclip.make(expression='"walk"', frames=20, start_frame=5)
    expression = rotations(person)
    assert tuple(person.animation_data.action.frame_range) == (5, 24)
    bpy.ops.motionclip.generate(prompt="walk", frames=20, steps=False)
    assert np.array_equal(rotations(person), expression)
    assert panel.arithmetic.expression == ""


def test_an_action_and_a_style(bpy, panel, person) -> None:
    key_motion(person, random_motion(300, fps=24, size=0.1), "mine")
    bpy.ops.motionclip.make(expression="[mine] + 1.5 * {angry}")
    assert person.animation_data.action.name == "mine + angry"


def test_the_motion_follows_the_weights(bpy, made, person) -> None:
    action, before = person.animation_data.action, rotations(person)
    made.arithmetic.terms[1].weight = 1.9
    assert list(bpy.data.actions) == [action] and not np.array_equal(rotations(person), before)
    assert expression(person) == '"jump" + 1.9 * "old man walking" - 0.7 * "walking"'
    made.arithmetic.expression = JUMP
    assert angle_between(rotations(person), before).max() < 1e-4


def test_weights_that_leave_nothing_keep_the_motion(bpy, made, person) -> None:
    made.arithmetic.expression = '"jump" - 0.5 * "old man walking"'
    bpy.ops.motionclip.make()
    for term in made.arithmetic.terms:
        term.weight = 0.0
    assert "All weights are zero" in SESSION.error
    assert '"jump"' in expression(person)  # of the last weights that made a motion
    made.arithmetic.terms[0].weight = 1.0
    assert expression(person) == '"jump" + 0 * "old man walking"'
    assert SESSION.error == ""


# --- styles


def test_a_style_makes_the_prompts_motion_so(bpy, panel, person) -> None:
    panel.prompt = "a person walks"
    bpy.ops.motionclip.generate()
    plain = rotations(person)
    assert bpy.ops.motionclip.add_style(style="sad") == {"FINISHED"}
    assert panel.arithmetic.expression == f'"a person walks" + {presets()["sad"].weight:g} * {{sad}}'
    assert angle_between(rotations(person), plain).max() > 0.1
    assert person.animation_data.action.name == "a person walks + sad" and len(bpy.data.actions) == 2


def test_another_style_changes_the_same_motion(bpy, panel, person) -> None:
    panel.prompt = "a person walks"
    bpy.ops.motionclip.add_style(style="sad")
    action, before = person.animation_data.action, rotations(person)
    bpy.ops.motionclip.add_style(style="old")
    assert list(bpy.data.actions) == [action] and not np.array_equal(rotations(person), before)
    assert action.name == "a person walks + sad + old"
    assert [item.style for item in panel.arithmetic.terms] == ["", "sad", "old"]
    panel.arithmetic.terms[1].weight = 0.5
    assert "0.5 * {sad}" in expression(person)


def test_a_second_click_sets_its_weight_anew(bpy, panel) -> None:
    panel.arithmetic.expression = '"walk" - 3 * {sad}'
    bpy.ops.motionclip.add_style(style="sad")
    assert panel.arithmetic.expression == f'"walk" + {presets()["sad"].weight:g} * {{sad}}'


def test_a_name_of_the_users_stays(bpy, panel, person) -> None:
    panel.prompt = "a person walks"
    bpy.ops.motionclip.add_style(style="sad")
    person.animation_data.action.name = "shot 12"
    bpy.ops.motionclip.add_style(style="old")
    assert person.animation_data.action.name == "shot 12"


def test_one_undo_takes_a_style_back(bpy, panel) -> None:
    panel.prompt = "a person walks"
    bpy.ops.motionclip.add_style("EXEC_DEFAULT", True, style="sad")
    bpy.ops.ed.undo_push(message="before")
    bpy.ops.motionclip.add_style("EXEC_DEFAULT", True, style="old")
    bpy.ops.ed.undo()
    assert "old" not in bpy.context.scene.motionclip.arithmetic.expression
    assert "old" not in expression(bpy.context.object)


# --- loops


def keyed(person) -> tuple:
    """How many frames are read back, whether the Action goes round, and its Cycles."""
    from motionclip_blender.rig.versions import fcurves_of

    action = person.animation_data.action
    cycles = {len(curve.modifiers) for curve in fcurves_of(action, person, "pose.bones[")}
    return len(read_motion(person, fps=24)), action.use_cyclic, action.use_frame_range, cycles


@pytest.mark.parametrize("loop", [False, True])
def test_a_style_makes_it_a_loop_or_none_as_the_panel_says(bpy, panel, person, loop) -> None:
    panel.arithmetic.expression, panel.loop = '"walk"', loop
    bpy.ops.motionclip.make()
    panel.loop, panel.frames = not loop, 60
    bpy.ops.motionclip.add_style(style="sad")
    assert recipe_of(person.animation_data.action).loop is not loop
    assert keyed(person) == ((60, False, False, {0}) if loop else (61, True, True, {1}))
    panel.arithmetic.terms[-1].weight = 0.3
    assert keyed(person) == ((60, False, False, {0}) if loop else (61, True, True, {1}))


# --- any word, and straight from the text


def test_any_word_is_added_as_a_style(bpy, panel, person) -> None:
    panel.prompt, panel.arithmetic.word = "a person walks", "  furious "
    assert bpy.ops.motionclip.add_style(word=panel.arithmetic.word) == {"FINISHED"}
    assert panel.arithmetic.expression == '"a person walks" + 1.5 * style("furious")' == expression(person)
    assert listed(panel) == [("PROMPT", "a person walks", 1.0), ("WORD", "furious", 1.5)]
    before = rotations(person)
    panel.arithmetic.terms[1].word = "weary"
    assert panel.arithmetic.expression == '"a person walks" + 1.5 * style("weary")'
    assert bpy.ops.motionclip.make() == {"FINISHED"}
    assert angle_between(rotations(person), before).max() > 0.05
    bpy.ops.motionclip.add_style(word="weary")  # a second click
    assert len(panel.arithmetic.terms) == 2
    assert "no words" in refused(bpy, bpy.ops.motionclip.add_style, word="?!")


def test_a_text_straight_is_a_kind_of_term(bpy, panel, person) -> None:
    panel.arithmetic.expression = 'text("somebody hops about") - 0.5 * "walk"'
    assert listed(panel) == [("TEXT", "somebody hops about", 1.0), ("PROMPT", "walk", -0.5)]
    panel.arithmetic.terms[0].text = "?!"  # no text yet: the term counts for nothing
    assert panel.arithmetic.expression == '-0.5 * "walk"'
    panel.arithmetic.terms[0].text = "hop"
    assert panel.arithmetic.expression == 'text("hop") - 0.5 * "walk"'
    panel.blend.start.kind, panel.blend.start.text = "TEXT", "hop"
    panel.blend.end.prompt = "walk"
    assert bpy.ops.motionclip.blend() == {"FINISHED"}
    assert str(recipe_of(person.animation_data.action).content.start) == 'text("hop")'


def test_generate_goes_straight_where_the_panel_says_so(bpy, panel, person) -> None:
    panel.prompt, panel.steps = "somebody hops about", False
    assert bpy.ops.motionclip.generate() == {"FINISHED"}
    assert expression(person) == '"somebody hops about"'
    before = rotations(person)
    panel.straight = True
    assert bpy.ops.motionclip.generate() == {"FINISHED"}
    assert expression(person) == 'text("somebody hops about")'
    assert person.animation_data.action.name.startswith("somebody hops about")
    assert angle_between(rotations(person), before).max() > 0.05
    assert bpy.ops.motionclip.generate(straight=False) == {"FINISHED"}
    assert expression(person) == '"somebody hops about"'
    assert angle_between(rotations(person), before).max() < 1e-3
