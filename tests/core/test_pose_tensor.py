"""Motions as what a network reads and writes."""

from __future__ import annotations

import numpy as np

from motionclip_blender.core.pose_tensor import from_pose_tensor, to_pose_tensor
from motionclip_blender.core.skeleton import BODY_JOINTS, INDEX, JOINTS
from tests.synthetic import angle_between, random_motion


def test_a_motion_survives_the_pose_tensor():
    motion = random_motion(12)
    back = from_pose_tensor(to_pose_tensor(motion, JOINTS), JOINTS, motion.fps)
    assert angle_between(motion.rotations, back.rotations).max() < 1e-3
    np.testing.assert_allclose(back.translation, motion.translation - motion.translation[0], atol=1e-6)


def test_the_last_row_is_the_way_of_the_pelvis_from_the_first_frame():
    motion = random_motion(6)
    row = to_pose_tensor(motion, BODY_JOINTS)[:, -1]
    np.testing.assert_allclose(row[:, :3], motion.translation - motion.translation[0], atol=1e-6)
    assert not row[:, 3:].any()


def test_joints_the_pack_lacks_rest():
    motion = from_pose_tensor(to_pose_tensor(random_motion(4), BODY_JOINTS), BODY_JOINTS, 30)
    assert (motion.rotations[:, INDEX["left_index1"]] == (1, 0, 0, 0)).all()
