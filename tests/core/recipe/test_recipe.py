"""Recipes: what they take, and the motions they make."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from motionclip_blender.core import rotations as rot
from motionclip_blender.core.cleanup.mixing import mixed
from motionclip_blender.core.cleanup.pipeline import CleanUp
from motionclip_blender.core.cleanup.windows import joined
from motionclip_blender.core.errors import ExpressionError, UserError
from motionclip_blender.core.latents import arithmetic, sources
from motionclip_blender.core.latents.expression import Expression
from motionclip_blender.core.latents.sources import Inputs, source_latents
from motionclip_blender.core.latents.terms import ActionName, Prompt
from motionclip_blender.core.latents.window_pooling import WindowPooling
from motionclip_blender.core.recipe.blend import Blend
from motionclip_blender.core.recipe.make import Made, check_length, decoded, generate, make, stop_recipes, stops
from motionclip_blender.core.recipe.mask import Mask
from motionclip_blender.core.recipe.recipe import Recipe
from motionclip_blender.core.recipe.sum import Sum
from motionclip_blender.core.recipe.travel import Travel
from tests.synthetic import angle_between, random_motion

WALK, WAVE = '"a person walks"', '"a person waves"'


def expressions(*texts: str) -> tuple[Expression, ...]:
    return tuple(map(Expression.typed, texts))


def summed(text: str, frames: int = 48, **more) -> Recipe:
    return Recipe(Sum(Expression.typed(text)), frames, **more)


def blend(**more) -> Recipe:
    return Recipe(Blend(*expressions(WALK, WAVE), **more), 48)


def apart(a: Made, b: Made) -> float:
    """Largest difference of two motions, in radians."""
    return float(angle_between(a.motion.rotations, b.motion.rotations).max())


# --- what is asked for


@pytest.mark.parametrize(
    ("make_it", "sentence"),
    [
        (lambda: summed(""), "expression is empty"),
        (lambda: summed('"walk" /'), "latents are not divided"),
        (lambda: summed(WALK, 1), "2 to 3,600 frames"),
        (lambda: summed(WALK, 5000), "2 to 3,600 frames"),
        (lambda: Sum(Expression(())), "has 1 to 256 terms, not 0"),
        (lambda: Blend(*expressions(WALK, '"wave')), "never closed"),
        (lambda: blend(factor=1.5), "between 0 and 1, not 1.5"),
        (lambda: blend(factor=float("nan")), "between 0 and 1, not nan"),
        (lambda: Travel(*expressions(WALK, WAVE), factors=(0.0, -1.0)), "between 0 and 1, not -1"),
        (lambda: Recipe(Travel(*expressions(WALK, WAVE), factors=(0.0, 1.0)), 60), "needs as many factors, not 2"),
    ],
)
def test_what_cannot_be_made_is_refused_at_once(make_it, sentence) -> None:
    with pytest.raises(UserError, match=sentence):
        make_it()


def test_a_mistake_in_an_expression_has_its_place() -> None:
    with pytest.raises(ExpressionError) as caught:
        summed('"walk" + 0.7 * ("old" / 2)', 60)
    assert caught.value.at == 23


def test_a_prompt_alone() -> None:
    recipe = Recipe.of_prompt('  a person says "hi"\n', 60)
    assert recipe.prompt == recipe.title == 'a person says "hi"'
    assert recipe.terms[0].source == Prompt('a person says "hi"')
    assert recipe.content.expression.text == ""  # nobody has typed an expression
    assert summed(f"0.5 * {WALK}").prompt == ""


@pytest.mark.parametrize(
    ("content", "title", "description"),
    [
        (summed('"jump" + 0.7 * ("old" - "walk") + 2 * {sad}').content, "jump + old - walk + sad",
         '"jump" + 0.7 * ("old" - "walk") + 2 * {sad}'),
        (summed('-2 * [Walk [2]]] + image("/some/a b.png")').content, "- Walk [2] + a b.png",
         '-2 * [Walk [2]]] + image("/some/a b.png")'),
        (Sum.of_prompt("a person walks"), "a person walks", "“a person walks”"),
        (blend(factor=0.3).content, "a person walks ↔ a person waves", f"{WALK} ↔ {WAVE}, 0.30 of the way"),
        (Travel(*expressions(WALK, 'latent("x")')), "a person walks → x", f'{WALK} → latent("x"), over time'),
        (Mask(*expressions(WAVE, WALK)), "a person waves / a person walks", f"{WAVE} over {WALK}"),
    ],
)  # fmt: skip
def test_titles_have_no_numbers_and_descriptions_have(content, title, description) -> None:
    assert (content.title, content.description) == (title, description)


def test_recipes_of_the_same_sources_are_told_from_others() -> None:
    one = summed('"jump" + 0.7 * {sad}', 60).content
    assert one.sources == summed('0.1 * "jump" - 3 * {sad}', 30).content.sources
    assert one.sources != summed('"jump" + 0.7 * {old}', 60).content.sources
    ends = expressions(WALK, WAVE)
    assert Blend(*ends).sources == Blend(*ends, factor=0.9).sources != Travel(*ends).sources


def test_only_what_a_user_typed_has_characters_to_name() -> None:
    (both,) = expressions(f"{WALK} + {WAVE}")
    assert Sum(both).typed
    assert not Sum(Expression(both.terms)).typed and not Sum(*expressions(WALK)).typed and not Blend(both, both).typed


def test_another_length_and_other_names() -> None:
    ends = expressions("[Walk] + {sad}", WAVE)
    travel = Recipe(Travel(*ends, factors=(0.0, 0.5, 1.0)), 3, in_place=True)
    assert travel.lasting(3) == travel
    assert travel.lasting(4) == Recipe(Travel(*ends), 4, in_place=True)
    renamed = travel.renamed({ActionName("Walk"): ActionName("Run")}).content
    assert (str(renamed.start), renamed.end, renamed.factors) == ("[Run] + {sad}", ends[1], (0.0, 0.5, 1.0))


# --- making


@pytest.mark.parametrize("fps", [24, 29.97, 30, 60, 120])
@pytest.mark.parametrize("loop", [False, True])
def test_a_motion_is_exactly_as_long_as_asked_for(engine, fps, loop) -> None:
    for frames in (2, 47, 60):
        made = make(engine, Recipe.of_prompt("a person walks", frames, loop=loop), fps)
        assert (len(made.motion), made.motion.fps) == (frames, fps)


def test_a_motion_that_would_be_too_long_at_the_packs_rate(engine) -> None:
    with pytest.raises(UserError, match="At 24 frames per second 3,600 frames are too long; ask for 2,880 or fewer"):
        check_length(engine, Recipe.of_prompt("walk", 3600), 24)


def test_a_blend_begins_and_ends_with_its_sources(engine) -> None:
    alone = [make(engine, summed(source), 30) for source in (WALK, WAVE)]
    ends = [make(engine, blend(factor=factor), 30) for factor in (0.0, 1.0)]
    assert max(apart(a, b) for a, b in zip(alone, ends, strict=True)) < 1e-3
    middle = make(engine, blend(factor=0.5), 30)
    assert min(apart(middle, end) for end in ends) > 0.1
    assert np.allclose(
        middle.latent, engine.motion_latents([end.latent for end in ends], played=True).mean(axis=0), atol=1e-5
    )


def test_stops_are_the_blends_at_their_factors(engine) -> None:
    recipe = replace(blend(), pooling=WindowPooling("first"))
    latents = source_latents(engine, recipe.terms)
    made = stops(engine, recipe, latents, 24, 5)
    recipes = stop_recipes(recipe, 5)
    assert [one.content.factor for one in recipes] == [0, 0.25, 0.5, 0.75, 1]
    for one, stop in zip(recipes, made, strict=True):
        assert apart(stop, decoded(engine, one, latents, 24)) < 1e-3
        assert len(stop.motion) == 48 and stop.pack == made[0].pack


def test_a_travelling_blend_begins_as_a_and_ends_as_b(engine) -> None:
    travel = Recipe(Travel(*expressions(WALK, WAVE)), 48)
    made, start, end = (make(engine, one, 30) for one in (travel, summed(WALK), summed(WAVE)))
    body = slice(1, 22)
    assert angle_between(made.motion.rotations[0, body], start.motion.rotations[0, body]).max() < 0.35
    assert angle_between(made.motion.rotations[-1, body], end.motion.rotations[-1, body]).max() < 0.35
    assert made.latent is None
    assert np.abs(np.diff(made.motion.translation, axis=0)).max() < 0.15


def test_factors_say_where_a_travelling_blend_is(engine) -> None:
    latents = source_latents(engine, blend().terms)

    def made(factors: tuple[float, ...]) -> Made:
        return decoded(engine, Recipe(Travel(*expressions(WALK, WAVE), factors), 48), latents, 24)

    assert apart(made((1.0,) * 48), decoded(engine, summed(WAVE), latents, 24)) < 1e-2
    assert apart(made((0.0,) * 48), made((1.0,) * 48)) > 0.1


def test_a_mask_takes_the_legs_from_below(engine) -> None:
    upper, lower = make(engine, summed(WAVE), 30), make(engine, summed(WALK), 30)
    made = make(engine, Recipe(Mask(*expressions(WAVE, WALK)), 48), 30)
    assert np.allclose(made.motion.rotations[:, 1:3], lower.motion.rotations[:, 1:3], atol=1e-4)
    assert np.allclose(made.motion.rotations[:, 16:22], upper.motion.rotations[:, 16:22], atol=1e-4)


def test_in_place_and_loop_are_done_for_every_kind(engine) -> None:
    run, wave, walk = expressions('"a person runs"', WAVE, WALK)
    for content in (Sum(run), Blend(run, wave), Travel(run, wave), Mask(run, walk)):
        motion = make(engine, Recipe(content, 60, loop=True, in_place=True), 30).motion
        path = motion.translation[:, [0, 2]]
        assert np.linalg.norm(path[-1] - path[0]) < 0.2
        step = angle_between(motion.rotations[1:, 1:22], motion.rotations[:-1, 1:22]).max()
        seam = angle_between(motion.rotations[0, 1:22], motion.rotations[-1, 1:22]).max()
        assert seam < 1.5 * step


def test_a_motion_is_a_source_by_its_name(engine) -> None:
    inputs = Inputs(motions={"mine": random_motion(200, fps=25, size=0.1)})
    made = make(engine, summed("[mine] + 1.5 * {sad}", 30, pooling=WindowPooling("typical")), 30, inputs)
    assert len(made.motion) == 30
    with pytest.raises(ExpressionError, match='At character 10: there is no Action "other"'):
        make(engine, summed("[mine] + [other]", 30), 30, inputs)
    assert summed("[mine]").terms[0].source == ActionName("mine")


NEAR = 0.001


def disturbed(engine, prompt: str, seed: int):
    """A motion that the decoder would not make: its encoder's latent decodes to another one."""
    motion = generate(engine, prompt, 60)
    turns = np.random.default_rng(seed).normal(scale=0.02, size=(60, 55, 3)).cumsum(axis=0)
    return replace(motion, rotations=rot.quat_multiply(motion.rotations.astype(float), rot.axis_angle_to_quat(turns)))


