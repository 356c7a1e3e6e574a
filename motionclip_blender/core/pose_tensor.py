"""The pose tensor: what a network reads and writes, (T, rows, 6).

One row per joint of the pack, 6D rotations relative to the parent; then one row of translation: the pelvis'
way from the first frame in metres, and three zeros.
"""

from __future__ import annotations

import numpy as np

from . import rotations as rot
from .motion import Motion
from .skeleton import INDEX, JOINTS

_IDENTITY = np.array([1.0, 0.0, 0.0, 0.0], np.float32)


def to_pose_tensor(motion: Motion, joints: tuple[str, ...]) -> np.ndarray:
    """(T, len(joints) + 1, 6) float32."""
    out = np.zeros((len(motion), len(joints) + 1, 6), np.float32)
    out[:, :-1] = rot.quat_to_sixd(motion.rotations[:, [INDEX[name] for name in joints]])
    out[:, -1, :3] = motion.translation - motion.translation[0]
    return out


def from_pose_tensor(poses: np.ndarray, joints: tuple[str, ...], fps: float) -> Motion:
    """The motion of a pose tensor. Joints that the pack does not have rest; the first frame stands at the origin."""
    rotations = np.broadcast_to(_IDENTITY, (len(poses), len(JOINTS), 4)).copy()
    rotations[:, [INDEX[name] for name in joints]] = rot.sixd_to_quat(poses[:, :-1].astype(np.float64))
    return Motion(rotations, poses[:, -1, :3], fps)
