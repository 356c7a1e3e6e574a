"""Recipes as text: what is written, what is read of this and of former versions, and what is refused."""

from __future__ import annotations

import json
from dataclasses import fields

import pytest

from motionclip_blender.core.errors import UserError
from motionclip_blender.core.latents.expression import Expression
from motionclip_blender.core.latents.terms import ActionName, ImageFile, Prompt, SavedLatent, StyleName, Term
from motionclip_blender.core.latents.window_pooling import WindowPooling
from motionclip_blender.core.recipe.blend import Blend
from motionclip_blender.core.recipe.codec import CONTENTS, from_json, to_json
from motionclip_blender.core.recipe.mask import Mask
from motionclip_blender.core.recipe.plan import PromptPlan
from motionclip_blender.core.recipe.recipe import Recipe
from motionclip_blender.core.recipe.sum import Sum
from motionclip_blender.core.recipe.travel import Travel

WALK, WAVE = '"a person walks"', '"a person waves"'
UNREADABLE = "What this motion was made from cannot be read; make it anew"
EVERY_SOURCE = (
    Prompt('a person says "hi"'), ActionName("Walk [2]"), ImageFile("/some/a b.png"), SavedLatent("mine"),
    StyleName("sad"),
)  # fmt: skip
walk, wave = Expression.of(Prompt("a person walks")), Expression.of(Prompt("a person waves"))


@pytest.mark.parametrize(
    "recipe",
    [
        Recipe.of_prompt("Ä person “waves”", 60),
        Recipe(Sum(Expression.typed('"jump" + 0.7 * ("old" - "walk") + 2 * {sad}')), 60, as_shown=True),
        Recipe(Sum(Expression(tuple(Term(-0.1 * i, source) for i, source in enumerate(EVERY_SOURCE)))), 60),
        Recipe(Blend(walk, wave, 0.123456, True), 60, WindowPooling("frame", 12), loop=True, in_place=True),
        Recipe(Travel(walk, wave, (0.0, 0.25, 1.0), True), 3),
        Recipe(Travel(walk, wave), 3),
        Recipe(Mask(walk, Expression.typed("[x] + {sad}")), 3),
        Recipe(PromptPlan("walks “backward”, then waves\ntwice", guess=True), 240, loop=True),
        Recipe(PromptPlan("walks"), 60, in_place=True),
        Recipe(PromptPlan("walks, then waves", takes=("", "wäves “both” hands")), 60),
    ],
)
def test_a_recipe_is_kept_in_one_line(recipe) -> None:
    text = to_json(recipe)
    assert "\n" not in text
    assert from_json(text) == recipe


def test_no_prompt_is_quoted_unless_a_user_quoted_it() -> None:
    kept = json.loads(to_json(Recipe.of_prompt('say "hi"', 60)))
    assert kept["expression"] == [{"weight": 1.0, "prompt": 'say "hi"'}] and kept["version"] == 2
    typed = json.loads(to_json(Recipe(Sum(Expression.typed("  'hi'*2 ")), 60)))
    assert typed["expression"] == "  'hi'*2 "


def test_fields_of_contents_and_recipes_have_different_names() -> None:
    own = {"version", "content", *(field.name for field in fields(Recipe))}
    for content in CONTENTS.values():
        assert not own & {field.name for field in fields(content)}


# --- version 1


def old(**values) -> str:
    """As 0.4.0 wrote it; 0.3.0 had no `as_shown`."""
    return json.dumps(
        {"first": WALK, "frames": 60, "way": "sum", "second": "", "factor": 0.5, "spherical": False, "factors": [],
         "reading": {"how": "average", "frame": 0}, "loop": False, "in_place": False, "as_shown": False} | values
    )  # fmt: skip


@pytest.mark.parametrize(
    ("values", "recipe"),
    [
        ({}, Recipe.of_prompt("a person walks", 60)),
        ({"first": f"{WALK} + 0.5*{{sad}}"}, Recipe(Sum(Expression.typed(f"{WALK} + 0.5*{{sad}}")), 60)),
        ({"first": "' a  person walks'"}, Recipe(Sum(Expression.typed("' a  person walks'")), 60)),
        ({"way": "blend", "second": WAVE, "factor": 1, "spherical": True}, Recipe(Blend(walk, wave, 1.0, True), 60)),
        ({"way": "travel", "second": WAVE, "frames": 2, "factors": [0, 1.0]}, Recipe(Travel(walk, wave, (0, 1)), 2)),
        ({"way": "mask", "second": WAVE}, Recipe(Mask(walk, wave), 60)),
        ({"reading": {"how": "frame", "frame": 7}, "loop": True, "in_place": True, "as_shown": True},
         Recipe(Sum(walk), 60, WindowPooling("frame", 7), True, True, True)),
    ],
)  # fmt: skip
def test_recipes_of_former_releases_are_read(values, recipe) -> None:
    assert from_json(old(**values)) == recipe
    assert from_json(to_json(from_json(old(**values)))) == recipe


