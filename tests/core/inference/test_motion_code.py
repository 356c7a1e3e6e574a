"""Packed motions: how near they are to what was packed, whole turns and long ways included."""

from __future__ import annotations

import numpy as np
import pytest

from motionclip_blender.core import rotations as rot
from motionclip_blender.core.inference.motion_code import JOINTS, NUMBERS, MotionCode
from motionclip_blender.core.motion import Motion, facing_forward, heading
from tests.synthetic import random_motion


def apart(a: Motion, b: Motion) -> tuple[np.ndarray, np.ndarray]:
    """Degrees between the packed joints of two motions, and millimetres between their places."""
    dots = np.abs(np.sum(a.rotations[:, :JOINTS].astype(float) * b.rotations[:, :JOINTS], axis=-1))
    far = np.linalg.norm((a.translation - a.translation[0]) - (b.translation - b.translation[0]), axis=-1)
    return np.degrees(2 * np.arccos(dots.clip(0, 1))), 1000 * far


def spinning(turns: float, metres: float, frames: int = 120) -> Motion:
    """Somersaults about a slanted axis while the body turns and goes far in a curve."""
    t = np.linspace(0, 1, frames)
    rotations = random_motion(frames, seed=3).rotations.astype(float)
    yaw = rot.axis_angle_to_quat(2 * np.pi * turns * t[:, None] * np.array([0.0, 1.0, 0.0]))
    axis = np.array([0.6, 0.0, 0.8])
    rotations[:, 0] = rot.quat_multiply(yaw, rot.axis_angle_to_quat(4 * np.pi * t[:, None] * axis))
    rotations[:, 16] = rot.axis_angle_to_quat((np.pi - 0.2 + 0.6 * t)[:, None] * axis)  # through half a turn
    way = np.stack((metres * np.sin(3 * t), 0.3 * np.sin(20 * t), metres * t), axis=1)
    return facing_forward(Motion(rotations, way, 30.0))


@pytest.mark.parametrize(("turns", "metres"), [(0.0, 0.0), (0.5, 1.0), (3.0, 8.0), (-2.5, 200.0)])
def test_it_comes_back_within_a_third_of_a_degree_and_three_millimetres(turns: float, metres: float):
    real = spinning(turns, metres)
    degrees, millimetres = apart(MotionCode.of(real).motion(len(real), 30.0), real)
    assert degrees.mean() < 0.3 and degrees.max() < 2.0  # no joint jumps
    assert millimetres.max() < max(3.0, metres / 2)


@pytest.mark.parametrize("frames", [1, 2, 24, 120])
def test_it_faces_ahead_over_the_origin(frames: int):
    real = random_motion(frames, seed=1).turned(1.0).moved(np.array([3.0, 1.0, 2.0]))
    made = MotionCode.of(facing_forward(real)).motion(frames, 25.0)
    assert len(made) == frames and made.fps == 25.0
    assert abs(heading(made.rotations[0, 0])) < 1e-6
    np.testing.assert_allclose(made.translation[0], 0, atol=1e-6)


def test_what_is_still_takes_no_room():
    still = Motion(np.tile(random_motion(1).rotations, (120, 1, 1)), np.zeros((120, 3)), 30.0)
    code = MotionCode.of(still)
    assert code.counts.max() <= 1 and len(code.codes) == code.counts.sum() <= NUMBERS


def test_high_bytes_of_small_coefficients_are_nothing():
    code = MotionCode.of(spinning(0.5, 1.0))
    assert (code.codes >> 8 == 0).mean() > 0.6
