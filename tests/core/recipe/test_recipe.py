"""Recipes: what they take, how they are kept, and the motions they make."""

from __future__ import annotations

import json
from dataclasses import replace

import numpy as np
import pytest

from motionclip_blender.core.errors import ExpressionError, UserError
from motionclip_blender.core.latents.sources import Material, source_latents
from motionclip_blender.core.latents.terms import ActionName, Prompt
from motionclip_blender.core.latents.window_pooling import WindowPooling
from motionclip_blender.core.recipe.recipe import Made, Recipe, check_length, decoded, make, stop_recipes, stops
from tests.synthetic import angle_between, random_motion

WALK, WAVE = '"a person walks"', '"a person waves"'


def blend(**more) -> Recipe:
    return Recipe(WALK, 48, "blend", WAVE, **more)


def apart(a: Made, b: Made) -> float:
    """Largest difference of two motions, in radians."""
    return float(angle_between(a.motion.rotations, b.motion.rotations).max())


# --- what is asked for


@pytest.mark.parametrize(
    ("values", "sentence"),
    [
        ({"first": ""}, "expression is empty"),
        ({"first": '"walk" /'}, "latents are not divided"),
        ({"frames": 1}, "2 to 1,200 frames"),
        ({"frames": 5000}, "2 to 1,200 frames"),
        ({"way": "guess"}, "A motion is made as sum, blend, travel or mask"),
        ({"second": WAVE}, "A sum is made of one expression"),
        ({"way": "blend"}, "A sum is made of one expression"),
        ({"way": "blend", "second": '"wave'}, "never closed"),
        ({"way": "blend", "second": WAVE, "factor": 1.5}, "between 0 and 1, not 1.5"),
        ({"way": "blend", "second": WAVE, "factor": float("nan")}, "between 0 and 1, not nan"),
        ({"way": "travel", "second": WAVE, "factors": (0.0, 1.0)}, "needs as many factors, not 2"),
    ],
)
def test_what_cannot_be_made_is_refused_at_once(values, sentence) -> None:
    with pytest.raises(UserError, match=sentence):
        Recipe(**{"first": WALK, "frames": 60} | values)


def test_a_mistake_in_an_expression_has_its_place() -> None:
    with pytest.raises(ExpressionError) as caught:
        Recipe('"walk" + 0.7 * ("old" / 2)', 60)
    assert caught.value.at == 23


def test_a_prompt_alone() -> None:
    recipe = Recipe.of_prompt('  a person says "hi"\n', 60)
    assert recipe.prompt == recipe.title == 'a person says "hi"'
    assert recipe.terms[0].source == Prompt('a person says "hi"')
    assert Recipe(f"0.5 * {WALK}", 60).prompt == ""


@pytest.mark.parametrize(
    ("recipe", "title"),
    [
        (Recipe('"jump" + 0.7 * ("old" - "walk") + 2 * {sad}', 60), "jump + old - walk + sad"),
        (Recipe('-2 * [Walk [2]]] + image("/some/a b.png")', 60), "- Walk [2] + a b.png"),
        (blend(factor=0.3), "a person walks ↔ a person waves"),
        (Recipe(WALK, 60, "travel", 'latent("x")'), "a person walks → x"),
        (Recipe(WAVE, 60, "mask", WALK), "a person waves / a person walks"),
    ],
)
def test_titles_have_no_numbers(recipe, title) -> None:
    assert recipe.title == title


def test_recipes_of_the_same_sources_are_told_from_others() -> None:
    one = Recipe('"jump" + 0.7 * {sad}', 60)
    assert one.sources == Recipe('0.1 * "jump" - 3 * {sad}', 30).sources
    assert one.sources != Recipe('"jump" + 0.7 * {old}', 60).sources
    assert blend().sources == blend(factor=0.9).sources != replace(blend(), way="travel").sources


# --- kept in an Action


@pytest.mark.parametrize(
    "recipe",
    [
        Recipe.of_prompt("Ä person “waves”", 60),
        blend(factor=0.123456, spherical=True, reading=WindowPooling("frame", 12), loop=True, in_place=True),
        Recipe(WALK, 3, "travel", WAVE, factors=(0.0, 0.25, 1.0)),
    ],
)
def test_a_recipe_is_kept_in_one_line(recipe) -> None:
    text = recipe.to_json()
    assert "\n" not in text
    assert Recipe.from_json(text) == recipe


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
        Recipe.from_json(text)


# --- making


