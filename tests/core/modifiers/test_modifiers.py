"""Motions measured and modified: real ones, made by the default pack."""

from __future__ import annotations

import numpy as np
import pytest

from motionclip_blender.core.cleanup.foot_locking import lock_feet
from motionclip_blender.core.cleanup.pipeline import motions_of
from motionclip_blender.core.engine import Engine
from motionclip_blender.core.measure import (
    facing,
    measured_period,
    measured_side,
    measured_travel,
    measured_turn,
)
from motionclip_blender.core.modifiers.repeat import counted, held
from motionclip_blender.core.modifiers.way import bent, on_the_spot, redirected, retimed, rounds_of, turned_on_spot
from motionclip_blender.core.motion import Motion
from motionclip_blender.core.skeleton import INDEX
from training.evaluation import prompt_measures


def made(engine: Engine, wording: str, frames: int = 90) -> Motion:
    return motions_of(engine, engine.prompt_latents([wording]), frames)[0]


@pytest.mark.parametrize(
    ("wording", "limb", "side"),
    [
        ("waves with the right hand", "arm", "right"),
        ("waves with the left hand", "arm", "left"),
        ("left jab", "arm", "left"),
        ("kicks the right leg up high like a dancer", "leg", "right"),
        ("balances on the left leg with spread arms", "support", "left"),
    ],
)
def test_sides_are_seen_and_mirrored(engine: Engine, wording: str, limb: str, side: str):
    motion = made(engine, wording)
    other = {"left": "right", "right": "left"}[side]
    assert measured_side(motion, engine.body, limb)[0] == side
    assert measured_side(motion.mirror(), engine.body, limb)[0] == other


@pytest.mark.parametrize(("wording", "degrees"), [("walks", 0), ("walk backwards", 180)])
def test_directions_are_seen_whichever_way_the_body_faces(engine: Engine, wording: str, degrees: float):
    motion = made(engine, wording)
    for turn in (0.0, 1.0, 2.5):
        travel, metres = measured_travel(motion.turned(turn))
        assert abs((travel - degrees + 180) % 360 - 180) < 20
        assert metres > 0.5


def test_who_stands_does_not_travel(engine: Engine):
    assert measured_travel(made(engine, "idle"))[0] is None


@pytest.mark.parametrize("degrees", [45, -45, 90, -90, 135, -135, 180])
@pytest.mark.parametrize("wording", ["walks", "jogging", "crawl"])
def test_ways_are_redirected_under_the_chest(engine: Engine, wording: str, degrees: float):
    motion = made(engine, wording)
    going = lock_feet(redirected(motion, degrees), engine.body)
    travel, metres = measured_travel(going)
    assert abs((travel - degrees + 180) % 360 - 180) < 22.5
    assert metres > 0.5 * measured_travel(motion)[1]
    assert len(going) == len(motion)


def test_what_goes_there_already_is_left_as_it_is(engine: Engine):
    motion = made(engine, "walks")
    assert redirected(motion, 0) is motion
    idle = made(engine, "idle")
    assert redirected(idle, 90) is idle


@pytest.mark.parametrize("degrees", [45, -90, 180, -180, 360])
def test_ways_are_bent(engine: Engine, degrees: float):
    motion = bent(made(engine, "walks"), degrees, evenly=degrees == 360)
    assert abs(measured_turn(motion) - degrees) < 1
    locked = bent(lock_feet(motion, engine.body), degrees)
    assert abs(measured_turn(locked) - degrees) < 1
    # the chest goes where the way goes
    travel, _ = measured_travel(motion)
    assert degrees == 360 or abs(travel) < 25


@pytest.mark.parametrize(("degrees", "rounds"), [(60, 1), (-90, 1), (180, 1), (360, 2), (-540, 3), (1080, 5)])
@pytest.mark.parametrize("evenly", [False, True])
def test_a_turn_on_the_spot_is_made_wider_or_narrower_or_done_again(
    engine: Engine, degrees: float, rounds: int, evenly: bool
):
    once = bent(made(engine, "stands still", 60), 180, evenly)
    motion = turned_on_spot(once, degrees)
    assert measured_turn(motion) == pytest.approx(degrees, abs=2) and rounds_of(once, degrees) == rounds
    assert abs(len(motion) - rounds * len(once)) <= 8 * (rounds - 1)
    assert np.hypot(*np.ptp(motion.translation[:, [0, 2]], axis=0)) < 0.3


