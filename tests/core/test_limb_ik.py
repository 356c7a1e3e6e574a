"""Legs that are bent so that an ankle reaches a place."""

from __future__ import annotations

import numpy as np
import pytest

from motionclip_blender.core import rotations as rot
from motionclip_blender.core.limb_ik import reach, rotated

HINGE = np.array([1.0, 0.0, 0.0])
UPPER, LOWER = 0.4, 0.42


def leg(bends: list[float]) -> tuple[tuple[np.ndarray, np.ndarray, np.ndarray], np.ndarray, np.ndarray]:
    """Returns hip, knee and ankle of a leg that hangs, bent by radians about its hinge, and both bones' rotations."""
    at_knee = rot.axis_angle_to_quat(np.array(bends)[:, None] * HINGE)
    at_hip = np.tile([1.0, 0.0, 0.0, 0.0], (len(bends), 1))
    hip = np.zeros((len(bends), 3))
    knee = hip - np.array([0.0, UPPER, 0.0])
    return (hip, knee, knee + rotated(at_knee, np.tile([0.0, -LOWER, 0.0], (len(bends), 1)))), at_hip, at_knee


@pytest.mark.parametrize("bend", [0.5, 0.1, 0.01, 0.0, -0.01, -0.05, -0.3])
def test_a_knee_bends_forward_however_it_was_bent_before(bend: float):
    limb, at_hip, at_knee = leg([bend])
    target = limb[2] * 0.9
    hip, knee = reach(limb, target, at_hip, at_knee, HINGE)
    upper, lower = (rotated(each, np.array([[0.0, -length, 0.0]])) for each, length in ((hip, UPPER), (knee, LOWER)))
    np.testing.assert_allclose(limb[0] + upper + lower, target, atol=2e-3)
    assert np.cross(upper, lower)[0] @ rotated(hip, HINGE[None])[0] > 0  # bent about its hinge


def test_a_knee_that_trembles_about_straight_does_not_snap():
    limb, at_hip, at_knee = leg([0.05, -0.05, 0.05, -0.05])
    hip, _ = reach(limb, limb[2] * 0.92, at_hip, at_knee, HINGE)
    knees = rotated(hip, np.tile([0.0, -UPPER, 0.0], (4, 1)))
    assert np.linalg.norm(np.diff(knees, axis=0), axis=1).max() < 0.05
