"""Reads DeepMimic's motion files (`*.humanoid3d.json`; Peng et al., SIGGRAPH 2018).

A frame is its duration, the root's position and quaternion (w, x, y, z), then the joints' rotations relative to their
parents in the order of `_SKELETON`: quaternions, and one angle for a knee or an elbow. Lengths are in metres; the
humanoid faces +X with Y up and +Z to its right, and rests upright with its arms hanging.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np

from motionclip_blender.core import rotations as rot
from motionclip_blender.core.clip_files.frame_rates import is_rate
from motionclip_blender.core.errors import UserError
from motionclip_blender.core.json_text import parsed_json
from motionclip_blender.core.retarget.source import SourceClip

# joint, parent, place relative to its parent at rest, numbers in a frame
_SKELETON = (
    ("root", None, (0, 0, 0), 4),
    ("chest", "root", (0, 0.236151, 0), 4),
    ("neck", "chest", (0, 0.223894, 0), 4),
    ("right_hip", "root", (0, 0, 0.084887), 4),
    ("right_knee", "right_hip", (0, -0.421546, 0), 1),
    ("right_ankle", "right_knee", (0, -0.409870, 0), 4),
    ("right_shoulder", "chest", (-0.02405, 0.24350, 0.18311), 4),
    ("right_elbow", "right_shoulder", (0, -0.274788, 0), 1),
    ("right_wrist", "right_elbow", (0, -0.258947, 0), 0),
    ("left_hip", "root", (0, 0, -0.084887), 4),
    ("left_knee", "left_hip", (0, -0.421546, 0), 1),
    ("left_ankle", "left_knee", (0, -0.409870, 0), 4),
    ("left_shoulder", "chest", (-0.02405, 0.24350, -0.18311), 4),
    ("left_elbow", "left_shoulder", (0, -0.274788, 0), 1),
    ("left_wrist", "left_elbow", (0, -0.258947, 0), 0),
)
_BEFORE_JOINTS = 4  # numbers of the duration and the root's position
_NUMBERS = _BEFORE_JOINTS + sum(count for *_, count in _SKELETON)
_HINGE = np.array([0.0, 0.0, 1.0])
_IDENTITY = np.array([1.0, 0.0, 0.0, 0.0])
# from its axes to SMPL-X's: forward +X to +Z, right +Z to -X
_TO_SMPLX = rot.matrix_to_quat(np.array([[0.0, 0.0, -1.0], [0.0, 1.0, 0.0], [1.0, 0.0, 0.0]]))


def read_humanoid3d(path: Path, fps: float | None = None) -> SourceClip:
    """Reads the clip of a file. fps: the true rate, where the file's durations are wrong.

    Raises `UserError` for a file of another form or a damaged one.
    """
    try:
        frames = np.array(parsed_json(path.read_bytes())["Frames"], np.float64)
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise UserError(f"{path.name} is not a motion of DeepMimic's humanoid3d; copy it again.") from error
    if frames.ndim != 2 or not len(frames):
        raise UserError(f"{path.name} holds no frames; copy it again.")
    if frames.shape[1] != _NUMBERS:
        raise UserError(f"{path.name} has frames of {frames.shape[1]} numbers; humanoid3d has {_NUMBERS}.")
    if not np.isfinite(frames).all():
        raise UserError(f"{path.name} holds numbers that are not finite; export it again.")
    seconds = np.median(frames[:, 0])
    if seconds <= 0:
        raise UserError(f"{path.name} gives its frames no duration; export it again.")
    rate = fps or 1 / float(seconds)
    if not is_rate(rate):
        raise UserError(f"{path.name} says that a frame lasts {seconds:g} seconds; export it again.")
    return _posed(frames, rate)


def _posed(frames: np.ndarray, fps: float) -> SourceClip:
    names = tuple(name for name, *_ in _SKELETON)
    heads, rotations = np.zeros((len(frames), len(names), 3)), np.zeros((len(frames), len(names), 4))
    rest = np.zeros((len(names), 3))
    at = _BEFORE_JOINTS
    for j, (_, parent, offset, count) in enumerate(_SKELETON):
        values = frames[:, at : at + count]
        at += count
        if count == 4:
            local = values / np.maximum(np.linalg.norm(values, axis=1, keepdims=True), 1e-9)
        else:
            local = rot.axis_angle_to_quat(values * _HINGE) if count else np.tile(_IDENTITY, (len(frames), 1))
        if parent is None:
            heads[:, j], rotations[:, j] = frames[:, 1:_BEFORE_JOINTS], local
            continue
        p = names.index(parent)
        rotations[:, j] = rot.quat_multiply(rotations[:, p], local)
        heads[:, j] = heads[:, p] + rot.quat_to_matrix(rotations[:, p]) @ np.array(offset)
        rest[j] = rest[p] + offset
    turn = rot.quat_to_matrix(_TO_SMPLX).T
    rotations = rot.quat_multiply(_TO_SMPLX, rotations)
    return SourceClip(names, rest @ turn, np.tile(_TO_SMPLX, (len(names), 1)), heads @ turn, rotations, fps)
