"""Measures a motion: which side moves, where it travels, how far it turns, how often it repeats, how feet slide."""

from __future__ import annotations

from functools import lru_cache

import numpy as np

from . import rotations as rot
from .body import Body
from .kinematics import positions
from .motion import Motion, heading
from .root_trajectory import RootTrajectory, turned
from .skeleton import BODY, INDEX

_NEAR_FLOOR = 0.025  # metres
_FLOOR = 5.0  # percentile of the heights of the lower foot
SPINE = [INDEX[name] for name in ("spine1", "spine2", "spine3")]
_ENDS = {
    "arm": (("left_shoulder", "left_elbow", "left_wrist"), ("right_shoulder", "right_elbow", "right_wrist")),
    "leg": (("left_hip", "left_knee", "left_ankle"), ("right_hip", "right_knee", "right_ankle")),
}
FAR = 0.25
"""Metres: a body that ends nearer to its start does not travel."""

_ENDS_SHARE = 0.08  # of a motion's frames at its start and its end, over which headings are averaged
_RAISED = 2.0  # per second: weight of a limb's height relative to its speed
_SHORTEST = 6  # least frames of a period, at 30 per second
_ALIKE = 0.45  # largest difference of frames a period apart, relative to the mean difference of two frames
_OUT = 0.7  # share of the movement's range beyond which it is out; below 1 - `_OUT` it is back
_MOVING = 0.12  # share of the fastest movement, below which the body counts as still


def facing(motion: Motion) -> np.ndarray:
    """Returns the heading of the chest, (T,) radians: 0 along +Z, left positive, unwrapped."""
    return np.unwrap(heading(chest_rotations(motion.rotations)))


def chest_rotations(rotations: np.ndarray) -> np.ndarray:
    """Returns the chest's rotations in the world, unit quaternions (T, 4) float64.

    rotations: (T, 55, 4) unit quaternions, each relative to the joint's parent.
    """
    world = rotations[:, 0].astype(np.float64)
    for joint in SPINE:
        world = rot.quat_multiply(world, rotations[:, joint])
    return world


def measured_travel(motion: Motion, heading_of: np.ndarray | None = None) -> tuple[float | None, float]:
    """Returns the degrees from the chest's heading to the direction of travel, left positive, and the metres travelled.

    The direction is None if the body does not travel.
    heading_of: (T,) radians, `facing` by default.
    """
    if len(motion) < 2:
        return None, 0.0
    gone = _steps_seen_ahead(motion, facing(motion) if heading_of is None else heading_of).sum(axis=0)
    metres = float(np.hypot(*gone))
    return (float(np.degrees(np.arctan2(gone[0], gone[1]))) if metres > FAR else None), metres


def travelled(motion: Motion) -> np.ndarray:
    """Returns how far the body is from its start at each frame, (T,) metres, along a path straightened out: what it
    turns by does not bring it nearer."""
    if len(motion) < 2:
        return np.zeros(len(motion))
    way = np.cumsum(_steps_seen_ahead(motion, facing(motion)), axis=0)
    return np.concatenate(([0.0], np.hypot(way[:, 0], way[:, 1])))


def _steps_seen_ahead(motion: Motion, yaw: np.ndarray) -> np.ndarray:
    """Returns the metres (T - 1, 2) that the body goes from frame to frame, to its left and ahead of it. yaw: (T,)."""
    steps = np.diff(motion.translation[:, [0, 2]].astype(np.float64), axis=0)
    return turned(steps, -smoothed(yaw, 0.5 * motion.fps)[:-1])


def measured_turn(motion: Motion) -> float:
    """Returns the degrees that the body turns from the first frames to the last, left positive; over 360 for several
    turns."""
    yaw = RootTrajectory.of(motion).yaw
    few = max(1, round(_ENDS_SHARE * len(yaw)))
    return float(np.degrees(yaw[-few:].mean() - yaw[:few].mean()))


