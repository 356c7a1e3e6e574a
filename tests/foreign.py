"""Motion files as other people write them, of movements whose places in the world are known.

What is known is worked out here, by another forward kinematics than the package's: a motion is the rotation of every
joint and the place of the pelvis in an upright world whose floor is y = 0.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path

import numpy as np

from motionclip_blender.core.body import Body
from motionclip_blender.core.skeleton import INDEX, PARENTS

FPS = 30.0
LIMBS = [
    ("left_shoulder", "left_elbow"), ("right_shoulder", "right_elbow"), ("left_elbow", "left_wrist"),
    ("right_elbow", "right_wrist"), ("left_hip", "left_knee"), ("right_hip", "right_knee"),
    ("left_knee", "left_ankle"), ("right_knee", "right_ankle"), ("pelvis", "spine3"), ("right_hip", "left_hip"),
    ("right_shoulder", "left_shoulder"),
]  # fmt: skip

# Which way each file's X, Y and Z point in the upright world, as rows: the upright world has +Y up
FILE_AXES = {
    "Y": ((1, 0, 0), (0, 1, 0), (0, 0, 1)),
    "Z": ((1, 0, 0), (0, 0, -1), (0, 1, 0)),
    "Z, turned": ((0, 0, 1), (1, 0, 0), (0, 1, 0)),
    "-Y": ((1, 0, 0), (0, -1, 0), (0, 0, -1)),
    "-Z": ((1, 0, 0), (0, 0, 1), (0, -1, 0)),
    "X": ((0, 1, 0), (-1, 0, 0), (0, 0, 1)),
    "-X": ((0, -1, 0), (1, 0, 0), (0, 0, 1)),
}
REST = {"smplx": (0.0031, -0.3514, 0.0120), "smplh": (-0.0018, -0.2233, 0.0282), "smpl": (-0.0018, -0.2233, 0.0282)}
"""Where the published bodies' pelvis rests."""


@dataclass(frozen=True)
class Known:
    """poses: (T, 55, 3) axis-angle. pelvis: (T, 3) metres in the upright world."""

    poses: np.ndarray
    pelvis: np.ndarray

    def places(self, body: Body) -> np.ndarray:
        """(T, 55, 3) joints in the upright world."""
        rest = body.joints().astype(float)
        local = matrices(self.poses)
        turns, places = local.copy(), np.zeros(self.poses.shape)
        places[:, 0] = self.pelvis
        for joint, parent in enumerate(PARENTS[1:], start=1):
            turns[:, joint] = turns[:, parent] @ local[:, joint]
            places[:, joint] = places[:, parent] + turns[:, parent] @ (rest[joint] - rest[parent])
        return places


def walk(frames: int = 40) -> Known:
    """A walk of 1.3 m that bears to the left, the arms at the sides; the lower foot is on the floor."""
    at = np.arange(frames) / FPS
    swing = np.sin(2 * np.pi * at)
    poses = np.zeros((frames, 55, 3))
    poses[:, INDEX["left_hip"], 0], poses[:, INDEX["right_hip"], 0] = -0.45 * swing, 0.45 * swing
    poses[:, INDEX["left_knee"], 0] = 0.5 * np.maximum(swing, 0)
    poses[:, INDEX["right_knee"], 0] = 0.5 * np.maximum(-swing, 0)
    poses[:, INDEX["left_shoulder"], 2], poses[:, INDEX["right_shoulder"], 2] = -1.2, 1.2
    poses[:, INDEX["left_elbow"], 1] = -0.3 - 0.2 * swing
    poses[:, INDEX["spine2"], 0] = 0.08
    poses[:, 0, 1] = 0.25 * at
    pelvis = np.stack((0.1 + 0.1 * at**2, np.zeros(frames), -0.3 + 1.0 * at), axis=1)
    return standing(Known(poses, pelvis))


