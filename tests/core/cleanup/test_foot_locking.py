"""Feet that keep their place while they stand."""

from __future__ import annotations

import numpy as np
import pytest

from motionclip_blender.core.body import Body
from motionclip_blender.core.cleanup.foot_locking import hold, lock_feet, put_on_floor, runs, without_short_runs
from motionclip_blender.core.cleanup.pipeline import motions_of
from motionclip_blender.core.engine import Engine
from motionclip_blender.core.measure import measured_slide
from motionclip_blender.core.motion import Motion
from motionclip_blender.core.skeleton import INDEX
from tests.synthetic import angle_between

FPS = 30.0


def walker(body: Body, speed: float, frames: int = 60) -> Motion:
    """Two legs that step in place, one standing and swinging back while the other is lifted forward, carried along +Z
    at `speed`; the legs' own is about one metre a second."""
    phase = 2 * np.pi * np.arange(frames) / 30
    poses = np.zeros((frames, 55, 3))
    for side, at in (("left", phase), ("right", phase + np.pi)):
        lift = np.clip(np.sin(at), 0, None)
        poses[:, INDEX[f"{side}_hip"], 0] = 0.3 * np.cos(at) - 0.5 * lift
        poses[:, INDEX[f"{side}_knee"], 0] = 1.0 * lift
        poses[:, INDEX[f"{side}_ankle"], 0] = -0.3 * np.cos(at) - 0.5 * lift
    way = np.zeros((frames, 3))
    way[:, 2] = np.arange(frames) / FPS * speed
    return body.on_floor(Motion.from_axis_angle(poses.reshape(frames, -1), way, FPS))


def slides(motion: Motion, body: Body) -> float:
    """m/s: mean speed over the ground of the lower foot."""
    feet = body.posed_joints(motion)[:, [INDEX["left_foot"], INDEX["right_foot"]]]
    speed = np.linalg.norm(np.gradient(feet[..., [0, 2]], axis=0), axis=-1) * motion.fps
    lower = feet[..., 1].argmin(axis=1)
    return float(np.mean(speed[np.arange(len(motion)), lower]))


@pytest.mark.parametrize("speed", [0.6, 1.6])
def test_who_walks_goes_where_the_feet_say(open_body: Body, speed: float):
    motion = walker(open_body, speed)
    clean = lock_feet(motion, open_body)
    assert slides(clean, open_body) < 0.5 * slides(motion, open_body)
    went = clean.translation[-1, 2] - clean.translation[0, 2]
    assert went / clean.seconds == pytest.approx(1.0, abs=0.35)
    # legs bend a little for it, nothing else does
    turned = np.degrees(angle_between(clean.rotations, motion.rotations))
    legs = [INDEX[f"{side}_{part}"] for side in ("left", "right") for part in ("hip", "knee", "ankle")]
    assert turned[:, legs].mean() < 4 and np.delete(turned, legs, axis=1).max() < 1e-2
    knees = clean.rotations[:, [INDEX["left_knee"], INDEX["right_knee"]]]
    assert (knees[..., 1] * np.sign(knees[..., 0])).min() > -0.02  # a straight one bends forward


def low_stepper(body: Body, swing: float) -> Motion:
    """Stands on the left leg and swings the straight right one to and fro, in `swing` seconds each way."""
    seconds = np.arange(60) / FPS
    angle = 0.35 * np.clip(np.sin(np.pi * seconds / swing) * 1.5, -1, 1)
    poses = np.zeros((60, 55, 3))
    poses[:, INDEX["right_hip"], 0], poses[:, INDEX["right_ankle"], 0] = angle, -angle
    return body.on_floor(Motion.from_axis_angle(poses.reshape(60, -1), np.zeros((60, 3)), FPS))


def height_at_its_fastest(motion: Motion, body: Body) -> float:
    """Returns how much higher the right ball of the foot is than the left one, in metres, where it is fastest."""
    feet = body.posed_joints(motion)[:, [INDEX["left_foot"], INDEX["right_foot"]]]
    speed = np.linalg.norm(np.gradient(feet[:, 1, [0, 2]], axis=0), axis=-1)
    at = np.argsort(speed)[-5:]
    return float((feet[at, 1, 1] - feet[at, 0, 1]).mean())


def test_a_foot_that_swings_clears_the_floor(open_body: Body):
    motion = low_stepper(open_body, 0.4)
    assert height_at_its_fastest(motion, open_body) < 0.01
    clean = lock_feet(motion, open_body)
    assert 0.02 < height_at_its_fastest(clean, open_body) < 0.04
    steps = np.linalg.norm(np.diff(open_body.posed_joints(clean)[:, INDEX["right_foot"]], axis=0), axis=-1)
    assert steps.max() < 1.2 * np.linalg.norm(np.diff(open_body.posed_joints(motion), axis=0), axis=-1).max()


def test_a_foot_that_is_dragged_stays_on_the_floor(open_body: Body):
    motion = low_stepper(open_body, 1.5)
    assert height_at_its_fastest(lock_feet(motion, open_body), open_body) == pytest.approx(
        height_at_its_fastest(motion, open_body), abs=2e-3
    )


