"""Motions longer than a window: what goes on goes on, what is done once is held, and nothing adds up."""

from __future__ import annotations

import numpy as np
import pytest

from motionclip_blender.core.cleanup.windows import joined
from motionclip_blender.core.engine import Engine
from motionclip_blender.core.modifiers.measure import measured_turn
from motionclip_blender.core.recipe.make import generate
from training.evaluation.measures import sliding

LONG = 1200


def joints(engine: Engine, motion) -> np.ndarray:
    return engine.body.posed_joints(motion)[:, :22].astype(np.float64)


@pytest.mark.parametrize("prompt", ["a person walks", "walk", "a man is walking"])
def test_a_long_walk_slides_as_little_as_a_short_one(engine: Engine, prompt: str):
    positions = joints(engine, generate(engine, prompt, LONG))
    slides = [float(sliding(positions[at : at + 60][None], 30)[0]) for at in range(0, LONG - 59, 15)]
    assert max(slides) < 20  # 40 with windows that are faded into each other wherever they end
    assert np.linalg.norm((positions[-1, 0] - positions[0, 0])[[0, 2]]) > 20


@pytest.mark.parametrize("prompt", ["stands still", "idle", "a person waves", "sits"])
def test_who_stays_does_not_drift_or_turn_in_forty_seconds(engine: Engine, prompt: str):
    motion = generate(engine, prompt, LONG)
    place = motion.translation[:, [0, 2]].astype(np.float64)
    assert np.linalg.norm(place[-120:].mean(axis=0) - place[:120].mean(axis=0)) < 0.03
    facing = joints(engine, motion)[:, [1, 2]]  # both hips
    across = (facing[:, 0] - facing[:, 1])[:, [0, 2]]
    angles = np.degrees(np.unwrap(np.arctan2(across[:, 1], across[:, 0])))
    assert abs(angles[-120:].mean() - angles[:120].mean()) < 5


def test_the_end_is_as_quiet_as_the_rest(engine: Engine):
    for prompt in ("a person walks", "stands still", "a person waves"):
        positions = joints(engine, generate(engine, prompt, 400))
        shaken = np.linalg.norm(np.diff(positions, 2, axis=0), axis=-1).mean(axis=1)
        assert shaken[-20:].mean() < 1.3 * shaken.mean()


def test_what_is_done_once_is_held(engine: Engine):
    motion = generate(engine, "a person dies", 600)
    heights = joints(engine, motion)[:, 0, 1]
    assert heights[-1] < 0.4 and np.ptp(heights[150:]) < 0.02  # no second death


def test_a_circle_stays_one(engine: Engine):
    motion = joined(engine, engine.prompt_latents(["a person runs in a circle"]), 600)[0]
    steps = np.linalg.norm(np.diff(motion.translation[:, [0, 2]], axis=0), axis=1) * 30
    assert steps[300:].mean() > 1 and abs(measured_turn(motion)) > 180


@pytest.mark.parametrize("frames", [121, 3600])
def test_any_length(engine: Engine, frames: int):
    (motion,) = joined(engine, engine.prompt_latents(["a person walks"]), frames)
    assert len(motion) == frames
    steps = np.linalg.norm(np.diff(motion.translation[:, [0, 2]], axis=0), axis=1) * 30
    assert steps.max() < 3
