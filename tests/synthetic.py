"""Bodies and motions made up for tests."""

from __future__ import annotations

import numpy as np

from motionclip_blender.core import rotations as rot
from motionclip_blender.core.motion import Motion
from motionclip_blender.core.skeleton import INDEX, JOINTS, PARENTS

# Rest positions that make a person of 1.7 m: left half and midline, metres
_PLACES = {
    "pelvis": (0, 0, 0), "spine1": (0, 0.11, 0), "spine2": (0, 0.24, 0), "spine3": (0, 0.30, 0.02),
    "neck": (0, 0.50, 0), "head": (0, 0.60, 0.03), "jaw": (0, 0.60, 0.05), "left_eye_smplhf": (0.03, 0.66, 0.1),
    "left_hip": (0.09, -0.08, 0), "left_knee": (0.1, -0.48, 0), "left_ankle": (0.09, -0.88, -0.03),
    "left_foot": (0.11, -0.93, 0.1), "left_collar": (0.05, 0.4, 0), "left_shoulder": (0.17, 0.43, 0),
    "left_elbow": (0.43, 0.42, 0), "left_wrist": (0.68, 0.42, 0),
}  # fmt: skip


def synthetic_arrays(vertices: int, faces: int, shapes: int = 20, posed: bool = False) -> dict[str, np.ndarray]:
    """The arrays of an SMPL-X file: a cloud of points about each joint of a person, with random shape offsets."""
    rng = np.random.default_rng(0)
    places = dict(_PLACES)
    for finger, z in (("thumb", 0.05), ("index", 0.03), ("middle", 0.01), ("ring", -0.01), ("pinky", -0.03)):
        for i in (1, 2, 3):
            places[f"left_{finger}{i}"] = (0.74 + 0.03 * i, 0.42, z)
    for name, (x, y, z) in list(places.items()):
        if name.startswith("left_"):
            places[name.replace("left_", "right_")] = (-x, y, z)
    joints = np.array([places[name] for name in JOINTS])
    owner = np.arange(vertices) % len(JOINTS)
    v_template = joints[owner] + rng.uniform(-0.04, 0.04, (vertices, 3))
    weights = np.zeros((vertices, len(JOINTS)))
    weights[np.arange(vertices), owner] = 0.7
    weights[np.arange(vertices), np.maximum(np.array(PARENTS)[owner], 0)] += 0.3
    f = (np.arange(faces)[:, None] * 7 + np.array([0, 1, 2])) % vertices
    regressor = (owner == np.arange(len(JOINTS))[:, None]) * rng.uniform(0.5, 1.5, (len(JOINTS), vertices))
    parents = np.array(PARENTS, np.int64)
    return {
        "v_template": v_template.astype(np.float32),
        "f": f.astype(np.uint32),
        "weights": weights.astype(np.float32),
        "kintree_table": np.stack((parents, np.arange(len(JOINTS)))).astype(np.uint32),
        "J_regressor": (regressor / regressor.sum(axis=1, keepdims=True)).astype(np.float32),
        "shapedirs": (rng.normal(size=(vertices, 3, shapes)) * 0.005).astype(np.float32),
        "posedirs": (rng.normal(size=(vertices, 3, 486)) * 0.001 * posed).astype(np.float32),
        "hands_meanl": np.full(45, 0.1, np.float32),
        "hands_meanr": np.full(45, -0.1, np.float32),
    }


def random_motion(frames: int, fps: float = 30.0, seed: int = 0, size: float = 1.0) -> Motion:
    """Smooth random rotations of all joints, up to about `size` * pi, and a wandering pelvis."""
    rng = np.random.default_rng(seed)
    seconds = np.arange(frames)[:, None, None] / fps
    phase, rate, axis = rng.uniform(0, 6, (55, 1)), rng.uniform(0.5, 2, (55, 1)), rng.normal(size=(55, 3))
    axis /= np.linalg.norm(axis, axis=1, keepdims=True)
    vectors = axis * np.sin(phase + rate * seconds) * size * np.pi
    walk = np.stack([np.sin(seconds[:, 0, 0] + k) for k in range(3)], axis=1)
    return Motion(rot.axis_angle_to_quat(vectors), walk, fps)


def angle_between(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    """Radians between the rotations of quaternions (..., 4), precise for small ones."""
    apart = rot.quat_multiply(rot.quat_conjugate(a.astype(np.float64)), b.astype(np.float64))
    return 2 * np.arctan2(np.linalg.norm(apart[..., 1:], axis=-1), np.abs(apart[..., 0]))


def arm_swing(frames: int = 21) -> Motion:
    """One arm circles once while the body moves a metre ahead."""
    poses = np.zeros((frames, 55, 3))
    poses[:, INDEX["left_elbow"], 0] = np.sin(np.linspace(0, 2 * np.pi, frames))
    ahead = np.linspace(0, 1, frames)[:, None] * np.array([0, 0, 1])
    return Motion.from_axis_angle(poses.reshape(frames, -1), ahead)