def test_who_drifts_stands_still(open_body: Body):
    way = np.zeros((60, 3))
    way[:, 0] = np.linspace(0, 0.25, 60)
    motion = open_body.on_floor(Motion.from_axis_angle(np.zeros((60, 165)), way, FPS))
    clean = lock_feet(motion, open_body)
    assert np.ptp(clean.translation[:, 0]) < 0.01


def test_who_slides_on_one_foot_goes_on_sliding(open_body: Body):
    """As in a moonwalk: the body moves while one foot stands and the other glides."""
    frames = 40
    swing = np.linspace(-0.25, 0.25, frames)
    poses = np.zeros((frames, 55, 3))
    poses[:, INDEX["left_hip"], 0], poses[:, INDEX["left_ankle"], 0] = swing, -swing
    way = np.zeros((frames, 3))
    way[:, 2] = np.sin(swing) * open_body.leg_length  # so that the left foot stands
    motion = open_body.on_floor(Motion.from_axis_angle(poses.reshape(frames, -1), way, FPS))
    clean = lock_feet(motion, open_body)
    before, after = (m.translation[-1, 2] - m.translation[0, 2] for m in (motion, clean))
    assert after == pytest.approx(before, rel=0.2)


def test_a_flight_is_not_held_back(open_body: Body):
    """Up and forward for half a second: a long jump."""
    way = np.zeros((60, 3))
    flight = np.clip((np.arange(60) - 20) / 16, 0, 1)
    way[:, 2], way[:, 1] = 1.5 * flight, 1.2 * flight * (1 - flight)
    motion = Motion.from_axis_angle(np.zeros((60, 165)), way, FPS)
    clean = lock_feet(open_body.on_floor(motion), open_body)
    assert clean.translation[-1, 2] - clean.translation[0, 2] > 1.2
    np.testing.assert_allclose(clean.translation[:, 1].max() - clean.translation[:, 1].min(), 0.3, atol=0.02)


def test_who_floats_a_little_is_put_down_and_who_hops_is_not(open_body: Body):
    floating, hopping = np.zeros((90, 3)), np.zeros((90, 3))
    floating[:, 1] = 0.04 * np.sin(np.arange(90) / 15) ** 2
    hopping[40:47, 1] = 4 * 0.045 * (air := np.linspace(0, 1, 7)) * (1 - air)  # as long as gravity lets it be
    standing = np.zeros((90, 165))
    put_down = put_on_floor(Motion.from_axis_angle(standing, floating, FPS), open_body)
    assert np.abs(open_body.lowest(put_down)).max() < 0.006
    hop = put_on_floor(Motion.from_axis_angle(standing, hopping, FPS), open_body)
    assert open_body.lowest(hop).max() > 0.03


@pytest.mark.parametrize("frames", [1, 2, 3, 5])
def test_the_shortest_motions(open_body: Body, frames: int):
    motion = walker(open_body, 1.0).crop(0, frames)
    assert len(put_on_floor(lock_feet(motion, open_body), open_body)) == frames


def test_holding_keeps_an_offset_and_eases_in_and_out():
    offset = np.linspace(0, 1, 21)[:, None]
    held = np.zeros(21, bool)
    held[8:13] = True
    moved = offset + hold(offset, held, ease=3)
    assert np.ptp(moved[8:13]) < 1e-9 and (moved[:4] == offset[:4]).all() and (moved[17:] == offset[17:]).all()
    assert np.abs(np.diff(moved[:, 0])).max() < 0.11


def test_runs_and_short_ones():
    flags = np.array([1, 1, 0, 1, 0, 0, 1, 1, 1], bool)
    assert runs(flags) == [(0, 2), (3, 4), (6, 9)]
    assert without_short_runs(flags, 2).tolist() == [True, True, False, False, False, False, True, True, True]


@pytest.mark.parametrize("frames", [40, 90])
def test_feet_are_held_though_the_toes_of_the_other_foot_hang_lower(engine: Engine, frames: int):
    (motion,) = motions_of(engine, engine.prompt_latents(["walks like a zombie"]), frames)
    assert measured_slide(motion, engine.body) < 0.15


def test_who_lies_for_long_lies_on_the_floor(engine: Engine):
    (motion,) = motions_of(engine, engine.prompt_latents(["falls sideways to the left"]), 90)
    lowest = engine.body.lowest(motion)
    assert np.median(lowest[45:]) < 0.02 and lowest.min() > -0.03


@pytest.mark.parametrize(("prompt", "most"), [("runs", 0.5), ("sprints", 0.8), ("walks briskly", 0.4)])
def test_who_runs_goes_on_as_fast_in_the_air_as_on_the_foot(engine: Engine, prompt: str, most: float):
    motion = motions_of(engine, engine.prompt_latents([prompt]), 60)[0]
    speeds = np.linalg.norm(np.diff(motion.translation[:, [0, 2]], axis=0), axis=1) * motion.fps
    assert speeds[5:-5].std() < most
    assert measured_slide(motion, engine.body) < 0.35