def lying(frames: int = 40) -> Known:
    """Somebody who lies on the back, the head towards -Z, and moves the arms."""
    poses = np.zeros((frames, 55, 3))
    poses[:, 0, 0] = -np.pi / 2
    poses[:, INDEX["left_shoulder"], 2] = 0.4 * np.sin(np.arange(frames) / 5)
    return standing(Known(poses, np.zeros((frames, 3))))


def handstand(frames: int = 40) -> Known:
    """Somebody who stands on the hands."""
    poses = np.zeros((frames, 55, 3))
    poses[:, 0, 2] = np.pi
    poses[:, INDEX["left_shoulder"], 2], poses[:, INDEX["right_shoulder"], 2] = 1.5, -1.5
    poses[:, INDEX["left_hip"], 0] = 0.2 * np.sin(np.arange(frames) / 5)
    return standing(Known(poses, np.zeros((frames, 3))))


def standing(known: Known) -> Known:
    """The lowest of ankles, toes, hips, head and wrists keeps the distance from the floor that its skin has."""
    body = _open_body()
    joints = known.places(body)[:, :22, 1]
    skin = np.full(22, 0.1)
    for side in ("left", "right"):
        for name in ("ankle", "foot"):
            skin[INDEX[f"{side}_{name}"]] = body.joints()[INDEX[f"{side}_{name}"], 1]
    height = (joints - skin).min(axis=1)
    return replace(known, pelvis=known.pelvis - np.stack((0 * height, height, 0 * height), axis=1))


@cache
def _open_body() -> Body:
    return Body.load()


def file_arrays(known: Known, axes: str = "Y", form: str = "AMASS", unit: float = 1.0) -> dict[str, np.ndarray]:
    """The arrays of a file with `known` in it. unit: of the file's numbers in a metre."""
    poses, trans = in_file(known, axes, model_of(form))
    return FORMS[form](poses.reshape(len(poses), -1), trans * unit)


def in_file(known: Known, axes: str, model: str) -> tuple[np.ndarray, np.ndarray]:
    """(T, 55, 3) poses and (T, 3) trans in metres, along a file's axes, as the model's published body means them."""
    to_file = np.array(FILE_AXES[axes], float)
    poses = known.poses.copy()
    poses[:, 0] = vectors(to_file @ matrices(poses[:, 0]))
    return poses, known.pelvis @ to_file.T - np.array(REST[model])


def model_of(form: str) -> str:
    return next((model for model in ("smplh", "smpl ") if model in form.lower()), "smplx").strip()


def _split(flat: np.ndarray) -> dict[str, np.ndarray]:
    return {
        "global_orient": flat[:, :3], "body_pose": flat[:, 3:66], "jaw_pose": flat[:, 66:69],
        "leye_pose": flat[:, 69:72], "reye_pose": flat[:, 72:75],
        "left_hand_pose": flat[:, 75:120], "right_hand_pose": flat[:, 120:],
    }  # fmt: skip


def _smplh(flat: np.ndarray) -> np.ndarray:
    return np.concatenate((flat[:, :66], flat[:, 75:]), axis=1)


def _smpl(flat: np.ndarray) -> np.ndarray:
    return np.concatenate((flat[:, :66], np.full((len(flat), 6), 0.3)), axis=1)


