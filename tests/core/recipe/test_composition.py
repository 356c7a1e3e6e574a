"""The upper body of one motion over the lower body of another."""

from __future__ import annotations

import numpy as np

from motionclip_blender.core.cleanup.pipeline import motions_of
from motionclip_blender.core.engine import Engine
from motionclip_blender.core.latents.expression import Expression
from motionclip_blender.core.latents.sources import latent_of
from motionclip_blender.core.latents.terms import ActionName, Prompt
from motionclip_blender.core.modifiers.upper_body import LOWER_BODY, masked
from motionclip_blender.core.recipe.composition import composed_sum
from motionclip_blender.core.recipe.make import generate
from motionclip_blender.core.skeleton import INDEX, JOINTS
from tests.synthetic import angle_between, random_motion

LEGS = [INDEX[name] for name in LOWER_BODY]
REST = [i for i in range(len(JOINTS)) if i not in LEGS]


def test_the_mask_takes_each_half_from_its_own_motion():
    upper, lower = random_motion(50, seed=1), random_motion(40, seed=2)
    found = masked(upper, lower)
    assert len(found) == 40
    assert np.allclose(found.rotations[:, LEGS], lower.rotations[:, LEGS], atol=1e-6)
    assert np.allclose(found.rotations[:, REST], upper.rotations[:40, REST], atol=1e-6)
    assert np.array_equal(found.translation, lower.translation)
    assert {"left_knee", "right_foot", "pelvis"} <= set(LOWER_BODY) and not {"spine1", "left_hip"} <= set(LOWER_BODY)


def test_rates_are_made_equal():
    found = masked(random_motion(100, 60.0), random_motion(40, 30.0))
    assert len(found) == 40 and found.fps == 30.0


def test_the_terms_are_the_papers_equation():
    drink, walk = Expression.of(Prompt("drink")), Expression.of(ActionName("Walk"))
    assert str(composed_sum(drink, walk).expression) == '[Walk] + "drink" - "a person stands"'
    assert str(composed_sum(drink, walk, 0.5).expression) == '[Walk] + 0.5 * "drink" - 0.5 * "a person stands"'


def test_walking_while_waving_by_mask(engine: Engine):
    wave, walk = generate(engine, "a person waves", 60), generate(engine, "a person walks", 60)
    found = masked(wave, walk)
    assert np.allclose(np.diff(found.translation, axis=0), np.diff(walk.translation, axis=0), atol=1e-6)
    arm = INDEX["right_elbow"]
    assert angle_between(found.rotations[:, arm], wave.rotations[:, arm]).max() < 1e-3


def test_by_arithmetic_the_motion_is_another_than_either(engine: Engine):
    walk, wave = Prompt("a person walks"), Prompt("a person waves with the right hand")
    latent = latent_of(engine, composed_sum(Expression.of(wave), Expression.of(walk)).terms)
    both, alone = motions_of(engine, np.stack((latent, engine.prompt_latents([walk.text])[0])), 60)
    assert angle_between(both.rotations[:, :22], alone.rotations[:, :22]).mean() > np.radians(3)
    assert len(both) == 60
