"""T-poses at the ends of takes are found in the motion, with the way out of them."""

from __future__ import annotations

import numpy as np
import pytest

from motionclip_blender.core import rotations as rot
from motionclip_blender.core.body import Body
from motionclip_blender.core.motion import Motion
from motionclip_blender.core.skeleton import INDEX, JOINTS
from training.data.t_poses import held_t_poses, without_t_poses


@pytest.fixture(scope="module")
def body() -> Body:
    return Body.load()


def arms(raised: np.ndarray) -> Motion:
    """A standing person whose arms are raised by these degrees from hanging; at 90 it is a T-pose."""
    rotations = np.tile((1.0, 0, 0, 0), (len(raised), len(JOINTS), 1))
    for side, sign in (("left", 1), ("right", -1)):
        angle = np.zeros((len(raised), 3))
        angle[:, 2] = np.radians(sign * (raised - 90.0))
        rotations[:, INDEX[f"{side}_shoulder"]] = rot.axis_angle_to_quat(angle)
    return Motion(rotations, np.zeros((len(raised), 3)), 30.0)


def way(*parts: tuple[float, float, int]) -> np.ndarray:
    return np.concatenate([np.linspace(start, end, count) for start, end, count in parts])


DOWN, UP = (90, 10, 15), (10, 90, 15)
ACTION = (10, 20, 60)


def test_a_t_pose_at_both_ends_is_cut_with_the_arms_way(body: Body):
    first, end = without_t_poses(arms(way((90, 90, 30), DOWN, ACTION, UP, (90, 90, 30))), body)
    assert 40 <= first <= 47
    assert 103 <= end <= 110


def test_sagging_arms_are_a_t_pose_too(body: Body):
    assert without_t_poses(arms(way((60, 60, 30), (60, 10, 10), ACTION)), body)[0] >= 36


def test_a_single_t_pose_that_was_added_in_front_is_cut(body: Body):
    motion = arms(way((90, 90, 1), ACTION))
    path = np.full((61, 3), 2.0)
    path[0] = 0.0
    assert 1 <= without_t_poses(motion.moved(path), body)[0] <= 5


def test_a_take_without_t_poses_stays_whole(body: Body):
    assert without_t_poses(arms(way(ACTION)), body) == (0, 60)


def test_arms_that_go_up_in_the_middle_of_a_take_stay(body: Body):
    motion = arms(way((10, 20, 45), UP, (90, 90, 20), DOWN, (10, 20, 45)))
    assert without_t_poses(motion, body) == (0, len(motion))
    assert held_t_poses(motion, body)[62:78].all()


def test_nothing_is_left_of_a_mere_t_pose(body: Body):
    assert without_t_poses(arms(way((90, 90, 40))), body) == (0, 0)


def test_people_who_walk_with_arms_out_hold_no_t_pose(body: Body):
    motion = arms(way((90, 90, 60)))
    path = np.zeros((60, 3))
    path[:, 2] = np.arange(60) * 0.04
    assert not held_t_poses(motion.moved(path), body)[1:-1].any()
    assert without_t_poses(motion.moved(path), body) == (1, 59)