def measured_side(motion: Motion, body: Body, limb: str = "") -> tuple[str, float]:
    """Returns the side that moves more, "left" or "right", and by how much: 0 (both alike) to 1 (only this side).

    limb: "arm", "leg", "support" (the standing leg), "trunk" (the side that it leans to), or "" for arms or legs,
    whichever differ more between the sides.
    """
    if limb == "trunk":
        leans = root_space_joints(motion, body)[:, INDEX["neck"], 0]
        left, right = (float(np.percentile(leans * sign, 95)) for sign in (1, -1))
        return ("left" if left > right else "right"), abs(left - right) / max(abs(left) + abs(right), 1e-9)
    if limb == "support":
        side, more = measured_side(motion, body, "leg")
        return ("right" if side == "left" else "left"), more
    if not limb:
        return max((measured_side(motion, body, each) for each in ("arm", "leg")), key=lambda found: found[1])
    joints = root_space_joints(motion, body)
    scores = []
    for names in _ENDS[limb]:
        at = [INDEX[name] for name in names]
        root, end = joints[:, at[0]], joints[:, at[-1]]
        reach = end - root
        length = np.linalg.norm(joints[:, at[1]] - root, axis=1) + np.linalg.norm(end - joints[:, at[1]], axis=1)
        speed = np.linalg.norm(np.gradient(reach, axis=0), axis=1) * motion.fps if len(motion) > 1 else np.zeros(1)
        raised = 1 + reach[:, 1] / length  # 0 hanging, 1 level, 2 straight up
        held = raised.mean() if limb == "arm" else np.percentile(raised, 90)
        scores.append(np.sqrt(np.mean(speed**2)) + np.percentile(speed, 95) / 2 + _RAISED * length.mean() * held)
    left, right = scores
    more = abs(left - right) / max(left + right, 1e-9)
    return ("left" if left > right else "right"), float(more)


def measured_period(motion: Motion, body: Body) -> float | None:
    """Returns the frames after which the motion repeats itself; None if it does not.

    It is the shortest delay at which poses agree much better than two frames of the motion do by chance.
    """
    poses = root_space_poses(motion, body)
    longest = int(len(poses) * 0.7)
    shortest = max(round(_SHORTEST * motion.fps / 30), 2)
    spread = 2 * poses.var(axis=0).sum()
    if longest <= shortest + 2 or spread < 1e-4:
        return None
    apart = np.array([((poses[lag:] - poses[:-lag]) ** 2).sum(axis=1).mean() for lag in range(1, longest)]) / spread
    dips = [
        i for i in range(shortest, len(apart) - 1) if apart[i] <= apart[i - 1] and apart[i] < apart[i + 1]
    ]  # lag i + 1
    if not dips:
        return None
    best = min(apart[i] for i in dips)
    for i in dips:
        if apart[i] < _ALIKE and apart[i] <= best + 0.15:
            a, b, c = apart[i - 1 : i + 2]
            bend = a - 2 * b + c
            return i + 1 + (0.5 * (a - c) / bend if bend > 0 else 0.0)
    return None


def repetitions(motion: Motion, body: Body) -> list[tuple[int, int]]:
    """Returns pairs of frames, counted from 0: where the motion's main movement goes out, and where it is back.

    The movement is measured along the direction in which poses differ most: it is out beyond 70 percent of the range,
    and back below 30. A movement that does not come back is back at the end.
    """
    poses = root_space_poses(motion, body)
    if len(poses) < 3 or poses.var(axis=0).sum() < 1e-4:
        return []
    centred = poses - poses.mean(axis=0)
    along = smoothed(centred @ np.linalg.svd(centred, full_matrices=False)[2][0], 0.08 * motion.fps)
    low, high = np.percentile(along, [2, 98])
    if abs(along[0] - low) > abs(along[0] - high):
        along, low, high = -along, -high, -low
    share = (along - low) / max(high - low, 1e-9)
    found: list[tuple[int, int]] = []
    out = None
    for frame, value in enumerate(share):
        if out is None and value > _OUT:
            out = frame
        elif out is not None and value < 1 - _OUT:
            found.append((out, frame))
            out = None
    return found if out is None else [*found, (out, len(share))]


