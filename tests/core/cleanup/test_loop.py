"""Motions that go round."""

from __future__ import annotations

import numpy as np
import pytest

from motionclip_blender.core import rotations as rot
from motionclip_blender.core.body import Body
from motionclip_blender.core.cleanup.loop import (
    best_loop,
    closed,
    cycle_travel,
    ending_as_begun,
    ends_as_it_began,
    extended,
    in_place,
    repeated,
)
from motionclip_blender.core.cleanup.pipeline import motions_of
from motionclip_blender.core.engine import Engine
from motionclip_blender.core.motion import Motion, heading
from motionclip_blender.core.root_trajectory import RootTrajectory, about_vertical
from motionclip_blender.core.skeleton import INDEX
from tests.synthetic import angle_between, arm_swing, random_motion


def gait(frames: int, period: float, speed: float = 1.0, turn: float = 0.0) -> Motion:
    """Swinging limbs of this period in frames, going ahead with a sway and a bob, turning `turn` radians in all."""
    rng = np.random.default_rng(3)
    phase = 2 * np.pi * np.arange(frames) / period
    axes = rng.normal(size=(55, 3)) * 0.3
    vectors = axes * np.sin(phase[:, None, None] + rng.uniform(0, 6, (55, 1)))
    rotations = rot.axis_angle_to_quat(vectors)
    yaw = np.linspace(0, turn, frames)
    rotations[:, 0] = rot.quat_multiply(about_vertical(yaw), rot.axis_angle_to_quat(0.2 * vectors[:, 0]))
    steps = np.stack((0.002 * np.cos(phase), np.full(frames, speed / 30)), axis=1)[1:]
    height = 0.02 * np.sin(2 * phase)
    way = RootTrajectory(yaw, rotations[:, 0], steps, height, np.zeros(2))
    return Motion(rotations, way.root()[1])


def jump_at_seam(motion: Motion, body: Body) -> tuple[float, float]:
    """Largest acceleration of a joint, metres per frame squared: across the seam, and anywhere else."""
    places = body.posed_joints(repeated(motion, 3))[:, :22]
    change = np.linalg.norm(np.diff(places, n=2, axis=0), axis=-1).max(axis=1)
    seams = np.array([k * len(motion) + i for k in (1, 2) for i in (-2, -1)])
    return float(change[seams].max()), float(np.delete(change, seams).max())


@pytest.mark.parametrize("period", [40.0, 37.0, 53.0])
@pytest.mark.parametrize("turn", [0.0, 0.7, -1.5])
def test_a_closed_motion_goes_round_smoothly(small_body: Body, period: float, turn: float):
    motion = gait(60, period, turn=turn)
    loop = closed(motion)
    assert len(loop) == len(motion) and loop.fps == motion.fps
    at_seam, elsewhere = jump_at_seam(loop, small_body)
    assert at_seam < 1.3 * elsewhere
    assert jump_at_seam(motion, small_body)[0] > 5 * at_seam  # it did jump before


def test_only_the_neighbourhood_of_the_seam_changes():
    motion = gait(90, 37.0)
    loop = closed(motion, 0.3)
    assert angle_between(loop.rotations[12:78, 1:], motion.rotations[12:78, 1:]).max() < 1e-3


def test_what_goes_round_already_stays_as_it_is():
    motion = gait(80, 40.0)
    loop = closed(motion)
    assert angle_between(loop.rotations, motion.rotations).max() < np.radians(0.5)
    assert np.allclose(loop.translation, motion.translation, atol=0.005)


def test_a_part_of_a_turn_is_taken_back_and_a_whole_one_is_kept():
    for turn, kept in ((0.7, 0.0), (-2.0, 0.0), (2 * np.pi + 0.3, 2 * np.pi)):
        yaw = RootTrajectory.of(closed(gait(120, 40.0, turn=turn))).yaw
        assert yaw[-1] - yaw[0] == pytest.approx(kept * 119 / 120, abs=0.1), turn


def test_travel_goes_on_round_after_round():
    loop = closed(gait(60, 40.0, speed=1.5))
    assert cycle_travel(loop) == pytest.approx([0, 0, 1.5 * 2], abs=0.05)
    rounds = repeated(loop, 4)
    assert len(rounds) == 240
    speed = np.diff(rounds.translation[:, 2]) * 30
    assert speed.min() > 1.4 and speed.max() < 1.6


def test_the_first_frame_again_at_the_end():
    loop = closed(gait(60, 40.0, speed=1.5))
    whole = ending_as_begun(loop)
    assert len(whole) == 61
    assert np.allclose(whole.rotations[-1], whole.rotations[0], atol=1e-6)
    assert np.allclose(whole.translation[-1], whole.translation[0] + cycle_travel(loop), atol=1e-5)


@pytest.mark.parametrize("frames", [1, 2, 3, 4, 5, 8])
def test_short_motions_are_closed_or_left(frames: int):
    loop = closed(random_motion(frames))
    assert len(loop) == frames and np.isfinite(loop.rotations).all()


# --- the best stretch


@pytest.mark.parametrize("period", [26.0, 34.0])
def test_the_best_loop_has_whole_steps(small_body: Body, period: float):
    motion = gait(110, period)
    loop = best_loop(motion, 60)
    assert len(loop) == 60 and loop.fps == 30
    steps = 60 / period
    played = round(steps) * period / 60  # so many times faster or slower
    assert cycle_travel(loop)[2] == pytest.approx(1.0 * 2 * played, rel=0.03)
    at_seam, elsewhere = jump_at_seam(loop, small_body)
    assert at_seam < 1.1 * elsewhere


