"""Stands a fitted body on the floor: which way is up in a photo, and where the camera is."""

from __future__ import annotations

import numpy as np

from ..core.body import Body
from ..core.motion import Motion
from ..core.rotations import axis_angle_to_quat, matrix_to_quat, quat_to_axis_angle, quat_to_matrix
from ..core.skeleton import INDEX
from .chain import State
from .see import Seen
from .terms import Camera, Fit

_PITCHES = np.radians(np.arange(-25.0, 60.5, 0.5))  # how far the camera looks down
_LEVEL, _LEVEL_SPREAD = np.radians(6.0), np.radians(9.0)
_FEET = 0.05  # metres that both feet differ in height, when both stand
_BALANCE = 0.10  # metres from the middle of the feet to the middle of the body
_UPRIGHT = np.radians(18.0)
_SOLE = np.radians(9.0)
_FEET_SEEN = 0.5
_FLIP = np.diag([1.0, -1.0, -1.0])  # a camera's axes, x right, y down, z forward, to those of a level world


def stood(state: State, body: Body, relaxed: np.ndarray, seen: Seen, score: float) -> Fit:
    """Returns the fit with the floor at y = 0 and the pelvis above the origin; the camera looks along -Z."""
    turns = np.concatenate((state.turns, relaxed))
    motion = Motion.from_axis_angle(turns.reshape(1, -1), state.place[None])
    points = body.posed_vertices(motion, state.betas)[0].astype(np.float64)
    joints = body.posed_joints(motion, state.betas)[0].astype(np.float64)
    pitch = _pitch(points, joints, body, seen)
    rotation = _FLIP @ _about_x(pitch)  # world to camera
    local = points @ rotation  # camera to world, but for the place
    pelvis = joints[0] @ rotation
    position = np.array([-pelvis[0], -local[:, 1].min(), -pelvis[2]])
    root = rotation.T @ quat_to_matrix(axis_angle_to_quat(state.turns[0]))
    pose = turns.copy()
    pose[0] = quat_to_axis_angle(matrix_to_quat(root))
    translation = pelvis + position - body.joints(state.betas)[0]
    camera = Camera(seen.width, seen.height, float(np.exp(state.focal)), rotation, position)
    betas = np.zeros(max(10, len(state.betas)))
    betas[: len(state.betas)] = state.betas
    return Fit(betas, pose, translation, camera, score)


def _about_x(angle: float) -> np.ndarray:
    cosine, sine = np.cos(angle), np.sin(angle)
    return np.array([[1.0, 0.0, 0.0], [0.0, cosine, -sine], [0.0, sine, cosine]])


def _pitch(points: np.ndarray, joints: np.ndarray, body: Body, seen: Seen) -> float:
    """Returns the likeliest angle in radians by which the camera looks down.

    People mostly hold a camera nearly level; who stands has the body's middle above the feet, both feet on one floor
    with level soles, and the trunk upright. Each may be wrong, so none counts without limit.
    """
    owner = body.weights.argmax(axis=1)
    feet = [
        np.flatnonzero(np.isin(owner, [INDEX[f"{side}_ankle"], INDEX[f"{side}_foot"]])) for side in ("left", "right")
    ]
    seen_feet = seen.visible("left_ankle", "right_ankle", "left_foot_index", "right_foot_index") > _FEET_SEEN
    middle = points.mean(axis=0)
    trunk = joints[INDEX["neck"]] - joints[INDEX["pelvis"]]
    costs = []
    for pitch in _PITCHES:
        turn = _FLIP @ _about_x(pitch)
        cost = ((pitch - _LEVEL) / _LEVEL_SPREAD) ** 2
        up = trunk @ turn
        cost += _bounded(np.arctan2(abs(up[2]), up[1]) / _UPRIGHT)
        if not seen_feet:
            legs = (joints[INDEX["pelvis"]] - (joints[INDEX["left_ankle"]] + joints[INDEX["right_ankle"]]) / 2) @ turn
            cost += _bounded(np.arctan2(abs(legs[2]), legs[1]) / _UPRIGHT)
        else:
            soles = [points[ids] @ turn for ids in feet]
            lowest = np.array([sole[:, 1].min() for sole in soles])
            cost += _bounded((lowest[0] - lowest[1]) / _FEET)
            standing = lowest < lowest.min() + 0.08
            support = np.mean([sole.mean(axis=0) for sole, on in zip(soles, standing, strict=True) if on], axis=0)
            cost += _bounded(((middle @ turn)[2] - support[2]) / _BALANCE)
            for side, on in zip(("left", "right"), standing, strict=True):
                if on:
                    along = (joints[INDEX[f"{side}_foot"]] - joints[INDEX[f"{side}_ankle"]]) @ turn
                    rest = body.joints()[INDEX[f"{side}_foot"]] - body.joints()[INDEX[f"{side}_ankle"]]
                    slope = np.arctan2(along[1], np.hypot(along[0], along[2])) - np.arctan2(
                        rest[1], np.hypot(rest[0], rest[2])
                    )
                    cost += 0.5 * _bounded(slope / _SOLE)
        costs.append(cost)
    return float(_PITCHES[int(np.argmin(costs))])


def _bounded(deviations: float) -> float:
    return float(4 * np.log1p((deviations / 2) ** 2))
