"""Computes figures of motions from the positions of their joints.

`positions` are always (..., T, 22, 3) metres, in the order of `BODY_JOINTS`; every function keeps the leading axes.
"""

from __future__ import annotations

import numpy as np

from motionclip_blender.core import measure
from motionclip_blender.core.motion import heading
from motionclip_blender.core.skeleton import INDEX

_GROUND = [0, 2]  # X and Z
_FEET = [INDEX["left_foot"], INDEX["right_foot"]]
_ANKLES = [INDEX["left_ankle"], INDEX["right_ankle"]]
_WRISTS = [INDEX["left_wrist"], INDEX["right_wrist"]]
_FAR = 95.0  # percentile of the distances between the ankles


def jerk(positions: np.ndarray, fps: float) -> np.ndarray:
    """Returns (...) m/s^3: mean length of the third derivative of the joints' positions; 0 for under four frames."""
    if positions.shape[-3] < 4:
        return np.zeros(positions.shape[:-3])
    return np.linalg.norm(np.diff(positions, n=3, axis=-3), axis=-1).mean(axis=(-1, -2)) * fps**3


def sliding(positions: np.ndarray, fps: float) -> np.ndarray:
    """Returns (...) cm/s of `core.measure.sliding`."""
    return 100 * measure.sliding(positions, fps)


def speed(positions: np.ndarray, fps: float) -> np.ndarray:
    """Returns (...) m/s: mean speed of all joints, including the movement over the ground."""
    return np.linalg.norm(np.diff(positions, axis=-3), axis=-1).mean(axis=(-1, -2)) * fps


def bend(positions: np.ndarray) -> np.ndarray:
    """Returns (...) degrees: mean angle of the line from pelvis to neck with the vertical."""
    trunk = positions[..., INDEX["neck"], :] - positions[..., INDEX["pelvis"], :]
    return np.degrees(np.arctan2(np.linalg.norm(trunk[..., _GROUND], axis=-1), trunk[..., 1])).mean(axis=-1)


def sway(positions: np.ndarray) -> np.ndarray:
    """Returns (...) degrees: standard deviation over time of the lean of the line from pelvis to neck to the sides.

    The sides are those of the hips in each frame; a lean that stays does not count.
    """
    trunk = positions[..., INDEX["neck"], :] - positions[..., INDEX["pelvis"], :]
    across = (positions[..., INDEX["left_hip"], :] - positions[..., INDEX["right_hip"], :])[..., _GROUND]
    across /= np.maximum(np.linalg.norm(across, axis=-1, keepdims=True), 1e-9)
    aside = (trunk[..., _GROUND] * across).sum(axis=-1)
    lean = np.arcsin(np.clip(aside / np.maximum(np.linalg.norm(trunk, axis=-1), 1e-9), -1, 1))
    return np.degrees(lean).std(axis=-1)


def stride(positions: np.ndarray) -> np.ndarray:
    """Returns (...) metres: distance of the ankles over the ground when they are far apart."""
    left, right = (positions[..., ankle, :][..., _GROUND] for ankle in _ANKLES)
    return np.percentile(np.linalg.norm(left - right, axis=-1), _FAR, axis=-1)


def hands(positions: np.ndarray) -> np.ndarray:
    """Returns (...) metres: mean height of the wrists over the pelvis; negative below it."""
    return (positions[..., _WRISTS, 1].mean(axis=-1) - positions[..., INDEX["pelvis"], 1]).mean(axis=-1)


def height(positions: np.ndarray) -> np.ndarray:
    """Returns (...) metres: mean height of the pelvis over the lower foot."""
    return (positions[..., INDEX["pelvis"], 1] - positions[..., _FEET, 1].min(axis=-1)).mean(axis=-1)


def in_place(positions: np.ndarray, root: np.ndarray | None = None) -> np.ndarray:
    """Returns the positions without the movement over the ground: in every frame the pelvis is over the origin.

    root: (..., T, 4) rotations of the pelvis; with them, the motion is also turned to face +Z in the first frame.
    """
    centre = positions[..., INDEX["pelvis"], :].copy()
    centre[..., 1] = 0.0
    out = positions - centre[..., None, :]
    if root is None:
        return out
    turn = -heading(root[..., 0, :])
    cosine, sine = np.cos(turn), np.sin(turn)
    x, z = out[..., 0].copy(), out[..., 2].copy()
    cosine, sine = cosine[..., None, None], sine[..., None, None]
    out[..., 0], out[..., 2] = cosine * x + sine * z, cosine * z - sine * x
    return out


def apart(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    """Returns (...) metres: mean distance of the joints of two motions of the same length, frame by frame."""
    return np.linalg.norm(a - b, axis=-1).mean(axis=(-1, -2))
