"""Motions made up for benchmarks, and the labels of those that are made by the pack."""

from __future__ import annotations

import numpy as np

from motionclip_blender.core import rotations as rot
from motionclip_blender.core.motion import Motion
from motionclip_blender.core.recognition import default_labels
from motionclip_blender.core.skeleton import JOINTS


def sample_motion(frames: int, fps: float) -> Motion:
    """All joints swing, the pelvis walks."""
    seconds = np.arange(frames)[:, None, None] / fps
    axes = np.random.default_rng(0).normal(size=(len(JOINTS), 3)) * 0.3
    return Motion(rot.axis_angle_to_quat(axes * np.sin(3 * seconds)), seconds[:, 0] * (0, 0, 1), fps)


def some_labels(most: int) -> list[str]:
    """Returns up to `most` of the labels that ship, evenly taken of their list."""
    every = default_labels()
    return [every[i] for i in np.linspace(0, len(every) - 1, min(most, len(every))).astype(int)]
