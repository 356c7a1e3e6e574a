# SPDX-License-Identifier: GPL-3.0-or-later
"""Poses MakeHuman's rest body (arms half down, elbows bent) into SMPL-X's T-pose with MakeHuman's own skin weights."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from .joints import joint_centres
from .source import Shape, Source

CLAVICLE_RAISE = np.radians(10.0)  # the shoulder blade follows a raised arm, or the shoulder would look dislocated
TOE_OUT = np.radians(6.0)
FINGER_SPREAD = 0.75  # share of the resting spread between the fingers that is kept


@dataclass(frozen=True)
class Posed:
    """A body in T-pose: vertices (V, 3) and joint centres (55, 3), metres, soles on y = 0, pelvis over the origin."""

    vertices: np.ndarray
    joints: np.ndarray


def rotation_about(axis: np.ndarray, angle: float) -> np.ndarray:
    """Returns the rotation matrix (3, 3) of ``angle`` radians about ``axis``."""
    x, y, z = axis / np.linalg.norm(axis)
    cross = np.array([[0.0, -z, y], [z, 0.0, -x], [-y, x, 0.0]])
    return np.eye(3) + np.sin(angle) * cross + (1.0 - np.cos(angle)) * cross @ cross


def swing(start: np.ndarray, end: np.ndarray) -> np.ndarray:
    """Returns the shortest rotation (3, 3) that turns the direction ``start`` into ``end``."""
    start, end = start / np.linalg.norm(start), end / np.linalg.norm(end)
    axis = np.cross(start, end)
    sine = np.linalg.norm(axis)
    if sine < 1e-9:
        return np.eye(3)
    return rotation_about(axis, float(np.arctan2(sine, start @ end)))


def twist_angle(about: np.ndarray, start: np.ndarray, end: np.ndarray) -> float:
    """Returns the signed angle in radians about ``about`` that brings ``start`` closest to ``end``."""
    start = start - about * (start @ about)
    end = end - about * (end @ about)
    return float(np.arctan2(np.cross(start, end) @ about, start @ end))


def _arm_rotations(source: Source, shape: Shape, side: str) -> dict[str, np.ndarray]:
    """Returns the world rotation (3, 3) of every bone of one arm and hand, by bone name."""
    sign = 1.0 if side == "L" else -1.0
    out = np.array([sign, 0.0, 0.0])
    names = ("upperarm01", "lowerarm01", "wrist", "finger2-1", "finger3-1", "finger4-1", "finger5-1")
    at = {name: shape.heads[source.bone(f"{name}.{side}")] for name in names}
    turn: dict[str, np.ndarray] = {}
    raised = rotation_about(np.array([0.0, 0.0, sign]), CLAVICLE_RAISE)
    turn["clavicle"] = turn["shoulder01"] = raised

    # Upper arm straight out, rolled so that the elbow bends forwards; the half nearer the shoulder has half the roll.
    upper, fore = at["lowerarm01"] - at["upperarm01"], at["wrist"] - at["lowerarm01"]
    swung = swing(upper, out)
    roll = twist_angle(out, swung @ fore, np.array([0.0, 0.0, 1.0]))
    turn["upperarm01"] = rotation_about(out, 0.5 * roll) @ swung
    turn["upperarm02"] = rotation_about(out, roll) @ swung

    # Forearm: straighten the elbow, then turn the palm down, increasingly towards the wrist, as in a real forearm.
    unbent = swing(turn["upperarm02"] @ fore, out) @ turn["upperarm02"]
    knuckles = [at[f"finger{n}-1"] for n in (2, 3, 4, 5)]
    flat = swing(unbent @ (np.mean(knuckles, axis=0) - at["wrist"]), out) @ unbent
    pronation = twist_angle(out, flat @ (knuckles[0] - knuckles[3]), np.array([0.0, 0.0, 1.0]))
    turn["lowerarm01"] = rotation_about(out, 0.3 * pronation) @ unbent
    turn["lowerarm02"] = rotation_about(out, 0.7 * pronation) @ unbent
    hand = rotation_about(out, pronation) @ flat
    turn["wrist"] = hand

    # Fingers straight and level, keeping most of their spread; the thumb keeps its resting pose.
    for number in (2, 3, 4, 5):
        bones = [source.bone(f"finger{number}-{k}.{side}") for k in (1, 2, 3)]
        direction = hand @ (shape.heads[bones[2]] - shape.heads[bones[0]])
        level = np.array([direction[0], 0.0, FINGER_SPREAD * direction[2]])
        ends = [shape.heads[bones[1]], shape.heads[bones[2]], shape.tails[bones[2]]]
        for k, (bone, end) in enumerate(zip(bones, ends, strict=True), start=1):
            turn[f"finger{number}-{k}"] = swing(hand @ (end - shape.heads[bone]), level) @ hand
    return {f"{name}.{side}": value for name, value in turn.items()}


def bone_rotations(source: Source, shape: Shape) -> np.ndarray:
    """Returns the world rotations (B, 3, 3) that turn the rest pose into the T-pose."""
    heads = shape.heads
    wanted: dict[str, np.ndarray] = {}
    for side, sign in (("L", 1.0), ("R", -1.0)):
        wanted.update(_arm_rotations(source, shape, side))
        hip, knee, ankle = (heads[source.bone(f"{b}.{side}")] for b in ("upperleg01", "lowerleg01", "foot"))
        leg = np.array([0.02 * sign, -1.0, 0.0])
        wanted[f"upperleg01.{side}"] = swing(knee - hip, leg)
        wanted[f"lowerleg01.{side}"] = swing(ankle - knee, leg)
        ball = np.mean([heads[source.bone(f"toe{n}-1.{side}")] for n in range(1, 5)], axis=0)
        forward = np.array([sign * np.sin(TOE_OUT), 0.0, np.cos(TOE_OUT)])
        up = np.array([0.0, 1.0, 0.0])
        # The soles are flat on the floor at rest, so a foot only turns about the upright axis.
        wanted[f"foot.{side}"] = rotation_about(up, twist_angle(up, ball - ankle, forward))
    rotations = np.empty((len(source.bones), 3, 3))
    for index, bone in enumerate(source.bones):
        parent = source.parents[index]
        rotations[index] = wanted.get(bone, np.eye(3) if parent < 0 else rotations[parent])
    return rotations


def to_tpose(source: Source, shape: Shape) -> Posed:
    """Brings one shape into the T-pose and stands it on the floor with the pelvis over the origin."""
    rotations = bone_rotations(source, shape)
    heads = np.empty_like(shape.heads)
    for index, parent in enumerate(source.parents):
        heads[index] = (
            shape.heads[index]
            if parent < 0
            else heads[parent] + rotations[parent] @ (shape.heads[index] - shape.heads[parent])
        )
    offsets = heads - np.einsum("bij,bj->bi", rotations, shape.heads)
    blend = np.einsum("vb,bij->vij", source.weights, rotations)
    vertices = np.einsum("vij,vj->vi", blend, shape.vertices) + source.weights @ offsets
    joints = joint_centres(source.bones, heads, eye_centres(source, vertices))
    shift = np.array([joints[0, 0], vertices[:, 1].min(), joints[0, 2]])
    return Posed(vertices - shift, joints - shift)


def eye_centres(source: Source, vertices: np.ndarray) -> dict[str, np.ndarray]:
    """Returns the centres (3,) of the two eyeballs."""
    centres = {}
    for side, mark in (("left", "L"), ("right", "R")):
        ball = source.face_parts[f"eye_front.{mark}"] | source.face_parts[f"eye_back.{mark}"]
        corners = vertices[np.unique(source.faces[ball])]
        centres[side] = 0.5 * (corners.min(axis=0) + corners.max(axis=0))
    return centres
