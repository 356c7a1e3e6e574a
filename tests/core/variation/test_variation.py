"""Variations of a prompt: seed 0 is the prompt's own motion, the same seed the same one, and the meaning is kept."""

from __future__ import annotations

import subprocess
import sys

import numpy as np
import pytest

from motionclip_blender.core.engine import Engine
from motionclip_blender.core.errors import UserError
from motionclip_blender.core.latents.expression import Expression
from motionclip_blender.core.measure import measured_side, measured_travel
from motionclip_blender.core.recipe.codec import from_json, to_json
from motionclip_blender.core.recipe.make import Made, make, variation_recipes
from motionclip_blender.core.recipe.plan import PromptPlan
from motionclip_blender.core.recipe.recipe import Recipe
from motionclip_blender.core.recipe.sum import Sum
from motionclip_blender.core.variation.kin import kin_of
from motionclip_blender.core.variation.sampling import MOST_SEED, variation
from training.evaluation import prompt_measures

STEPS = "walks forward, then waves twice with the left hand"


def made(engine: Engine, recipe: Recipe) -> Made:
    return make(engine, recipe, engine.pack.fps)


def apart(engine: Engine, a: Made, b: Made) -> float:
    """Returns the mean distance of the joints, relative to the pelvis, in metres."""
    first, second = (engine.body.posed_joints(one.motion)[:, :22] for one in (a, b))
    return float(np.linalg.norm((first - first[:, :1]) - (second - second[:, :1]), axis=-1).mean())


@pytest.mark.parametrize("recipe", [Recipe.of_prompt("a person walks", 60), Recipe(PromptPlan(STEPS), 120)])
def test_seed_0_is_the_motion_itself_and_others_differ(engine, recipe: Recipe) -> None:
    own, first, second = (made(engine, one) for one in (recipe, *variation_recipes(recipe, 2)))
    assert np.array_equal(own.motion.rotations, first.motion.rotations)
    assert apart(engine, first, second) > 0.02


def test_the_same_seed_gives_the_same_motion_in_another_process(engine) -> None:
    code = (
        "import hashlib\n"
        "from motionclip_blender.core.engine import Engine\n"
        "from motionclip_blender.core.recipe.make import make\n"
        "from motionclip_blender.core.recipe.recipe import Recipe\n"
        "engine = Engine()\n"
        "made = make(engine, Recipe.of_prompt('jumps', 60).varied(5), engine.pack.fps)\n"
        "print(hashlib.sha256(made.motion.rotations.tobytes()).hexdigest())\n"
    )
    once, again = (subprocess.run([sys.executable, "-c", code], capture_output=True, text=True) for _ in range(2))
    assert once.returncode == 0 and once.stdout.strip() and once.stdout == again.stdout


def test_the_order_in_which_variations_are_made_does_not_matter(engine) -> None:
    recipe = Recipe.of_prompt("dances salsa", 60)
    forward = [made(engine, recipe.varied(seed)).latent for seed in (1, 2, 3)]
    backward = [made(Engine(), recipe.varied(seed)).latent for seed in (3, 2, 1)]
    assert all(np.array_equal(a, b) for a, b in zip(forward, reversed(backward), strict=True))


def test_many_seeds_differ_from_each_other(engine) -> None:
    latents = [made(engine, Recipe.of_prompt("sneak", 20).varied(seed)).latent for seed in range(8)]
    assert len({latent.tobytes() for latent in latents}) == 8


@pytest.mark.parametrize("side", ["left", "right"])
@pytest.mark.parametrize("seed", [1, 2, 3])
def test_a_side_that_was_asked_for_is_kept(engine, side: str, seed: int) -> None:
    one = made(engine, Recipe.of_prompt(f"waves with the {side} hand", 60).varied(seed))
    found, more = measured_side(one.motion, engine.body, "arm")
    assert found == side and more > 0.05


def test_counts_and_ways_of_steps_are_kept(engine) -> None:
    for seed in (1, 2):
        jumps = made(engine, Recipe(PromptPlan("jumps three times"), 120).varied(seed))
        joints = engine.body.posed_joints(jumps.motion)[:, :22].astype(float)
        assert prompt_measures.count(joints, jumps.motion.fps, "jump") == 3
        way, _ = measured_travel(made(engine, Recipe(PromptPlan("walks backward"), 60).varied(seed)).motion)
        assert abs(abs(way) - 180) < 30


def test_kin_have_the_class_the_way_and_the_end_of_the_motion(engine) -> None:
    index, retrieval = engine.wordings, engine.retrieval
    for prompt in ("a person walks", "walks backward", "falls over", "strafe left", "waves with the right hand"):
        (latent,) = engine.prompt_latents([prompt])
        motion = int(retrieval.motions[index.alike(latent[None])[0].argmax()])
        kin = kin_of(index, retrieval, latent, motion, sided="left" in prompt or "right" in prompt)
        asked = index.facts[motion]
        assert kin[0].motion == motion and not kin[0].mirrored and len(set(kin)) == len(kin)
        for one in kin:
            facts = index.facts[one.motion]
            assert retrieval.classes[one.motion] == retrieval.classes[motion] and facts.after == asked.after
            assert (facts.travel is None) == (asked.travel is None)


@pytest.mark.parametrize("content", [Sum.of_prompt("jumps"), PromptPlan(STEPS, takes=("", "waves both hands"))])
def test_recipes_keep_the_seed(content) -> None:
    recipe = Recipe(content, 60)
    assert from_json(to_json(recipe.varied(7))) == recipe.varied(7) != recipe
    assert "seed" not in to_json(recipe)  # what was written before reads it
    assert recipe.varied(7).content.description != recipe.content.description
    assert recipe.varied(7).varied(0) == recipe


def test_what_cannot_be_varied_is_refused(engine) -> None:
    recipe = Recipe.of_prompt("jumps", 60)
    for seed in (-1, MOST_SEED + 1):
        with pytest.raises(UserError, match="number of a variation"):
            recipe.varied(seed)
    for count in (-1, 0, 1, 9, 1000):
        with pytest.raises(UserError, match="2 to 8"):
            variation_recipes(recipe, count)
    with pytest.raises(UserError, match="prompt alone"):
        Recipe(Sum(Expression.typed('"jump" + "walk"')), 60).varied(1)
    with pytest.raises(UserError, match="prompt alone"):
        recipe.varied(1).straight()
    with pytest.raises(UserError, match="cannot be read"):
        from_json(to_json(recipe.varied(3)).replace('"seed": 3', '"seed": 3.5'))
    with pytest.raises(UserError):
        from_json(to_json(recipe.varied(3)).replace('"seed": 3', '"seed": -3'))


def test_a_pack_without_wordings_says_so(engine, monkeypatch) -> None:
    bare = Engine()
    monkeypatch.setattr(type(bare), "retrieval", property(lambda self: None))
    with pytest.raises(UserError, match="around which variations are sampled"):
        variation(bare, np.zeros(bare.pack.latent, np.float32), 1)


def test_a_sample_that_is_broken_is_taken_back(engine, monkeypatch) -> None:
    from motionclip_blender.core.variation import sampling

    recipe = Recipe.of_prompt("meditates", 60)
    near = made(Engine(), recipe.varied(1))
    monkeypatch.setattr(sampling, "_SPREAD", 30.0)  # so far off that no motion of it is a person's
    far = made(Engine(), recipe.varied(1))
    assert np.linalg.norm(far.latent - near.latent) < 3 * np.linalg.norm(near.latent)
    assert apart(engine, near, far) < 0.25