@pytest.mark.parametrize("fps", [24, 29.97, 30, 60, 120])
@pytest.mark.parametrize("loop", [False, True])
def test_a_motion_is_exactly_as_long_as_asked_for(engine, fps, loop) -> None:
    for frames in (2, 47, 60):
        made = make(engine, Recipe.of_prompt("a person walks", frames, loop=loop), fps)
        assert (len(made.motion), made.motion.fps) == (frames, fps)


def test_a_motion_that_would_be_too_long_at_the_packs_rate(engine) -> None:
    with pytest.raises(UserError, match="At 24 frames per second 1,200 frames are too long; ask for 960 or fewer"):
        check_length(engine, Recipe.of_prompt("walk", 1200), 24)


def test_a_blend_begins_and_ends_with_its_sources(engine) -> None:
    alone = [make(engine, Recipe(source, 48), 30) for source in (WALK, WAVE)]
    ends = [make(engine, blend(factor=factor), 30) for factor in (0.0, 1.0)]
    assert max(apart(a, b) for a, b in zip(alone, ends, strict=True)) < 1e-3
    middle = make(engine, blend(factor=0.5), 30)
    assert min(apart(middle, end) for end in ends) > 0.1
    assert np.allclose(middle.latent, engine.motion_latents([end.latent for end in ends]).mean(axis=0), atol=1e-5)


def test_stops_are_the_blends_at_their_factors(engine) -> None:
    recipe = blend(reading=WindowPooling("first"))
    latents = source_latents(engine, recipe.terms)
    made = stops(engine, recipe, latents, 24, 5)
    recipes = stop_recipes(recipe, 5)
    assert [one.factor for one in recipes] == [0, 0.25, 0.5, 0.75, 1]
    for one, stop in zip(recipes, made, strict=True):
        assert apart(stop, decoded(engine, one, latents, 24)) < 1e-3
        assert len(stop.motion) == 48 and stop.pack == made[0].pack


def test_a_travelling_blend_begins_as_a_and_ends_as_b(engine) -> None:
    travel = Recipe(WALK, 48, "travel", WAVE)
    made, start, end = (make(engine, one, 30) for one in (travel, Recipe(WALK, 48), Recipe(WAVE, 48)))
    body = slice(1, 22)
    assert angle_between(made.motion.rotations[0, body], start.motion.rotations[0, body]).max() < 0.35
    assert angle_between(made.motion.rotations[-1, body], end.motion.rotations[-1, body]).max() < 0.35
    assert made.latent is None
    assert np.abs(np.diff(made.motion.translation, axis=0)).max() < 0.15


def test_factors_say_where_a_travelling_blend_is(engine) -> None:
    latents = source_latents(engine, blend().terms)

    def made(factors: tuple[float, ...]) -> Made:
        return decoded(engine, Recipe(WALK, 48, "travel", WAVE, factors=factors), latents, 24)

    assert apart(made((1.0,) * 48), decoded(engine, Recipe(WAVE, 48), latents, 24)) < 1e-2
    assert apart(made((0.0,) * 48), made((1.0,) * 48)) > 0.1


def test_a_mask_takes_the_legs_from_below(engine) -> None:
    upper, lower = make(engine, Recipe(WAVE, 48), 30), make(engine, Recipe(WALK, 48), 30)
    made = make(engine, Recipe(WAVE, 48, "mask", WALK), 30)
    assert np.allclose(made.motion.rotations[:, 1:3], lower.motion.rotations[:, 1:3], atol=1e-4)
    assert np.allclose(made.motion.rotations[:, 16:22], upper.motion.rotations[:, 16:22], atol=1e-4)


def test_in_place_and_loop_are_done_for_every_way(engine) -> None:
    for way, second in (("sum", ""), ("blend", WAVE), ("travel", WAVE), ("mask", WALK)):
        recipe = Recipe('"a person runs"', 60, way, second, loop=True, in_place=True)
        motion = make(engine, recipe, 30).motion
        path = motion.translation[:, [0, 2]]
        assert np.linalg.norm(path[-1] - path[0]) < 0.2
        step = angle_between(motion.rotations[1:, 1:22], motion.rotations[:-1, 1:22]).max()
        seam = angle_between(motion.rotations[0, 1:22], motion.rotations[-1, 1:22]).max()
        assert seam < 1.5 * step


def test_a_motion_is_a_source_by_its_name(engine) -> None:
    material = Material(motions={"mine": random_motion(200, fps=25, size=0.1)})
    made = make(engine, Recipe("[mine] + 1.5 * {sad}", 30, reading=WindowPooling("typical")), 30, material)
    assert len(made.motion) == 30
    with pytest.raises(ExpressionError, match='At character 10: there is no Action "other"'):
        make(engine, Recipe("[mine] + [other]", 30), 30, material)
    assert Recipe("[mine]", 30).terms[0].source == ActionName("mine")
