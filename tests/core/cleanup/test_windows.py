"""Motions longer than a window: what goes on goes on, what is done once is held, and nothing adds up."""

from __future__ import annotations

import numpy as np
import pytest

from motionclip_blender.core.cleanup.windows import joined
from motionclip_blender.core.engine import Engine
from motionclip_blender.core.measure import measured_turn
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


@pytest.mark.parametrize("prompt", ["a person walks quickly", "walks with big steps", "walks briskly"])
def test_feet_keep_their_place_in_quick_steps_throughout(engine: Engine, prompt: str):
    positions = joints(engine, generate(engine, prompt, LONG))
    slides = [float(sliding(positions[at : at + 90][None], 30)[0]) for at in range(0, LONG - 89, 30)]
    # 12 to 14 and 13 to 15; with feet that are held as in a slow walk 27 and 30, of big steps 16 and 17
    assert np.mean(slides) < 14 and max(slides) < 18
    assert np.linalg.norm((positions[-1, 0] - positions[0, 0])[[0, 2]]) > 30


@pytest.mark.parametrize("prompt", ["waves with the right hand", "nods", "tired person", "listens"])
def test_feet_that_stay_keep_their_place_all_the_time(engine: Engine, prompt: str):
    path = generate(engine, prompt, LONG).translation[:, [0, 2]].astype(np.float64)
    places = path.reshape(-1, 120, 2).mean(axis=1)
    assert np.linalg.norm(places - places[0], axis=1).max() < 0.03


@pytest.mark.parametrize("frames", [101, 110, 120])
@pytest.mark.parametrize(
    "prompt", ["a person nods", "a loud bang startles the guard", "throws a ball", "a person walks"]
)
def test_the_last_frames_before_the_decoders_limit_do_not_tremble(engine: Engine, prompt: str, frames: int):
    positions = joints(engine, generate(engine, prompt, frames))
    shaken = np.linalg.norm(np.diff(positions - positions[:, :1], 2, axis=0), axis=-1).mean(axis=1)
    assert shaken[-10:].mean() < 1.5 * shaken[20:-20].mean()  # 4 to 5 times, straight from the decoder


def test_the_end_is_as_quiet_as_the_rest(engine: Engine):
    for prompt in ("a person walks", "stands still", "a person waves"):
        positions = joints(engine, generate(engine, prompt, 400))
        shaken = np.linalg.norm(np.diff(positions, 2, axis=0), axis=-1).mean(axis=1)
        assert shaken[-20:].mean() < 1.3 * shaken.mean()


def test_what_is_done_once_is_held(engine: Engine):
    motion = generate(engine, "a person dies", 600)
    heights = joints(engine, motion)[:, 0, 1]
    assert heights[-1] < 0.4 and np.ptp(heights[150:]) < 0.02  # no second death


@pytest.mark.parametrize("prompt", ["kicks the ball", "sit down", "stand up", "dive roll"])
def test_after_what_is_done_once_people_do_not_freeze(engine: Engine, prompt: str):
    positions = joints(engine, generate(engine, prompt, 600))
    speeds = np.linalg.norm(np.diff(positions, axis=0), axis=-1).mean(axis=1) * 30
    windows = speeds[120:570].reshape(-1, 30).mean(axis=1)
    assert windows.min() > 0.002 and windows.max() < 0.4  # breathes, as a recorded rest does, and does not begin again
    assert np.abs(np.diff(positions[120:], axis=0)).max() * 30 < 3


def test_a_body_that_lies_still_stays_so(engine: Engine):
    positions = joints(engine, generate(engine, "dies", 600))
    assert np.abs(np.diff(positions[300:], axis=0)).max() < 1e-3
    assert engine.body.lowest(generate(engine, "die", 600))[300:].max() < 0.06


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
