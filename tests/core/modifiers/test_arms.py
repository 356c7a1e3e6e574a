"""One arm alone, hops that travel, and steps by passing feet: of real motions, made by the default pack."""

from __future__ import annotations

import numpy as np
import pytest

from motionclip_blender.core.cleanup.pipeline import motions_of
from motionclip_blender.core.engine import Engine
from motionclip_blender.core.measure import measured_travel
from motionclip_blender.core.modifiers.arms import activity, with_both_arms, with_one_arm
from motionclip_blender.core.modifiers.repeat import counted
from motionclip_blender.core.modifiers.way import carried
from motionclip_blender.core.motion import Motion
from training.evaluation import prompt_measures


def made(engine: Engine, wording: str, frames: int = 90) -> Motion:
    return motions_of(engine, engine.prompt_latents([wording]), frames)[0]


@pytest.mark.parametrize("side", ["left", "right"])
@pytest.mark.parametrize("wording", ["throws", "claps", "celebrates", "drives a car"])
def test_the_other_arm_hangs_and_the_meant_one_is_kept(engine: Engine, wording: str, side: str):
    motion, other = made(engine, wording), {"left": "right", "right": "left"}[side]
    alone = with_one_arm(motion, engine.body, side)
    assert activity(alone, engine.body, other) < 0.8 * activity(alone, engine.body, side)
    assert activity(alone, engine.body, side) == pytest.approx(activity(motion, engine.body, side), rel=0.01)
    joints = engine.body.posed_joints(alone)[:, :22].astype(np.float64)
    assert prompt_measures.side(joints, alone.fps, "arm") == side
    assert np.array_equal(alone.translation, motion.translation)


def test_an_arm_that_hangs_already_is_left_as_it_is(engine: Engine):
    motion = made(engine, "waves with the right hand")
    assert with_one_arm(motion, engine.body, "right") is motion


@pytest.mark.parametrize("degrees", [0, 90, -90, 180])
@pytest.mark.parametrize("wording", ["hops", "jumps"])
def test_what_leaves_the_floor_is_carried(engine: Engine, wording: str, degrees: float):
    motion = made(engine, wording)
    assert measured_travel(motion)[0] is None
    going = carried(motion, engine.body, degrees)
    travel, metres = measured_travel(going)
    assert metres > 0.3 and abs((travel - degrees + 180) % 360 - 180) < 22.5
    assert np.array_equal(going.rotations, motion.rotations)


def test_who_stands_is_not_carried(engine: Engine):
    motion = made(engine, "idle")
    assert carried(motion, engine.body, 90) is motion


@pytest.mark.parametrize("count", [1, 2, 3, 5, 8])
@pytest.mark.parametrize("wording", ["walks", "walks backward", "a person walks slowly"])
def test_steps_are_counted_by_feet_that_pass(engine: Engine, wording: str, count: int):
    motion = counted(made(engine, wording, 120), engine.body, count, halves=True)
    assert prompt_measures.steps(engine.body.posed_joints(motion)[:, :22].astype(np.float64)) == count


@pytest.mark.parametrize("side", ["left", "right"])
def test_one_arm_does_what_the_other_does(engine: Engine, side: str):
    motion = made(engine, f"waves with the {side} hand")
    both = with_both_arms(motion, engine.body)
    alike = [activity(both, engine.body, each) for each in ("left", "right")]
    assert alike[0] == pytest.approx(alike[1], rel=0.15)
    assert activity(both, engine.body, side) == pytest.approx(activity(motion, engine.body, side), rel=0.01)
    assert with_both_arms(both, engine.body) is both
