"""Converts motions to and from the (T, rows, 6) numbers that a network reads and writes, in a pack's `PoseFormat`."""

from __future__ import annotations

import numpy as np

from . import rotations as rot
from .motion import Motion
from .pose_format import FIRST_COLUMNS, NO_ROW, PELVIS, PoseFormat
from .skeleton import INDEX, JOINTS

_IDENTITY = np.array([1.0, 0.0, 0.0, 0.0], np.float32)

_Z_UP = rot.axis_angle_to_quat(np.array([np.pi / 2, 0.0, 0.0]))
"""Rotation from `core`'s axes to AMASS's: y becomes z, and a body facing +Z faces -Y."""

_LEG = np.array([[-0.0677, -0.0905, -0.0043], [-0.0383, -0.3826, -0.0089], [0.0158, -0.3984, -0.0423]])
"""Offsets from pelvis to right hip, hip to knee, knee to ankle, of SMPL's neutral mean body at rest; metres."""
_LEG_JOINTS = [INDEX["pelvis"], INDEX["right_hip"], INDEX["right_knee"]]


def to_pose_tensor(motion: Motion, pose_format: PoseFormat) -> np.ndarray:
    """Returns the (T, rows, 6) float32 pose tensor of a motion."""
    joints = [INDEX[name] for name in pose_format.joints]
    rotations = motion.rotations[:, joints]
    if pose_format.up == "z" and "pelvis" in pose_format.joints:
        root = pose_format.joints.index("pelvis")
        rotations[:, root] = rot.quat_multiply(_Z_UP, rotations[:, root])
    out = np.zeros((len(motion), pose_format.rows, 6), np.float32)
    out[:, : len(joints)] = rot.quat_to_sixd(rotations)
    if pose_format.rotation == FIRST_COLUMNS:
        out[:, : len(joints)] = rot.matrix_to_sixd(np.swapaxes(rot.quat_to_matrix(rotations), -1, -2))
    if pose_format.last_row != NO_ROW:
        path = motion.translation if pose_format.last_row == PELVIS else _right_ankle(motion)
        path = path - path[0]
        out[:, -1, :3] = path @ rot.quat_to_matrix(_Z_UP).T if pose_format.up == "z" else path
    return out


def from_pose_tensor(poses: np.ndarray, pose_format: PoseFormat, fps: float) -> Motion:
    """Returns the motion of a pose tensor.

    Joints that the format does not have stay at rest. The first frame's pelvis is at its place at rest; if the tensor
    does not hold the body's path, it stays there.
    """
    poses = poses.astype(np.float64)
    matrices = rot.sixd_to_matrix(poses[:, : len(pose_format.joints)])
    if pose_format.rotation == FIRST_COLUMNS:
        matrices = np.swapaxes(matrices, -1, -2)
    rotations = np.broadcast_to(_IDENTITY, (len(poses), len(JOINTS), 4)).astype(np.float64)
    rotations[:, [INDEX[name] for name in pose_format.joints]] = rot.matrix_to_quat(matrices)
    if pose_format.up == "z" and "pelvis" in pose_format.joints:
        rotations[:, 0] = rot.quat_multiply(rot.quat_conjugate(_Z_UP), rotations[:, 0])
    path = np.zeros((len(poses), 3))
    if pose_format.last_row == PELVIS:
        path = poses[:, -1, :3]
        if pose_format.up == "z":
            path = path @ rot.quat_to_matrix(_Z_UP)
    return Motion(rotations, path, fps)


def _right_ankle(motion: Motion) -> np.ndarray:
    """Returns the right ankle of SMPL's mean body relative to the pelvis, (T, 3) metres."""
    place, turn = np.zeros((len(motion), 3)), np.broadcast_to(_IDENTITY, (len(motion), 4)).astype(np.float64)
    for joint, bone in zip(_LEG_JOINTS, _LEG, strict=True):
        turn = rot.quat_multiply(turn, motion.rotations[:, joint])
        place += rot.quat_to_matrix(turn) @ bone
    return place
