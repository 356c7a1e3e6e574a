"""Motions made up for benchmarks."""

from __future__ import annotations

import numpy as np

from motionclip_blender.core import rotations as rot
from motionclip_blender.core.motion import Motion
from motionclip_blender.core.skeleton import JOINTS


def sample_motion(frames: int, fps: float) -> Motion:
    """All joints swing, the pelvis walks."""
    seconds = np.arange(frames)[:, None, None] / fps
    axes = np.random.default_rng(0).normal(size=(len(JOINTS), 3)) * 0.3
    return Motion(rot.axis_angle_to_quat(axes * np.sin(3 * seconds)), seconds[:, 0] * (0, 0, 1), fps)
