"""What a motion looks like, in numbers."""

from __future__ import annotations

import numpy as np
import pytest

from motionclip_blender.core.engine import Engine
from motionclip_blender.core.looks import FRAMES, looks_of
from motionclip_blender.core.motion import Motion
from tests.synthetic import arm_swing, random_motion


def apart(one: np.ndarray, other: np.ndarray) -> float:
    return float(np.abs(one - other).max())


def test_a_motion_and_its_mirror_image_look_alike_wherever_they_go(open_body):
    motion = random_motion(90, seed=1, size=0.3)
    looks = looks_of(motion, open_body)
    assert looks.dtype == np.float32 and np.isfinite(looks).all()
    assert apart(looks, looks_of(motion.mirror(), open_body)) < 1e-3
    assert apart(looks, looks_of(motion.turned(1.2).moved(np.array((3.0, 0.0, -2.0))), open_body)) < 1e-3


def test_looks_are_finite_as_far_away_as_a_motion_may_be(open_body):
    motion = random_motion(90, seed=1, size=0.3)
    leap = np.where(np.arange(90)[:, None] < 40, -1e6, 1e6) * np.array((0.6, 0.5, 0.6))
    assert np.isfinite(looks_of(Motion(motion.rotations, leap, 30), open_body)).all()


def test_the_rate_of_the_frames_changes_little(open_body):
    motion = arm_swing(121)
    looks = looks_of(motion, open_body)
    other = looks_of(motion.resample(60.0), open_body)
    assert np.median(np.abs(looks - other)) < 1e-3 and np.corrcoef(looks, other)[0, 1] > 0.99


@pytest.mark.parametrize("frames", [1, 2, 3, FRAMES + 1, 40 * FRAMES])
def test_any_length_has_as_many_numbers(open_body, frames):
    assert looks_of(random_motion(frames, seed=2), open_body).shape == looks_of(arm_swing(60), open_body).shape


def test_what_moves_and_where_it_goes_can_be_seen():
    engine = Engine(compute="numpy")
    still = Motion(*(np.repeat(each[:1], 60, axis=0) for each in (arm_swing(60).rotations, arm_swing(60).translation)))
    goes = still.moved(np.linspace(0, 2, 60)[:, None] * np.array((0.0, 0.0, 1.0)))
    waves = arm_swing(60)
    looks = [looks_of(motion, engine.body) for motion in (still, goes, waves)]
    assert apart(looks[0], looks[1]) > 0.9 and apart(looks[0], looks[2]) > 0.3
