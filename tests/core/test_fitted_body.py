"""Bodies of other proportions, as the clean-up of motions asks for them."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from motionclip_blender.core.body import Body
from motionclip_blender.core.motion import Motion
from motionclip_blender.core.skeleton import INDEX
from tests.synthetic import random_motion

REST = Motion(np.tile([1.0, 0, 0, 0], (1, 55, 1)), np.zeros((1, 3)))


@pytest.fixture(scope="module")
def tall(open_body: Body) -> Body:
    """A quarter larger in all."""
    return replace(open_body, template=open_body.template * np.float32(1.25))


def test_joints_of_its_own_are_the_body_itself(open_body: Body):
    assert open_body.fitted_to(None) is open_body
    assert open_body.fitted_to(open_body.joints() + 0.0005) is open_body


def test_other_joints_are_worked_out_once(open_body: Body, tall: Body):
    fitted = open_body.fitted_to(tall.joints())
    assert fitted is open_body.fitted_to(tall.joints()) is not open_body
    for i in range(100):  # only so many are kept
        open_body.fitted_to(tall.joints() + np.float32(i))
    assert len(open_body._fitted) <= 16


def test_the_joints_move_as_those_of_such_a_body(open_body: Body, tall: Body):
    motion = random_motion(20, size=0.2)
    fitted = open_body.fitted_to(tall.joints())
    np.testing.assert_allclose(fitted.posed_joints(motion), tall.posed_joints(motion), atol=1e-5)


def test_the_lowest_points_are_those_of_such_a_body(open_body: Body, tall: Body):
    fitted, rng = open_body.fitted_to(tall.joints()), np.random.default_rng(0)
    assert fitted.lowest(REST) == pytest.approx(0, abs=1e-4)
    for seed in range(3):
        motion = random_motion(20, seed=seed, size=0.2)
        assert np.abs(fitted.lowest(motion) - tall.lowest(motion)).max() < 0.06
    shaped = open_body.joints(betas := rng.normal(size=3))
    motion = random_motion(20, size=0.05)
    away = open_body.fitted_to(shaped).lowest(motion) - open_body.lowest(motion, betas)
    assert np.ptp(away) < 0.05


def test_thick_soles_stand_on_the_floor_too(open_body: Body):
    joints = open_body.joints() + np.array([0, 0.08, 0], np.float32)
    assert open_body.fitted_to(joints).lowest(REST) == pytest.approx(0, abs=1e-4)
    hips = joints[INDEX["left_hip"]]
    assert open_body.fitted_to(joints).joints()[INDEX["left_hip"]] == pytest.approx(hips)
