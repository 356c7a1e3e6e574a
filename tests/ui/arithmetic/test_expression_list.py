"""The expression and the list of its terms say the same; mistakes are marked."""

from __future__ import annotations

import numpy as np
import pytest

pytest.importorskip("bpy")

from motionclip_blender.core.errors import UserError
from motionclip_blender.core.latents.expression import parse
from motionclip_blender.core.latents.terms import ActionName, ImageFile, Prompt, SavedLatent, StyleName, Term, to_text
from motionclip_blender.ui.addon import ModelChoice
from motionclip_blender.ui.arithmetic.panel import shown_part
from motionclip_blender.ui.session import SESSION
from tests.ui.arithmetic.listing import JUMP, expression, listed, rotations
from tests.ui.refusals import refused

# --- the expression and the list say the same


def test_an_expression_fills_the_list(panel) -> None:
    panel.arithmetic.expression = JUMP
    assert listed(panel) == [
        ("PROMPT", "jump", 1.0), ("PROMPT", "old man walking", 0.7), ("PROMPT", "walking", -0.7)
    ]  # fmt: skip


def test_all_kinds_of_terms_are_listed(panel) -> None:
    panel.arithmetic.expression = '[Walk [2]]] - 2 * {sad} + image("a ""b"".png") + 0 * latent("mine")'
    assert listed(panel) == [
        ("ACTION", "Walk [2]", 1.0), ("STYLE", "sad", -2.0), ("IMAGE", 'a "b".png', 1.0), ("LATENT", "mine", 0.0)
    ]  # fmt: skip


def test_a_weight_writes_the_expression(panel) -> None:
    panel.arithmetic.expression = JUMP
    panel.arithmetic.terms[1].weight = 1.25
    panel.arithmetic.terms[2].weight = 0.1
    assert panel.arithmetic.expression == '"jump" + 1.25 * "old man walking" + 0.1 * "walking"'


def test_all_of_a_term_can_be_edited(panel) -> None:
    panel.arithmetic.expression = '"jump" + "walk"'
    first, second = panel.arithmetic.terms
    first.prompt = 'say "hi"'
    second.kind = "ACTION"
    assert panel.arithmetic.expression == '"say ""hi"""'  # the second one is not said yet
    second.action = "Cycle]"
    assert panel.arithmetic.expression == '"say ""hi""" + [Cycle]]]'
    assert [term.source for term in parse(panel.arithmetic.expression)] == [Prompt('say "hi"'), ActionName("Cycle]")]


def test_terms_are_added_and_removed(bpy, panel) -> None:
    panel.arithmetic.expression = '"a" + "b" + "c"'
    bpy.ops.motionclip.add_term()
    assert panel.arithmetic.active == 3 and panel.arithmetic.expression == '"a" + "b" + "c"'
    panel.arithmetic.terms[3].prompt = "d"
    assert panel.arithmetic.expression == '"a" + "b" + "c" + "d"'
    bpy.ops.motionclip.remove_term(index=1)
    assert panel.arithmetic.expression == '"a" + "c" + "d"'
    bpy.ops.motionclip.remove_term()
    assert panel.arithmetic.expression == '"a" + "c"'
    panel.arithmetic.expression = ""
    assert not panel.arithmetic.terms and not bpy.ops.motionclip.remove_term.poll()


def test_both_ways_round_nothing_changes(panel) -> None:
    rng = np.random.default_rng(0)
    sources = [Prompt("a ] } b"), ActionName("x [y]"), ImageFile("c:\\d e.png"), SavedLatent("f"), StyleName("sad")]
    for _ in range(50):
        terms = [Term(round(float(rng.uniform(-10, 10)), 3), sources[i]) for i in rng.integers(0, 5, 4)]
        panel.arithmetic.expression = text = to_text(terms)
        panel.arithmetic.terms[0].weight = panel.arithmetic.terms[0].weight  # the list writes it back
        assert panel.arithmetic.expression == text


def test_an_expression_with_a_mistake_leaves_the_list_alone(panel) -> None:
    panel.arithmetic.expression = JUMP
    before = listed(panel)
    panel.arithmetic.expression = '"jump" / 2'
    assert listed(panel) == before and SESSION.error == ""  # the panel says it below the field


@pytest.mark.parametrize("weight", [float("nan"), float("inf"), -float("inf"), 1e30])
def test_weights_that_are_none(panel, weight) -> None:
    panel.arithmetic.expression = JUMP
    panel.arithmetic.terms[0].weight = weight
    assert all(abs(term.weight) <= 10 for term in parse(panel.arithmetic.expression))


@pytest.mark.parametrize(
    ("settings", "style", "sentence"),
    [
        ({}, "sad", "The prompt is empty"),
        ({"prompt": "walk"}, "green", "There is no style 'green'; choose one of happy, sad"),
        ({"expression": '"walk'}, "sad", "never closed"),
    ],
)
def test_styles_that_cannot_be_added(bpy, panel, settings, style, sentence) -> None:
    panel.prompt = settings.get("prompt", "")
    panel.arithmetic.expression = settings.get("expression", "")
    before = listed(panel), panel.arithmetic.expression
    assert sentence in refused(bpy, bpy.ops.motionclip.add_style, style=style)
    assert (listed(panel), panel.arithmetic.expression) == before


# --- bad input


