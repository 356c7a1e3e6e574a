"""The root's way over the ground, taken apart and put together."""

from __future__ import annotations

import numpy as np
import pytest

from motionclip_blender.core import rotations as rot
from motionclip_blender.core.motion import Motion, heading
from motionclip_blender.core.root_trajectory import RootTrajectory, about_vertical
from tests.synthetic import angle_between, random_motion


@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize("size", [0.2, 1.0])
def test_taken_apart_and_put_together_it_is_the_same(seed: int, size: float):
    motion = random_motion(90, seed=seed, size=size)
    rotations, translation = RootTrajectory.of(motion).root()
    assert angle_between(rotations, motion.rotations[:, 0]).max() < 1e-3
    assert np.allclose(translation, motion.translation, atol=1e-5)


def circle(frames: int, turns: float, radius: float = 2.0) -> Motion:
    """Somebody who walks forward along a circle to the left, leaning a little."""
    angle = np.linspace(0, 2 * np.pi * turns, frames)
    rotations = np.tile([1.0, 0, 0, 0], (frames, 55, 1))
    lean = rot.axis_angle_to_quat(np.array([0.1, 0, 0]))
    rotations[:, 0] = rot.quat_multiply(about_vertical(angle), np.broadcast_to(lean, (frames, 4)))
    return Motion(rotations, np.stack((-np.cos(angle), np.zeros(frames), np.sin(angle)), axis=1) * radius)


def test_a_circle_is_steps_ahead_and_whole_turns():
    way = RootTrajectory.of(circle(361, 2))
    assert way.yaw[-1] - way.yaw[0] == pytest.approx(4 * np.pi, abs=1e-3)
    assert np.allclose(way.steps[:, 1], 4 * np.pi * 2 / 360, rtol=1e-3)  # ahead
    assert np.abs(way.steps[:, 0]).max() < 2e-3  # the arc is cut short, by a straight step
    assert angle_between(way.tilt, way.tilt[:1]).max() < 1e-3


def test_head_over_heels_the_heading_does_not_spin():
    """A cartwheel turns about the line of sight. Upside down it faces nowhere, and must not be said to turn about."""
    angle = np.linspace(0, 2 * np.pi, 60)
    roll = rot.axis_angle_to_quat(np.stack((np.zeros(60), np.full(60, 0.01), np.ones(60)), axis=1) * angle[:, None])
    rotations = np.tile([1.0, 0, 0, 0], (60, 55, 1))
    rotations[:, 0] = roll
    motion = Motion(rotations, np.zeros((60, 3)))
    assert np.abs(np.diff(np.unwrap(heading(motion.rotations[:, 0])))).max() > 0.3  # the plain heading does
    assert np.abs(np.diff(RootTrajectory.of(motion).yaw)).max() < 0.3


def test_a_body_that_shows_no_heading_at_all():
    rotations = np.tile([0.0, 1.0, 0, 0], (10, 55, 1))  # head down
    motion = Motion(rotations, np.zeros((10, 3)))
    assert np.allclose(*(v for v in (RootTrajectory.of(motion).root()[1], motion.translation)))
    assert np.ptp(RootTrajectory.of(motion).yaw) == 0
