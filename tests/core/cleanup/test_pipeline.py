"""The one clean-up of motions: lengths and rates, loops of all kinds, and the body that is keyed."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from motionclip_blender.core.body import Body
from motionclip_blender.core.cleanup.loop import closed, repeated
from motionclip_blender.core.cleanup.pipeline import CleanUp, motions_of
from motionclip_blender.core.cleanup.windows import joined
from motionclip_blender.core.engine import Engine
from motionclip_blender.core.errors import UserError
from motionclip_blender.core.modifiers.upper_body import masked
from motionclip_blender.core.motion import Motion
from motionclip_blender.core.recipe.interpolation import interpolate
from motionclip_blender.core.recipe.make import make
from motionclip_blender.core.recipe.recipe import Recipe
from motionclip_blender.core.skeleton import INDEX
from tests.synthetic import angle_between


@pytest.mark.parametrize("loop", [False, True])
@pytest.mark.parametrize("frames", [2, 47, 300])
def test_lengths_and_rates(engine: Engine, frames: int, loop: bool):
    latent = engine.prompt_latents(["a person walks"])[0]
    for fps in (24, 29.97, 60):
        clean_up = CleanUp(engine.pack, engine.body, frames, fps, loop)
        (motion,) = joined(engine, [latent], clean_up.decoded_length)
        assert len(motion) == clean_up.decoded_length
        assert (clean_up.decoded_length > clean_up.length) if loop else (clean_up.decoded_length == clean_up.length)
        assert (len(found := clean_up(motion, choose=True)), found.fps) == (frames, fps)


def test_the_engine_decodes_and_nothing_else(engine: Engine):
    """Its motions are the network's own numbers: the first frame at the origin, fingers stretched."""
    latents = engine.prompt_latents(["a person walks", "a person waves"])
    raw, clean = engine.decode(latents, 60), motions_of(engine, latents, 60)
    for one, other in zip(raw, clean, strict=True):
        assert (one.translation[0] == 0).all() and (one.rotations[:, 25:, 0] == 1).all()
        assert np.abs(other.rotations[:, 25:, 0]).min() < 0.999
        assert angle_between(one.rotations[:, 12:22], other.rotations[:, 12:22]).max() < 1e-3
    with pytest.raises(UserError, match="A latent of this pack is"):
        engine.decode(latents[:, :3], 60)


def slide(motion: Motion, body: Body) -> float:
    """m/s: mean speed over the ground of the slower of the feet that are on the floor."""
    feet = body.posed_joints(motion)[:, [INDEX["left_foot"], INDEX["right_foot"]]].astype(np.float64)
    speeds = np.linalg.norm(np.gradient(feet[..., [0, 2]], axis=0), axis=-1) * motion.fps
    stands = feet[..., 1] - np.percentile(feet[..., 1].min(axis=1), 5) < 0.03
    slower = np.where(stands, speeds, np.inf).min(axis=1)
    return float(slower[np.isfinite(slower)].mean())


def test_feet_slide_less_in_loops_that_are_put_together(engine: Engine):
    """Than where feet are held first, and the motion is closed then."""
    does = ["walks forward", "waves with the right hand", "runs", "dances"]
    latents = engine.prompt_latents([f"a person {one}" for one in does])
    apart = CleanUp(engine.pack, engine.body, 60, 30.0)
    now, before = [], []
    for a, b in ((1, 0), (2, 3), (0, 2), (3, 0)):
        for motion in (masked(*joined(engine, latents[[a, b]], 60)), interpolate(engine, *latents[[a, b]], 60)):
            now.append(slide(repeated(replace(apart, loop=True)(motion), 2), engine.body))
            before.append(slide(repeated(closed(apart(motion)), 2), engine.body))
    assert np.mean(now) < 0.85 * np.mean(before)


@pytest.mark.parametrize("size", [0.75, 1.3])
def test_feet_of_another_body_stand_as_its_own_legs_say(engine: Engine, open_body: Body, size: float):
    body = replace(open_body, template=open_body.template * np.float32(size))
    slides = []
    for does in ("walks forward", "walks backwards", "runs", "dances"):
        recipe = Recipe.of_prompt(f"a person {does}", 90)
        own, other = (make(engine, recipe, 30, body=one).motion for one in (open_body.fitted_to(body.joints()), None))
        slides.append((slide(own, body), slide(other, body)))
        assert np.abs(np.percentile(body.lowest(own), 5)) < 0.02
    own, other = np.mean(slides, axis=0)
    assert own < 0.8 * other
