"""Converts windows of shards to pose tensors."""

from __future__ import annotations

import numpy as np

from motionclip_blender.core import rotations as rot
from motionclip_blender.core.motion import Motion, heading
from motionclip_blender.core.motion_files.world_axes import AXES
from motionclip_blender.core.pose_format import AHEAD, PoseFormat
from motionclip_blender.core.pose_tensor import to_pose_tensor
from motionclip_blender.core.skeleton import INDEX, JOINTS

from . import files

_ROWS = [INDEX[name] for name in files.JOINTS]


def pose_tensors(turns: np.ndarray, trans: np.ndarray, ups: list[str], pose_format: PoseFormat) -> np.ndarray:
    """Returns (B, T, rows, 6), float32, of windows of one length: turns (B, T, 24, 3) axis-angle, trans (B, T, 3).

    ups: the axis that points up in each of them. Joints of the format that shards do not have rest.
    """
    count, frames = turns.shape[:2]
    rotations = np.zeros((count, frames, len(JOINTS), 4))
    rotations[..., 0] = 1
    rotations[:, :, _ROWS] = rot.axis_angle_to_quat(turns.astype(np.float64))
    way = (trans - trans[:, :1]).astype(np.float64)
    for up in set(ups) - {"Y"}:
        chosen = np.array([one == up for one in ups])
        turn = AXES[up]
        rotations[chosen, :, 0] = rot.quat_multiply(rot.matrix_to_quat(turn), rotations[chosen, :, 0])
        way[chosen] = way[chosen] @ turn.T
    if pose_format.heading == AHEAD:
        angles = np.zeros((count, 3))
        angles[:, 1] = -heading(rotations[:, 0, 0])
        turns_ahead = rot.axis_angle_to_quat(angles)
        rotations[:, :, 0] = rot.quat_multiply(turns_ahead[:, None], rotations[:, :, 0])
        way = np.einsum("bij,btj->bti", rot.quat_to_matrix(turns_ahead), way)
    # one long motion: a row depends on its own frame only, except for the path's origin, which each window sets
    motion = Motion(rotations.reshape(-1, len(JOINTS), 4), way.reshape(-1, 3), files.FPS)
    poses = to_pose_tensor(motion, pose_format).reshape(count, frames, pose_format.rows, 6)
    if pose_format.rows > len(pose_format.joints):
        poses[:, :, -1, :3] -= poses[:, :1, -1, :3]
    return poses