@pytest.mark.parametrize("wording", ["walks", "marches", "runs"])
def test_steps_on_the_spot_are_lifted_and_come_down_where_they_were(engine: Engine, wording: str):
    motion = made(engine, wording)
    stays = on_the_spot(motion, engine.body)
    feet, before = (
        engine.body.posed_joints(m)[:, [INDEX["left_ankle"], INDEX["right_ankle"]]] for m in (stays, motion)
    )
    assert np.hypot(*np.ptp(stays.translation[:, [0, 2]], axis=0)) < 0.4
    assert np.ptp(feet[..., [0, 2]], axis=0).max() < 0.25
    assert np.ptp(feet[..., 1], axis=0).min() > 0.7 * np.ptp(before[..., 1], axis=0).min()


def test_who_does_not_turn_is_bent_to_turn(engine: Engine):
    assert measured_turn(turned_on_spot(made(engine, "stands still"), 90)) == pytest.approx(90, abs=8)


def test_bent_ways_keep_the_feet(engine: Engine):
    from training.evaluation.measures import sliding

    motion = made(engine, "walks")
    turned = lock_feet(bent(motion, 90), engine.body)
    slides = [float(sliding(engine.body.posed_joints(m)[:, :22], 30.0)) for m in (motion, turned)]
    assert slides[1] < 15 and slides[1] < slides[0] + 8


@pytest.mark.parametrize("wording", ["jumping jacks", "push-ups", "walks", "sit-ups"])
def test_a_period_is_found(engine: Engine, wording: str):
    motion = made(engine, wording, 120)
    period = measured_period(motion, engine.body)
    assert period is not None and 15 < period < 90
    # at another rate it lasts as long
    slower = measured_period(retimed(motion, 0.8), engine.body)
    assert slower == pytest.approx(period / 0.8, rel=0.1)


@pytest.mark.parametrize("count", [1, 2, 3, 5])
@pytest.mark.parametrize(
    ("wording", "action", "of"),
    [
        ("jumping jacks", "jumping_jacks", "feet apart"),
        ("push-ups", "push_ups", "shoulders"),
        ("sit-ups", "sit_ups", "head up"),
        ("throws a ball", "throw", ""),
        ("bow", "bow", "head down"),
        ("kick", "kick", "foot up"),
        ("hops on one leg", "hop", "height"),
    ],
)
def test_counts_are_exact(engine: Engine, wording: str, action: str, of: str, count: int):
    motion = counted(made(engine, wording, 120), engine.body, count, of=of)
    joints = engine.body.posed_joints(motion)[:, :22].astype(float)
    assert prompt_measures.count(joints, motion.fps, action) == count


def test_counts_join_where_poses_agree(engine: Engine):
    motion = counted(made(engine, "push-ups", 120), engine.body, 4)
    joints = engine.body.posed_joints(motion)[:, :22]
    speed = np.linalg.norm(np.diff(joints, axis=0), axis=-1).mean(axis=1)
    assert speed.max() < 3.5 * np.percentile(speed, 90)


def test_speed_warps_time_and_keeps_strides(engine: Engine):
    motion = made(engine, "walks", 90)
    slow = retimed(motion, 0.5)
    assert len(slow) == pytest.approx(2 * len(motion), abs=2)
    assert measured_travel(slow)[1] == pytest.approx(measured_travel(motion)[1], rel=0.02)
    assert retimed(motion, 1.0) is motion
    assert len(retimed(motion, 100.0)) > 30  # beyond what looks natural it is not played faster


def test_held_motions_end_as_they_ended(engine: Engine):
    motion = made(engine, "walks", 40)
    longer = held(motion, 70)
    assert len(longer) == 70 and np.array_equal(longer.rotations[69], motion.rotations[39])
    assert len(held(motion, 20)) == 20


@pytest.mark.parametrize("frames", [1, 2, 3])
def test_the_shortest_motions_pass_through(engine: Engine, frames: int):
    motion = made(engine, "walks", 20).crop(0, frames)
    assert len(facing(motion)) == frames
    assert measured_period(motion, engine.body) is None
    assert len(bent(motion, 90)) == len(redirected(motion, 90)) == frames
    assert measured_side(motion, engine.body)[0] in ("left", "right")
    assert len(counted(motion, engine.body, 1)) >= 1
