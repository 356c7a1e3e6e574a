"""Motions as what a network reads and writes."""

from __future__ import annotations

from dataclasses import replace
from itertools import product

import numpy as np
import pytest

from motionclip_blender.core import rotations as rot
from motionclip_blender.core.motion import Motion
from motionclip_blender.core.pose_format import LAST_ROWS, OFFICIAL, PELVIS, RIGHT_ANKLE, ROTATIONS, UPS, PoseFormat
from motionclip_blender.core.pose_tensor import from_pose_tensor, to_pose_tensor
from motionclip_blender.core.skeleton import BODY_JOINTS, INDEX, JOINTS
from tests.synthetic import angle_between, random_motion

BODY = PoseFormat(BODY_JOINTS)


@pytest.mark.parametrize(("rotation", "up", "last_row"), [*product(ROTATIONS, UPS, LAST_ROWS)])
def test_a_motion_survives_the_pose_tensor(rotation: str, up: str, last_row: str):
    motion = random_motion(12)
    pose_format = PoseFormat(JOINTS, rotation, up, last_row)
    poses = to_pose_tensor(motion, pose_format)
    assert poses.shape == (12, pose_format.rows, 6) and poses.dtype == np.float32
    back = from_pose_tensor(poses, pose_format, motion.fps)
    assert angle_between(motion.rotations, back.rotations).max() < 1e-3
    way = motion.translation - motion.translation[0] if last_row == PELVIS else np.zeros((12, 3))
    np.testing.assert_allclose(back.translation, way, atol=1e-6)


def test_the_last_row_is_the_way_of_the_pelvis_from_the_first_frame():
    motion = random_motion(6)
    row = to_pose_tensor(motion, BODY)[:, -1]
    np.testing.assert_allclose(row[:, :3], motion.translation - motion.translation[0], atol=1e-6)
    assert not row[:, 3:].any()


def test_joints_the_pack_lacks_rest():
    motion = from_pose_tensor(to_pose_tensor(random_motion(4), BODY), BODY, 30)
    assert (motion.rotations[:, INDEX["left_index1"]] == (1, 0, 0, 0)).all()


def test_rotations_are_rows_or_columns_of_their_matrices():
    motion = random_motion(5)
    rows, columns = (to_pose_tensor(motion, PoseFormat(JOINTS, rotation))[:, :-1] for rotation in ROTATIONS)
    np.testing.assert_allclose(rows.reshape(5, 55, 2, 3), motion.matrices[:, :, :2], atol=1e-5)
    np.testing.assert_allclose(columns.reshape(5, 55, 2, 3), motion.matrices.transpose(0, 1, 3, 2)[:, :, :2], atol=1e-5)


# --- the official format


def test_the_official_tensor_is_that_of_amass_s_own_numbers():
    """A pose as AMASS stores it, z up: 22 joints of the body, then SMPL-H's joints 22 and 37, the first two rows."""
    rng = np.random.default_rng(3)
    poses = rng.normal(size=(7, 52, 3)) * 0.5  # SMPL-H: 22 of the body, 15 of each hand
    in_smplx = np.concatenate((poses[:, :22], np.zeros((7, 3, 3)), poses[:, 22:]), axis=1)
    recorded = Motion.from_axis_angle(in_smplx.reshape(7, -1), np.zeros((7, 3)))
    # as `core.amass` reads a file with z up
    upright = recorded.rotations.astype(np.float64)
    upright[:, 0] = rot.quat_multiply(rot.axis_angle_to_quat(np.array([-np.pi / 2, 0, 0])), upright[:, 0])
    tensor = to_pose_tensor(replace(recorded, rotations=upright), OFFICIAL)
    smpl = np.concatenate((poses[:, :22], poses[:, [22]], poses[:, [37]]), axis=1)
    expected = rot.quat_to_matrix(rot.axis_angle_to_quat(smpl))[:, :, :2].reshape(7, 24, 6)
    np.testing.assert_allclose(tensor[:, :24], expected, atol=2e-6)


def test_who_stands_in_amass_s_world_stands_and_faces_ahead(open_body):
    """AMASS's root of somebody upright who faces -Y, as its rest pose with z up does, is a quarter turn about X."""
    tensor = np.zeros((3, 25, 6), np.float32)
    tensor[:, :24] = (1, 0, 0, 0, 1, 0)
    tensor[:, 0] = (1, 0, 0, 0, 0, -1)  # the first two rows of that turn
    joints = open_body.posed_joints(from_pose_tensor(tensor, OFFICIAL, 30))
    np.testing.assert_allclose(joints, np.broadcast_to(open_body.joints(), joints.shape), atol=1e-5)


def test_row_24_is_the_right_ankle_of_a_body_whose_pelvis_stays():
    """Lifting the straight right leg ahead by 90 degrees brings its ankle ahead by its length, and up by as much."""
    rotations = np.tile([1.0, 0, 0, 0], (2, 55, 1))
    rotations[1, INDEX["right_hip"]] = rot.axis_angle_to_quat(np.array([-np.pi / 2, 0, 0]))
    motion = Motion(rotations, np.array([[0, 0, 0], [5.0, 6, 7]]))
    row = to_pose_tensor(motion, OFFICIAL)[:, 24]
    assert not row[0].any() and not row[:, 3:].any()
    leg = 0.3826 + 0.3984  # metres, of SMPL's mean body
    ahead, up = -row[1, 1], row[1, 2]
    assert abs(ahead - leg) < 0.06 and abs(up - leg) < 0.06 and abs(row[1, 0]) < 1e-5
    moved = replace(motion, translation=motion.translation * 3)
    np.testing.assert_array_equal(to_pose_tensor(moved, OFFICIAL), to_pose_tensor(motion, OFFICIAL))


def test_row_24_is_smplx_s_own_kinematics():
    """The row against smplx's `batch_rigid_transform`, with the lengths of SMPL's right leg."""
    torch = pytest.importorskip("torch")
    lbs = pytest.importorskip("smplx.lbs")
    motion = random_motion(9)
    chain = [INDEX[name] for name in ("pelvis", "right_hip", "right_knee", "right_ankle")]
    matrices = motion.matrices.copy()
    matrices[:, 0] = np.array([[1, 0, 0], [0, 0, -1], [0, 1, 0]]) @ matrices[:, 0]  # y up to z up
    bones = [[0, 0, 0], [-0.0677, -0.0905, -0.0043], [-0.0383, -0.3826, -0.0089], [0.0158, -0.3984, -0.0423]]
    joints = torch.tensor(np.cumsum(bones, axis=0), dtype=torch.float32).expand(9, -1, -1)
    posed, _ = lbs.batch_rigid_transform(torch.from_numpy(matrices[:, chain]), joints, torch.tensor([-1, 0, 1, 2]))
    ankle = posed[:, 3].numpy()
    np.testing.assert_allclose(to_pose_tensor(motion, OFFICIAL)[:, 24, :3], ankle - ankle[0], atol=1e-5)


def test_the_official_tensor_gives_back_the_24_joints_and_stays_in_place():
    motion = random_motion(10)
    back = from_pose_tensor(to_pose_tensor(motion, OFFICIAL), OFFICIAL, 30)
    kept = [INDEX[name] for name in OFFICIAL.joints]
    assert len(kept) == 24 and kept[22:] == [INDEX["left_index1"], INDEX["right_index1"]]
    assert angle_between(motion.rotations[:, kept], back.rotations[:, kept]).max() < 1e-3
    assert not back.translation.any() and OFFICIAL.last_row == RIGHT_ANKLE
