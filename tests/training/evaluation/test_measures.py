"""The measures of motions give known values for known motions."""

from __future__ import annotations

import numpy as np
import pytest

from motionclip_blender.core import rotations as rot
from motionclip_blender.core.motion import Motion
from motionclip_blender.core.skeleton import INDEX
from tests.synthetic import random_motion
from training.evaluation import measures
from training.evaluation.model import body_joints


def standing(frames: int = 60, path: np.ndarray | None = None, **turns: tuple[float, float, float]) -> Motion:
    """Returns a standing motion (or one moved along `path` (T, 3)) with joints turned by degrees about X, Y, Z."""
    vectors = np.zeros((frames, 55, 3))
    for joint, degrees in turns.items():
        vectors[:, INDEX[joint]] = np.radians(degrees)
    return Motion(rot.axis_angle_to_quat(vectors), np.zeros((frames, 3)) if path is None else path)


def along(metres_per_second: float, axis: int = 2, frames: int = 60) -> np.ndarray:
    path = np.zeros((frames, 3))
    path[:, axis] = np.arange(frames) / 30 * metres_per_second
    return path


def test_a_foot_that_is_pushed_over_the_floor_slides_as_fast(open_body):
    assert measures.sliding(body_joints(open_body, standing()), 30) == 0
    pushed = body_joints(open_body, standing(path=along(0.5)))
    assert measures.sliding(pushed, 30) == pytest.approx(50, rel=1e-3)


def test_feet_high_in_the_air_do_not_slide(small_body):
    hop = along(1.0)
    hop[5:55, 1] = 0.5  # on the floor in ten frames only, and they count
    hop[:5, 2], hop[55:, 2] = 0.0, hop[55, 2]
    assert measures.sliding(body_joints(small_body, standing(path=hop)), 30) == pytest.approx(0, abs=1e-3)


def test_jerk_is_the_third_derivative(small_body):
    seconds = np.arange(60) / 30
    path = np.zeros((60, 3))
    path[:, 0] = 2 * seconds**3  # third derivative: 12
    assert measures.jerk(body_joints(small_body, standing(path=path)), 30) == pytest.approx(12, rel=0.05)
    steady = body_joints(small_body, standing(path=along(2.0)))
    assert measures.jerk(steady, 30) == pytest.approx(0, abs=0.1)
    assert measures.jerk(steady[:3], 30) == 0


def test_sway_is_the_lean_to_the_sides_that_changes(open_body):
    still = body_joints(open_body, standing())
    assert measures.sway(still) == pytest.approx(0, abs=1e-3)
    leaning = body_joints(open_body, standing(spine1=(0, 0, 20), spine2=(0, 0, 5)))
    assert measures.sway(leaning) == pytest.approx(0, abs=1e-3)
    swing = 12 * np.sin(np.arange(60) / 60 * 4 * np.pi)

    def rocking(axis: int, turn: float = 0.0) -> np.ndarray:
        vectors = np.zeros((60, 55, 3))
        vectors[:, INDEX["spine1"], axis] = np.radians(swing)
        vectors[:, INDEX["pelvis"], 1] = np.radians(turn)
        return body_joints(open_body, Motion(rot.axis_angle_to_quat(vectors), np.zeros((60, 3))))

    aside = measures.sway(rocking(2))
    assert 4 < aside <= 12 / np.sqrt(2)
    assert measures.sway(rocking(2, turn=70)) == pytest.approx(aside, rel=1e-3)  # whichever way the person faces
    assert measures.sway(rocking(0)) < 0.1 * aside  # forwards and back is no sway


def test_speed_bend_stride_hands_and_height(small_body):
    still = body_joints(small_body, standing())
    assert measures.speed(still, 30) == 0
    assert measures.speed(body_joints(small_body, standing(path=along(1.5))), 30) == pytest.approx(1.5, rel=1e-4)
    upright, bent = measures.bend(still), measures.bend(body_joints(small_body, standing(pelvis=(30, 0, 0))))
    assert bent - upright == pytest.approx(30, abs=5)
    lunge = body_joints(small_body, standing(left_hip=(-40, 0, 0), right_hip=(40, 0, 0)))
    assert measures.stride(lunge) > measures.stride(still) + 0.5
    lowered = standing(left_shoulder=(0, 0, -80), right_shoulder=(0, 0, 80))
    assert measures.hands(body_joints(small_body, lowered)) < measures.hands(still) - 0.3
    squat = standing(left_hip=(-90, 0, 0), right_hip=(-90, 0, 0), left_knee=(90, 0, 0), right_knee=(90, 0, 0))
    assert measures.height(body_joints(small_body, squat)) < measures.height(still) - 0.2


def test_in_place_forgets_where_and_which_way(small_body):
    motion = random_motion(40, size=0.3)
    turned = motion.turned(2.0).moved(np.array([3.0, 0.0, -1.0]))
    one, two = (measures.in_place(body_joints(small_body, m), m.rotations[:, 0]) for m in (motion, turned))
    np.testing.assert_allclose(one, two, atol=2e-3)  # the small body's pelvis does not rest quite above the origin
    assert measures.apart(one, two) < 1e-3
    assert measures.apart(one, one + np.array([0, 0.1, 0])) == pytest.approx(0.1)


def test_batches_are_measured_one_by_one(small_body):
    joints = np.stack([body_joints(small_body, random_motion(30, seed=s)) for s in range(3)])
    for measure in (lambda p: measures.jerk(p, 30), lambda p: measures.sliding(p, 30), measures.bend, measures.stride):
        np.testing.assert_allclose(measure(joints), [measure(one) for one in joints])
