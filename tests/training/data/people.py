"""Makes people of any proportions who move, as `SourceClip`s whose bones have the names of SMPL-X's joints."""

from __future__ import annotations

import numpy as np

from motionclip_blender.core import rotations as rot
from motionclip_blender.core.body import Body
from motionclip_blender.core.retarget.source import RigMap, SourceClip
from motionclip_blender.core.skeleton import INDEX, JOINTS, PARENTS

PAIRS: RigMap = {joint: (joint, joint, 0.0) for joint in JOINTS[:22]}
"""As most rigs, they have no fingers."""


def proportions(body: Body, hips: float = 1.0, shins: float = 1.0, size: float = 1.0) -> np.ndarray:
    """Returns the body's joints (55, 3) at rest with wider hips and longer shins, and the feet on the same floor.

    hips, shins, size: factors.
    """
    rest = body.joints().astype(np.float64)
    for side in ("left", "right"):
        hip, knee, ankle, foot = (INDEX[f"{side}_{name}"] for name in ("hip", "knee", "ankle", "foot"))
        rest[[hip, knee, ankle, foot], 0] += (hips - 1) * rest[hip, 0]
        longer = (shins - 1) * (rest[ankle] - rest[knee])
        rest[[ankle, foot]] += longer
    rest[:, 1] += 0.03 - rest[INDEX["left_foot"], 1]
    return rest * size


def posed(rest: np.ndarray, world: np.ndarray, pelvis: np.ndarray, fps: float = 30.0) -> SourceClip:
    """Returns a clip. world: (T, 55, 4) world rotations. pelvis: (T, 3) its positions."""
    heads = np.empty((len(world), len(JOINTS), 3))
    heads[:, 0] = pelvis
    for joint, parent in enumerate(PARENTS[1:], start=1):
        heads[:, joint] = heads[:, parent] + rot.quat_to_matrix(world[:, parent]) @ (rest[joint] - rest[parent])
    still = np.tile([1.0, 0, 0, 0], (len(JOINTS), 1))
    return SourceClip(JOINTS, rest, still, heads, world, fps)


def stepping(
    rest: np.ndarray, pelvis: np.ndarray, soles: dict[str, np.ndarray], turns: np.ndarray | None = None
) -> SourceClip:
    """Returns a person whose pelvis moves along `pelvis` (T, 3), and whose ankles are at `soles`: side -> (T, 3).

    turns: (T, 3) axis-angle of the body above the legs; upright by default.
    """
    turn = rot.axis_angle_to_quat(np.zeros((len(pelvis), 3)) if turns is None else turns)
    world = np.tile(turn[:, None], (1, len(JOINTS), 1))
    for side, target in soles.items():
        hip, knee, ankle = (INDEX[f"{side}_{name}"] for name in ("hip", "knee", "ankle"))
        world[:, [ankle, INDEX[f"{side}_foot"]]] = (1.0, 0, 0, 0)
        from_hip = target - (pelvis + rot.quat_to_matrix(turn) @ (rest[hip] - rest[0]))
        thigh, shin = np.linalg.norm(rest[knee] - rest[hip]), np.linalg.norm(rest[ankle] - rest[knee])
        distance = np.minimum(np.linalg.norm(from_hip, axis=1), 0.9999 * (thigh + shin))
        along = from_hip / np.linalg.norm(from_hip, axis=1, keepdims=True)
        reach = (thigh**2 - shin**2 + distance**2) / (2 * distance)
        forward = np.cross(along, np.array([1.0, 0, 0]))  # knees bend forward
        forward /= np.linalg.norm(forward, axis=1, keepdims=True)
        bent = np.sqrt(np.maximum(thigh**2 - reach**2, 0))[:, None]
        to_knee = along * reach[:, None] + forward * bent
        world[:, hip] = between(rest[knee] - rest[hip], to_knee)
        world[:, knee] = between(rest[ankle] - rest[knee], along * distance[:, None] - to_knee)
    return posed(rest, world, pelvis)


def between(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    """Returns the smallest rotations (T, 4) that take direction `a` (3,) to directions `b` (T, 3)."""
    a = a / np.linalg.norm(a)
    b = b / np.linalg.norm(b, axis=1, keepdims=True)
    q = np.concatenate((1 + (b @ a)[:, None], np.cross(a, b)), axis=1)
    return q / np.linalg.norm(q, axis=1, keepdims=True)


def swaying(rest: np.ndarray, frames: int = 90, depth: float = 0.25) -> SourceClip:
    """Returns a person whose feet always stand while the body sways, turns, and sinks by `depth` of a leg's length."""
    t = np.arange(frames) / 30
    leg = rest[INDEX["left_hip"], 1] - rest[INDEX["left_ankle"], 1]
    pelvis = rest[0] + leg * np.stack(
        (0.08 * np.sin(2 * t), -0.02 - depth * (1 - np.cos(2.5 * t)) / 2, 0.05 * np.sin(3 * t)), axis=1
    )
    feet = {side: np.tile(rest[INDEX[f"{side}_ankle"]], (frames, 1)) for side in SIDES}
    turns = np.stack((0.1 * np.sin(2 * t), 0.3 * np.sin(2.5 * t), 0.1 * np.sin(3 * t)), axis=1)
    return stepping(rest, pelvis, feet, turns)


SIDES = ("left", "right")


def walking(rest: np.ndarray, frames: int = 120) -> SourceClip:
    """Returns a person who walks: every foot stands for six tenths of a second and swings for four."""
    leg = rest[INDEX["left_hip"], 1] - rest[INDEX["left_ankle"], 1]
    t = np.arange(frames) / 30
    stride = 1.2 * leg
    pelvis = rest[0] + leg * np.stack((0 * t, -0.06 + 0.01 * np.cos(4 * np.pi * t), 1.2 * t), axis=1)
    soles = {}
    for side, phase in (("left", 0.0), ("right", 0.5)):
        step, part = np.divmod(t + phase, 1.0)
        swing = np.clip((part - 0.6) / 0.4, 0, 1)
        ankle = np.tile(rest[INDEX[f"{side}_ankle"]], (frames, 1))
        ankle[:, 2] += stride * (step - phase + 0.3 + (1 - np.cos(np.pi * swing)) / 2)
        ankle[:, 1] += 0.15 * leg * np.sin(np.pi * swing) ** 2
        soles[side] = ankle
    return stepping(rest, pelvis, soles)


def jumping(rest: np.ndarray, frames: int = 75) -> SourceClip:
    """Returns a person who stands, is in the air for half a second, and stands."""
    t = np.arange(frames) / 30
    leg = rest[INDEX["left_hip"], 1] - rest[INDEX["left_ankle"], 1]
    flight = np.clip((t - 1) / 0.5, 0, 1)
    up = 0.5 * leg * 4 * flight * (1 - flight)
    rise = np.stack((0 * t, up, 0 * t), axis=1)
    pelvis = rest[0] + rise - (0, 0.03 * leg, 0)
    return stepping(rest, pelvis, {side: rest[INDEX[f"{side}_ankle"]] + rise for side in SIDES})