FORMS = {
    "AMASS": lambda p, t: {"poses": p, "trans": t, "mocap_frame_rate": 30.0, "surface_model_type": "smplx"},
    "AMASS, split": lambda p, t: {
        "root_orient": p[:, :3], "pose_body": p[:, 3:66], "pose_jaw": p[:, 66:69], "pose_eye": p[:, 69:75],
        "pose_hand": p[:, 75:], "trans": t, "mocap_framerate": np.array([30]), "gender": b"male",
    },
    "smplx, split": lambda p, t: _split(p) | {"transl": t, "fps": "30"},
    "smplx, matrices": lambda p, t: {
        "global_orient": matrices(p.reshape(len(p), -1, 3)[:, :1]),
        "body_pose": matrices(p.reshape(len(p), -1, 3)[:, 1:22]), "transl": t[:, None], "fps": b"30.0",
    },
    "a batch of one": lambda p, t: {"poses": p[None], "trans": t[:, None], "frame_rate": np.array([[30.0]])},
    "joints in an axis of their own": lambda p, t: {
        "fullpose": p.reshape(len(p), 55, 3), "trans": t, "framerate": np.float32(30)
    },
    "SMPLH of 156 numbers": lambda p, t: {
        "poses": _smplh(p), "trans": t, "mocap_framerate": 30.0, "dmpls": np.zeros((len(p), 8))
    },
    "SMPL of 72 numbers": lambda p, t: {"poses": _smpl(p), "trans": t, "mocap_frame_rate": np.array(["30"])},
    "SMPL of 24 joints": lambda p, t: {"smpl_poses": _smpl(p).reshape(len(p), 24, 3), "smpl_trans": t, "FPS": 30},
}  # fmt: skip
"""By the way in which numbers are laid out and keys are called: from (T, 165) poses and (T, 3) trans."""


def write(path: Path, arrays: dict[str, object]) -> Path:
    np.savez(path, **arrays)
    return path


def difference(got: np.ndarray, truth: np.ndarray) -> tuple[float, float, float]:
    """Between two (T, 55, 3): mean degrees of limbs, metres of the way, metres of the pelvis's height.

    Which way a file's person faces is nobody's: after the one turn about the vertical that fits best.
    """
    a, b = (
        np.stack([places[:, INDEX[end]] - places[:, INDEX[start]] for start, end in LIMBS], axis=1)
        for places in (truth, got)
    )
    a, b = (limbs / np.linalg.norm(limbs, axis=-1, keepdims=True) for limbs in (a, b))
    across = (a[..., 2] * b[..., 0] - a[..., 0] * b[..., 2]).sum()
    along = (a[..., 0] * b[..., 0] + a[..., 2] * b[..., 2]).sum()
    turn = matrices(np.array([0, np.arctan2(across, along), 0]))
    angles = np.degrees(np.arccos(np.clip((a @ turn.T * b).sum(-1), -1, 1)))
    way = (truth[:, 0] - truth[0, 0]) @ turn.T - (got[:, 0] - got[0, 0])
    return float(angles.mean()), float(np.linalg.norm(way, axis=1).max()), float(np.abs(got - truth)[:, 0, 1].max())


def matrices(turns: np.ndarray) -> np.ndarray:
    """(..., 3, 3) of axis-angle (..., 3), by Rodrigues' formula."""
    angle = np.linalg.norm(turns, axis=-1)[..., None, None]
    x, y, z = np.moveaxis(turns / np.maximum(angle[..., 0], 1e-12), -1, 0)
    zero = np.zeros_like(x)
    cross = np.stack((zero, -z, y, z, zero, -x, -y, x, zero), axis=-1).reshape(*x.shape, 3, 3)
    return np.eye(3) + np.sin(angle) * cross + (1 - np.cos(angle)) * (cross @ cross)


def vectors(turns: np.ndarray) -> np.ndarray:
    """(T, 3) axis-angle of (T, 3, 3), by the axis that a rotation leaves alone."""
    symmetric = turns + turns.transpose(0, 2, 1) + (1 - np.trace(turns, axis1=1, axis2=2))[:, None, None] * np.eye(3)
    longest = np.argmax(np.linalg.norm(symmetric, axis=1), axis=1)
    axis = symmetric[np.arange(len(turns)), :, longest]
    axis /= np.maximum(np.linalg.norm(axis, axis=1, keepdims=True), 1e-12)
    angle = np.arccos(np.clip((np.trace(turns, axis1=1, axis2=2) - 1) / 2, -1, 1))[:, None]
    either = np.stack((angle * axis, -angle * axis))
    wrong = np.abs(matrices(either) - turns).max(axis=(2, 3))
    return np.where(wrong[0] <= wrong[1], *(one.T for one in either)).T
