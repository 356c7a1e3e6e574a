"""Feet that stand where the source's stand, on the floor.

A body of other proportions that moves its legs as the source does slides: its hips are wider, its shins longer.
So while a foot of the source stands, ours is held at one distance from it, by bending hip and knee a little (the
usual clean-up of retargeted motion; Kovar et al., "Footskate cleanup for motion capture editing", 2002).
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

from motionclip_blender.core import rotations as rot
from motionclip_blender.core.body import Body
from motionclip_blender.core.motion import Motion
from motionclip_blender.core.skeleton import INDEX, PARENTS

from .stance import Likeness, runs

_EASE = 0.2  # seconds over which a foot comes into its place before a stance, and leaves it afterwards
_REACH = 0.9995  # of the leg's length: a leg is never quite straightened to reach a place
_SELDOM_LOWER = 5.0  # percentile of heights that is the floor of those who never stand
_LIFT_EASE = 0.1  # seconds: how gently the body is lifted where it would dip through the floor


def stand(motion: Motion, theirs: Likeness, body: Body) -> Motion:
    """`motion` with its feet held where those of `theirs`, the same movement, stand; then put on the floor."""
    if theirs.on_floor.any():
        motion = _hold_feet(motion, theirs, body)
    return _on_floor(motion, theirs, body)


def _hold_feet(motion: Motion, theirs: Likeness, body: Body) -> Motion:
    joints = body.posed_joints(motion).astype(np.float64)
    offset = joints[:, [INDEX[name] for name in theirs.feet_names]] - theirs.feet
    ease = round(_EASE * motion.fps)
    # one floor for the whole clip, a place of its own for every step
    height = np.median(offset[..., 1][theirs.on_floor])
    shifts = []
    for side in (0, 1):
        shift = np.empty((len(motion), 3))
        shift[:, [0, 2]] = _shift(offset[:, side, [0, 2]], theirs.standing[:, side], ease)
        shift[:, [1]] = _shift(offset[:, side, [1]], theirs.on_floor[:, side], ease, height)
        shifts.append(shift)
    # what both feet ask for, the whole body does; knees bend only for the difference
    common = (shifts[0] + shifts[1]) / 2
    rotations = motion.rotations.astype(np.float64)
    world = _world(rotations)
    for side, shift in zip(("left", "right"), shifts, strict=True):
        _reach(side, world, joints + common[:, None], joints[:, INDEX[f"{side}_ankle"]] + shift)
    for side in ("left", "right"):
        for joint in (f"{side}_hip", f"{side}_knee", f"{side}_ankle"):
            at = INDEX[joint]
            rotations[:, at] = rot.quat_multiply(rot.quat_conjugate(world[:, PARENTS[at]]), world[:, at])
    return replace(motion, rotations=rotations, translation=motion.translation + common)


def _shift(offset: np.ndarray, held: np.ndarray, ease: int, to: float | None = None) -> np.ndarray:
    """(T, n) what to add to a foot so that while it is `held` it keeps one distance from the source's.

    offset: (T, n) from the source's foot to ours. to: the offset to keep, by default the mean of each hold.
    """
    shift = np.zeros_like(offset)
    weight = np.zeros(len(offset))
    fade = (1 + np.cos(np.pi * np.arange(1, ease + 1) / (ease + 1))) / 2
    for start, stop in runs(held):
        correction = (offset[start:stop].mean(axis=0) if to is None else to) - offset[start:stop]
        before, after = min(ease, start), min(ease, len(offset) - stop)
        shift[start:stop] += correction
        weight[start:stop] += 1
        shift[start - before : start] += fade[:before][::-1, None] * correction[0]
        weight[start - before : start] += fade[:before][::-1]
        shift[stop : stop + after] += fade[:after, None] * correction[-1]
        weight[stop : stop + after] += fade[:after]
    # between two holds that follow closely both fade at once
    return shift / np.maximum(weight, 1)[:, None]


def _reach(side: str, world: np.ndarray, joints: np.ndarray, target: np.ndarray) -> None:
    """Turns hip and knee in `world` (T, 55, 4) so that the ankle comes to `target` (T, 3); the foot stays level.

    joints: (T, 55, 3) places before. The knee keeps its plane.
    """
    hip, knee, ankle = (joints[:, INDEX[f"{side}_{name}"]] for name in ("hip", "knee", "ankle"))
    thigh, shin = (np.linalg.norm(b - a, axis=1) for a, b in ((hip, knee), (knee, ankle)))
    to_target = target - hip
    distance = np.clip(np.linalg.norm(to_target, axis=1), np.abs(thigh - shin) + 1e-4, (thigh + shin) * _REACH)
    now = np.clip(np.linalg.norm(ankle - hip, axis=1), np.abs(thigh - shin) + 1e-4, (thigh + shin) * 0.99999)
    # the knee's bend, by the law of cosines, before and after
    bend = [np.arccos(np.clip((thigh**2 + shin**2 - d**2) / (2 * thigh * shin), -1, 1)) for d in (now, distance)]
    # legs that are straight show no plane: theirs is the one in which knees bend, about the thigh's own X
    axis = np.cross(knee - hip, ankle - knee)
    thigh_x = rot.quat_to_matrix(world[:, INDEX[f"{side}_hip"]])[..., 0]
    length = np.linalg.norm(axis, axis=1, keepdims=True)
    straight = (1 - np.clip(length / (0.05 * (thigh * shin)[:, None]), 0, 1)) * np.sign(
        np.where(np.sum(axis * thigh_x, axis=1, keepdims=True) < 0, -1, 1)
    )
    axis = axis / np.maximum(length, 1e-9) * (1 - np.abs(straight)) + thigh_x * straight
    axis /= np.maximum(np.linalg.norm(axis, axis=1, keepdims=True), 1e-9)
    fold = rot.axis_angle_to_quat(axis * (bend[0] - bend[1])[:, None])
    folded = knee + _rotated(fold, ankle - knee)
    swing = _between(folded - hip, to_target)
    knee_turn = rot.quat_multiply(swing, fold)
    at_hip, at_knee = INDEX[f"{side}_hip"], INDEX[f"{side}_knee"]
    world[:, at_hip] = rot.quat_multiply(swing, world[:, at_hip])
    world[:, at_knee] = rot.quat_multiply(knee_turn, world[:, at_knee])


def _on_floor(motion: Motion, theirs: Likeness, body: Body) -> Motion:
    """The motion lowered or lifted so that who stands stands on the floor, and lifted gently where more of the
    body, a back, a hand, would dip through it."""
    lowest = body.posed_vertices(motion, ids=body.contacts)[..., 1].min(axis=1)
    if theirs.standing.any():
        feet = [INDEX[name] for name in theirs.feet_names]
        soles = body.joints()[feet, 1] - body.template[:, 1].min()
        floor = np.median((body.posed_joints(motion)[:, feet, 1] - soles)[theirs.standing])
    else:
        floor = np.percentile(lowest, _SELDOM_LOWER)
    dip = np.maximum(floor - lowest, 0)
    reach = round(_LIFT_EASE * motion.fps)
    if reach:
        # the deepest dip near by, smoothed: never less than the dip itself
        deepest = sliding_window_view(np.pad(dip, 2 * reach, mode="edge"), 2 * reach + 1).max(axis=1)
        kernel = np.hanning(2 * reach + 3)[1:-1]
        dip = np.convolve(deepest, kernel / kernel.sum(), "valid")
    path = np.zeros((len(motion), 3))
    path[:, 1] = dip - floor
    return motion.moved(path)


def _world(rotations: np.ndarray) -> np.ndarray:
    world = rotations.copy()
    for joint, parent in enumerate(PARENTS[1:], start=1):
        world[:, joint] = rot.quat_multiply(world[:, parent], rotations[:, joint])
    return world


def _rotated(quats: np.ndarray, vectors: np.ndarray) -> np.ndarray:
    return np.einsum("tab,tb->ta", rot.quat_to_matrix(quats), vectors)


def _between(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    """(T, 4) the smallest rotations that take directions `a` to directions `b`, both (T, 3)."""
    a = a / np.linalg.norm(a, axis=1, keepdims=True)
    b = b / np.linalg.norm(b, axis=1, keepdims=True)
    q = np.concatenate((1.0 + np.sum(a * b, axis=1, keepdims=True), np.cross(a, b)), axis=1)
    return q / np.linalg.norm(q, axis=1, keepdims=True)