def active_part(motion: Motion, body: Body) -> tuple[int, int]:
    """Returns the first frame of the movement and the frame after its last, without the stillness before and after."""
    poses = root_space_poses(motion, body)
    if len(poses) < 3:
        return 0, len(poses)
    movement = smoothed(np.linalg.norm(np.gradient(poses, axis=0), axis=1), 0.1 * motion.fps)
    moving = np.flatnonzero(movement > _MOVING * movement.max())
    return (int(moving[0]), int(moving[-1]) + 1) if len(moving) else (0, len(poses))


@lru_cache(maxsize=4)  # a step is measured several times: its side, its period, its movement
def root_space_joints(motion: Motion, body: Body) -> np.ndarray:
    """Returns the joints relative to the chest's heading and the pelvis' place on the ground, (T, 22, 3) metres.

    The array cannot be written to.
    """
    joints = positions(motion, body.joints(), BODY).astype(np.float64)
    joints = joints - joints[:, :1] * (1, 0, 1)
    yaw = -facing(motion)
    cosine, sine = np.cos(yaw)[:, None], np.sin(yaw)[:, None]
    x, z = joints[..., 0], joints[..., 2]
    found = np.stack((cosine * x + sine * z, joints[..., 1], cosine * z - sine * x), axis=-1)
    found.setflags(write=False)
    return found


def wrists_apart(motion: Motion, body: Body) -> np.ndarray:
    """Returns how far the left wrist is from the mirror image of the right one in the chest's axes, (T,) metres."""
    joints = root_space_joints(motion, body)
    left, right = joints[:, INDEX["left_wrist"]], joints[:, INDEX["right_wrist"]]
    return np.linalg.norm(left - right * (-1, 1, 1), axis=1)


def root_space_poses(motion: Motion, body: Body) -> np.ndarray:
    """Returns the joints as of `root_space_joints` in one row a frame, (T, 66) metres."""
    return root_space_joints(motion, body).reshape(len(motion), -1)


def smoothed(values: np.ndarray, spread: float) -> np.ndarray:
    """Smooths values (T,), of any unit, by a Gaussian with a standard deviation of `spread` frames; returns (T,)."""
    reach = min(round(2.5 * spread), len(values) - 1)
    if reach < 1:
        return values
    kernel = np.exp(-0.5 * (np.arange(-reach, reach + 1) / spread) ** 2)
    return np.convolve(np.pad(values, reach, mode="edge"), kernel / kernel.sum(), "valid")


def measured_slide(motion: Motion, body: Body) -> float:
    """Returns the speed over the ground of the feet while they are near the floor, in m/s; see `sliding`."""
    slide = sliding(body.posed_joints(motion)[:, :BODY].astype(np.float64), motion.fps)
    return float(np.nan_to_num(slide))


def sliding(positions: np.ndarray, fps: float) -> np.ndarray:
    """Returns (...) m/s: speed over the ground of the feet while they are near the floor; NaN where they never are.

    positions: (..., T, 22, 3) metres.
    A foot h above the floor counts 2 - 2^(h / H) of its speed, nothing from H = 2.5 cm up (Zhang et al., Mode-Adaptive
    Neural Networks for Quadruped Motion Control, 2018). The floor is a low percentile of the height of the lower foot.
    Contact does not depend on speed, because fast sliding feet are to be measured.
    """
    feet = positions[..., [INDEX["left_foot"], INDEX["right_foot"]], :]
    heights = feet[..., 1]
    floor = np.percentile(heights.min(axis=-1), _FLOOR, axis=-1)[..., None, None]
    above = np.maximum(heights - floor, 0.0)
    above = np.maximum(above[..., 1:, :], above[..., :-1, :])  # both frames of a step must be low
    speed = np.linalg.norm(np.diff(feet[..., [0, 2]], axis=-3), axis=-1) * fps
    near = above < _NEAR_FLOOR
    weighted = (speed * (2 - 2 ** (above / _NEAR_FLOOR)) * near).sum(axis=(-1, -2))
    count = near.sum(axis=(-1, -2))
    return np.where(count > 0, weighted / np.maximum(count, 1), np.nan)
