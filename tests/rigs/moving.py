"""A motion that moves everything, and how two are compared."""

from __future__ import annotations

import numpy as np

from motionclip_blender.core import rotations as rot
from motionclip_blender.core.motion import Motion
from motionclip_blender.core.skeleton import INDEX

LIMBS = [
    (INDEX[f"{side}_{near}"], INDEX[f"{side}_{far}"])
    for side in ("left", "right")
    for near, far in (("hip", "knee"), ("knee", "ankle"), ("shoulder", "elbow"), ("elbow", "wrist"))
]


def dance(frames: int = 30, way: float = 0.5, fps: float = 30.0) -> Motion:
    """Every joint swings at a pace of its own; the person turns by 80 degrees and goes `way` metres."""
    chance = np.random.default_rng(3)
    time = np.linspace(0, 1, frames)[:, None, None]
    axes = chance.normal(size=(1, 55, 3))
    axes /= np.linalg.norm(axes, axis=-1, keepdims=True)
    swing = chance.uniform(0.2, 0.7, (1, 55, 1)) * np.sin(2 * np.pi * (time * chance.uniform(0.5, 2, (1, 55, 1))))
    poses = axes * swing
    poses[:, 0] = np.stack((0.2 * np.sin(6 * time[:, 0, 0]), 1.4 * time[:, 0, 0], 0 * time[:, 0, 0]), axis=1)
    place = np.stack((way * time[:, 0, 0], 0.05 * np.sin(9 * time[:, 0, 0]), way * time[:, 0, 0] ** 2), axis=1)
    return Motion(rot.axis_angle_to_quat(poses), place, fps)


def degrees(one: np.ndarray, other: np.ndarray) -> np.ndarray:
    """Degrees between directions (..., 3)."""
    one, other = (v / np.linalg.norm(v, axis=-1, keepdims=True) for v in (one, other))
    return np.degrees(np.arctan2(np.linalg.norm(np.cross(one, other), axis=-1), (one * other).sum(axis=-1)))