@pytest.mark.parametrize(
    ("expression", "sentence"),
    [
        ("", "the expression is empty"),
        ('"jump" +', "the expression ends where something should follow"),
        ('"jump" / 2', "At character 8: latents are not divided"),
        ('"jump" + [gone]', 'At character 10: there is no Action "gone"'),
        ('"jump" + {green}', 'At character 10: there is no style "green"'),
        ('"jump" + latent("gone")', 'At character 10: there is no saved latent "gone"'),
        ('"jump" + image("/nowhere.png")', "At character 10: There is no image file /nowhere.png"),
        ('11 * "jump"', "weights go from -10 to 10"),
        ('1e999 * "jump"', "too large a number"),
        ('nan * "jump"', "nan is no weight"),
        ("{sad}", "{sad} alone is no motion"),
        ('"jump" - "jump"', "The terms cancel each other out"),
        ("(" * 1000 + '"jump"' + ")" * 999, "opened and never closed"),
        ('"jump" * "walk"', "two latents cannot be multiplied"),
        ("x" * 20_000, "10,000 characters at most"),
    ],
)
def test_expressions_that_cannot_be(bpy, panel, expression, sentence) -> None:
    assert sentence in refused(bpy, bpy.ops.motionclip.make, expression=expression)


def test_nesting_a_thousand_deep_is_fine(bpy, panel, person) -> None:
    bpy.ops.motionclip.make(expression="(" * 1000 + '"jump"' + ")" * 1000, frames=2)
    assert person.animation_data.action.name == "jump"


def test_actions_that_cannot_be_read_are_told_by_their_place(bpy, panel) -> None:
    bpy.data.actions.new("empty")
    sentence = refused(bpy, bpy.ops.motionclip.make, expression='"jump" + [empty]')
    assert sentence.startswith('At character 10: The Action "empty" has no keys for the bones of')


# --- where the mistake is


@pytest.mark.parametrize("at", [1, 5, 30, 60])
def test_the_mark_stands_below_the_mistake(at) -> None:
    expression = "".join(chr(97 + i % 26) for i in range(60))
    shown, mark = shown_part(expression, at, 20, len)  # every character is as wide as any
    assert len(shown) <= 20 and mark.endswith("▲")
    assert shown[len(mark) - 1] == expression[at - 1]


def test_the_mark_of_something_missing_stands_behind_the_end() -> None:
    assert shown_part('"jump" +', 9, 40, len) == ('"jump" +', " " * 8 + "▲")


# --- another scene than the one that is shown


@pytest.fixture
def other(bpy, panel):
    """Another scene, at 60 frames per second, with a person of its own."""
    shown = bpy.context.scene
    scene = bpy.data.scenes.new("Other")
    scene.render.fps = 60
    bpy.context.window.scene = scene
    bpy.ops.motionclip.add_body()
    bpy.context.window.scene = shown
    return scene


def test_a_script_that_edits_another_scene_leaves_the_one_that_is_shown(bpy, panel, other) -> None:
    panel.arithmetic.expression = '"half typed'
    other.motionclip.arithmetic.expression = JUMP
    assert panel.arithmetic.expression == '"half typed' and not panel.arithmetic.terms
    assert listed(other.motionclip)[1] == ("PROMPT", "old man walking", 0.7)
    other.motionclip.arithmetic.terms[1].weight = 0.5
    item = other.motionclip.arithmetic.terms.add()
    item.prompt = "dance"
    assert other.motionclip.arithmetic.expression == ('"jump" + 0.5 * "old man walking" - 0.7 * "walking" + "dance"')
    assert panel.arithmetic.expression == '"half typed' and not panel.arithmetic.terms


def test_the_motion_of_the_scene_follows_whose_weight_it_is(bpy, made, person, other) -> None:
    bpy.context.window.scene = other
    own = other.view_layers[0].objects.active
    other.motionclip.arithmetic.expression = JUMP
    bpy.ops.motionclip.make(frames=60)
    bpy.context.window.scene = next(one for one in bpy.data.scenes if one != other)
    before = rotations(person)
    other.motionclip.arithmetic.terms[1].weight = 0.2
    assert "0.2" in expression(own) and "0.2" not in expression(person)
    assert tuple(own.animation_data.action.frame_range) == (1, 60)  # at that scene's own rate
    assert np.array_equal(rotations(person), before)
    made.arithmetic.terms[1].weight = 0.4
    assert "0.4" in expression(person) and "0.2" in expression(own)
    assert not np.array_equal(rotations(person), before)


def test_a_scene_that_is_switched_while_a_motion_is_made(bpy, panel, person, other) -> None:
    from motionclip_blender.core.recipe.recipe import Recipe
    from motionclip_blender.ui.generate import generation

    wanted = generation.request(bpy.context.scene, person, Recipe.of_prompt("walk", 60))
    result = generation.make(SESSION.engine(ModelChoice()), wanted, SESSION.known)
    bpy.context.window.scene = other
    action = generation.key(wanted, result)
    assert tuple(action.frame_range) == (1, 60)
    assert generation.scene_of(wanted) != other
    again = generation.request(generation.scene_of(wanted), person, Recipe.of_prompt("run", 60), action=action)
    generation.key(again, generation.make(SESSION.engine(ModelChoice()), again, SESSION.known))
    assert tuple(action.frame_range) == (1, 60)
    bpy.data.scenes.remove(generation.scene_of(wanted))
    with pytest.raises(UserError, match="scene was deleted"):
        generation.scene_of(wanted)