def test_stillness_is_no_loop_of_a_movement():
    wave = gait(60, 30.0, speed=0.0)
    still = extended(wave, 200, hold=True)
    loop = best_loop(still, 60)
    moved = angle_between(loop.rotations[1:, 1:22], loop.rotations[:-1, 1:22]).mean()
    assert moved > 0.7 * angle_between(wave.rotations[1:, 1:22], wave.rotations[:-1, 1:22]).mean()


@pytest.mark.parametrize("frames", [2, 3, 10, 60, 119])
def test_the_best_loop_of_what_is_too_short_for_a_choice(frames: int):
    assert len(best_loop(random_motion(frames), 60)) == 60


# --- in place


def test_in_place_keeps_bob_sway_and_turns():
    motion = gait(150, 30.0, speed=1.3, turn=2.0)
    still = in_place(motion)
    assert np.allclose(still.translation[:, 1], motion.translation[:, 1])
    assert np.allclose(still.rotations, motion.rotations, atol=1e-6)
    assert np.abs(still.translation[:, [0, 2]]).max() < 0.12  # it went 6.5 metres
    swaying = in_place(gait(150, 30.0, speed=1.3))
    assert np.ptp(swaying.translation[30:-30, 0]) == pytest.approx(np.ptp(gait(150, 30.0).translation[:, 0]), rel=0.2)


def test_a_straight_way_leaves_nothing():
    path = np.arange(60)[:, None] * np.array([0.01, 0.0, 0.03]) + (1, 0, 2)
    motion = Motion(np.tile([1.0, 0, 0, 0], (60, 55, 1)), path)
    assert np.allclose(in_place(motion).translation, [1, 0, 2], atol=1e-6)


def test_in_place_a_loop_stays_one(small_body: Body):
    loop = in_place(closed(gait(60, 30.0, speed=2.0)), loop=True)
    assert np.linalg.norm(cycle_travel(loop)) < 0.01
    at_seam, elsewhere = jump_at_seam(loop, small_body)
    assert at_seam < 1.3 * elsewhere


@pytest.mark.parametrize("frames", [1, 2, 3])
def test_in_place_of_hardly_anything(frames: int):
    assert len(in_place(random_motion(frames))) == len(in_place(random_motion(frames), loop=True)) == frames


# --- longer


@pytest.mark.parametrize("hold", [False, True])
@pytest.mark.parametrize("length", [1, 2, 3, 10, 59])
def test_extended_to_any_length(length: int, hold: bool):
    motion = random_motion(length)
    longer = extended(motion, 60, hold)
    assert len(longer) >= 60
    kept = max(length - 5, 1)
    assert np.allclose(longer.rotations[:kept], motion.rotations[:kept])
    if hold:
        assert np.allclose(longer.rotations[-1], motion.rotations[-1], atol=1e-6)


def test_extended_goes_on_travelling():
    loop = gait(41, 40.0)
    assert ends_as_it_began(loop) and not ends_as_it_began(gait(30, 40.0))
    longer = extended(loop, 120)
    speed = np.diff(longer.translation[:, 2]) * 30
    assert speed.min() > 0.8 and speed.max() < 1.2


# --- with the model


@pytest.mark.parametrize("prompt", ["a person walks", "a person waves", "jumping jacks"])
def test_a_generated_loop(engine: Engine, prompt: str):
    loop = motions_of(engine, engine.prompt_latents([prompt]), 60, loop=True)[0]
    assert len(loop) == 60 and loop.fps == 30
    at_seam, elsewhere = jump_at_seam(loop, engine.body)
    assert at_seam < 1.1 * elsewhere
    assert heading(loop.rotations[0, 0]) == pytest.approx(0, abs=0.3)
    lowest = engine.body.posed_vertices(loop, ids=engine.body.contacts)[:, :, 1].min(axis=1)
    assert np.percentile(lowest, 5) == pytest.approx(0, abs=1e-3)
    finger = loop.rotations[:, INDEX["left_middle1"]]
    assert angle_between(finger, np.array([1.0, 0, 0, 0])).min() > np.radians(2)  # a flat hand is bent by three degrees


@pytest.mark.parametrize("frames", [2, 20, 110, 300])
def test_generated_loops_of_any_length(engine: Engine, frames: int):
    assert len(motions_of(engine, engine.prompt_latents(["a person walks"]), frames, loop=True)[0]) == frames


def test_the_longest_loop(engine: Engine):
    assert len(motions_of(engine, engine.prompt_latents(["a person walks"]), 1200, loop=True)[0]) == 1200


def test_a_loop_goes_on_without_a_seam():
    motion = arm_swing()
    longer = extended(motion, 80, hold=False)
    assert len(longer) >= 80
    assert longer.translation[60, 2] == pytest.approx(3, abs=1e-4)
    step = angle_between(longer.rotations[1:], longer.rotations[:-1]).max()
    assert step <= angle_between(motion.rotations[1:], motion.rotations[:-1]).max() + 1e-4


def test_a_move_that_ends_elsewhere_is_faded_into_its_repetition():
    half = arm_swing(41).crop(0, 11)
    longer = extended(half, 60, hold=False)
    assert len(longer) >= 60
    whole_jump = angle_between(half.rotations[-1], half.rotations[0]).max()
    assert angle_between(longer.rotations[1:], longer.rotations[:-1]).max() < whole_jump / 2


def test_a_held_end_stays_where_it_is():
    motion = arm_swing()
    longer = extended(motion, 50, hold=True)
    assert len(longer) == 50
    assert (longer.rotations[21:] == motion.rotations[-1]).all() and (longer.translation[21:] == [0, 0, 1]).all()