def test_what_a_former_release_left_out_is_what_it_meant() -> None:
    assert from_json(json.dumps({"first": WALK, "frames": 60})) == Recipe.of_prompt("a person walks", 60)


# --- what is refused


@pytest.mark.parametrize(
    "text",
    ["", "{", "null", "[]", "7", '"x"', "{}", '{"first": 3, "frames": 60}', '{"first": "x", "frames": "y"}',
     json.dumps({"first": WALK, "frames": 60, "way": "of the future", "more": 1}),
     json.dumps({"first": WALK, "frames": 60.5}), json.dumps({"first": WALK, "frames": 60, "loop": "no"}),
     json.dumps({"first": WALK, "frames": 60, "reading": 3}), "[" * 100_000,
     *(json.dumps({"first": WALK, "frames": 60, "reading": reading})
       for reading in ({"frame": "x"}, {"frame": True}, {"frame": 1.5}, {"frame": 10**400}, {"how": []}, [], "")),
     *(json.dumps({"first": WALK, "second": WAVE, "way": "blend", "frames": 60, "factor": factor})
       for factor in (True, "0.5", None, [0.5], 10**400, float("nan"))),
     *(json.dumps({"first": WALK, "second": WAVE, "way": "travel", "frames": 2, "factors": factors})
       for factors in ([0, True], ["0", "1"], "01", {"0": 1}, None, 5)),
     json.dumps({"first": [WALK], "frames": 60}), json.dumps({"first": WALK, "frames": 60, "second": None}),
     json.dumps({"first": WALK, "frames": 60, "in_place": 1})],
)  # fmt: skip
def test_what_is_no_recipe_is_said_so(text) -> None:
    with pytest.raises(UserError):
        from_json(text)


@pytest.mark.parametrize(
    "values",
    [{"way": "guess"}, {"way": "blend"}, {"second": WAVE}, {"way": "mask"}, {"more": 1}, {"version": None},
     {"version": True}],
)  # fmt: skip
def test_recipes_of_version_1_that_say_two_things(values) -> None:
    with pytest.raises(UserError, match=UNREADABLE):
        from_json(old(**values))


def new(**values) -> str:
    return json.dumps({"version": 2, "content": "sum", "expression": WALK, "frames": 60} | values)


@pytest.mark.parametrize(
    "values",
    [{"version": 3}, {"version": 2.0}, {"version": "2"}, {"version": True}, {"content": "timeline"}, {"content": 3},
     {"content": ["sum"]}, {"content": {}}, {"content": None}, {"content": "blend"}, {"more": 1}, {"factor": 0.5},
     {"frames": "60"}, {"frames": 60.0}, {"frames": True}, {"loop": 1}, {"pooling": "first"}, {"pooling": {"who": 1}},
     {"pooling": {"frame": True}}, {"content": "plan"},
     {"content": "plan", "prompt": "walks"}, {"expression": 3}, {"expression": None}, {"expression": {}},
     *({"expression": [term]} for term in
       (3, [], {}, {"weight": 1}, {"prompt": "walk"}, {"weight": "1", "prompt": "x"}, {"weight": True, "prompt": "x"},
        {"weight": 1, "prompt": 3}, {"weight": 1, "sound": "x"}, {"weight": 1, "prompt": "x", "action": "y"},
        {"weight": 10**400, "prompt": "x"}))],
)  # fmt: skip
def test_what_this_release_does_not_know_is_said_so(values) -> None:
    assert from_json(new()) == Recipe(Sum(Expression.typed(WALK)), 60)
    with pytest.raises(UserError, match=UNREADABLE):
        from_json(new(**values))


@pytest.mark.parametrize(
    ("values", "sentence"),
    [
        ({"frames": 1}, "2 to 3,600 frames"),
        ({"expression": '"walk'}, "never closed"),
        ({"expression": []}, "has 1 to 256 terms"),
        ({"expression": [{"weight": 1, "prompt": "x"}] * 257}, "has 1 to 256 terms"),
        ({"expression": [{"weight": 11, "prompt": "x"}]}, "weights go from -10 to 10"),
        ({"expression": [{"weight": float("nan"), "prompt": "x"}]}, "weights go from -10 to 10"),
        ({"expression": [{"weight": 1, "action": " "}]}, "is empty"),
        ({"expression": [{"weight": 1, "prompt": "!"}]}, "has no words"),
        ({"pooling": {"how": "guess"}}, "A motion is read as"),
    ],
)
def test_values_that_cannot_be_are_named(values, sentence) -> None:
    with pytest.raises(UserError, match=sentence):
        from_json(new(**values))