@pytest.mark.parametrize("spherical", [False, True])
def test_a_blend_of_actions_is_between_their_own_latents(engine, spherical: bool):
    inputs = Inputs(motions={"A": disturbed(engine, "a person walks", 0), "B": disturbed(engine, "dance", 1)})
    recipe = Recipe(Blend(*expressions("[A]", "0.5 * [A] + 0.5 * [B]"), 0.5, spherical), 60)
    latents = source_latents(engine, recipe.terms, inputs)
    start, end = (sources.summed(engine, expression.terms, latents) for expression in recipe.content.expressions)
    assert np.allclose(start, engine.encode(inputs.motions["A"]), atol=1e-5)
    between = recipe.content.latents_at(engine, latents, np.linspace(0, 1, 9))
    assert np.allclose(between, arithmetic.blend(start, end, np.linspace(0, 1, 9), spherical), atol=1e-5)
    travel = Recipe(Travel(*recipe.content.expressions, spherical=spherical), 60)
    stops_of_travel = joined(engine, between, 60)
    expected = CleanUp(engine.pack, engine.body, 60, 30)(mixed(stops_of_travel, np.linspace(0, 1, 60) * 8))
    assert angle_between(decoded(engine, travel, latents, 30).motion.rotations, expected.rotations).max() < 1e-2


@pytest.mark.parametrize("kind", ["actions", "prompts", "a prompt and an action"])
def test_a_blend_does_not_jump_at_its_ends(engine, kind: str):
    prompts = ["dance ballet", "jogging"]
    inputs = Inputs(motions={text: disturbed(engine, text, i) for i, text in enumerate(prompts)})
    texts = [f"[{prompts[0]}]" if "action" in kind else f'"{prompts[0]}"', f'"{prompts[1]}"']
    if kind == "actions":
        texts[1] = f"[{prompts[1]}]"
    ends = expressions(*texts)
    latents = source_latents(engine, Recipe(Blend(*ends), 60).terms, inputs)
    places = {}
    for factor in (0.0, NEAR, 1 - NEAR, 1.0):
        joints = engine.body.posed_joints(decoded(engine, Recipe(Blend(*ends, factor), 60), latents, 30).motion)[:, :22]
        places[factor] = joints - joints[:, :1]
    for end, beside in ((0.0, NEAR), (1.0, 1 - NEAR)):
        assert np.linalg.norm(places[end] - places[beside], axis=-1).mean() < 0.002, "metres"
