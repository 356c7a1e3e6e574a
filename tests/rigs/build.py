"""Builds the rigs of `conventions`: as a plain skeleton for tests of `core`, or as an armature in Blender."""

from __future__ import annotations

import re
from typing import NamedTuple

import numpy as np

from motionclip_blender.core import rotations as rot
from motionclip_blender.core.body import Body
from motionclip_blender.core.kinematics import posed
from motionclip_blender.core.motion import Motion
from motionclip_blender.core.retarget.humanoid import RestSkeleton
from motionclip_blender.core.skeleton import INDEX, JOINTS

from .convention import Convention
from .conventions import FINGERS

_UP = {"z": np.array([[1, 0, 0], [0, 0, -1], [0, 1, 0]], float), "y": np.eye(3)}
_WIDE = [[chr(0xFF10 + n) for n in range(start, start + 3)] for start in (0, 1)]  # as Japanese rigs number fingers


class Bone(NamedTuple):
    """joint: SMPL-X's, at which it lies, or None. at: share of its parent's length at which an extra bone begins."""

    name: str
    parent: str | None
    joint: str | None
    at: float | None


def bones_of(convention: Convention, fingers: bool = True) -> list[Bone]:
    """Every bone, parents first."""
    found = []
    for line in filter(None, convention.lines.splitlines()):
        own, _, parent = (part.strip() for part in line.partition(" < "))
        name, joint, at = re.fullmatch(r"([^@%]+)(?:@(\w+))?(?:%([\d.]+))?", own).groups()
        for side, mark in zip(("left", "right"), convention.sides, strict=True):
            twice = "{s}" in name
            where = None if joint is None else f"{side}_{joint}" if twice else joint
            bone = Bone(name.format(s=mark), parent.format(s=mark) or None, where, None if at is None else float(at))
            if bone not in found:
                found.append(bone)
    hands = {bone.joint: bone.name for bone in found}
    for finger, name in zip(FINGERS, convention.fingers if fingers else (), strict=False):
        for side, mark in zip(("left", "right"), convention.sides, strict=True):
            above = hands[f"{side}_wrist"]
            for n in range(3):
                called = convention.finger.format(s=mark, f=name, n=n + convention.first,
                                                  w=_WIDE[finger != "thumb"][n])  # fmt: skip
                found.append(Bone(called, above, f"{side}_{finger}{n + 1}", None))
                above = called
    return sorted(found, key=lambda bone: _depth(bone, {one.name: one for one in found}))


def _depth(bone: Bone, by_name: dict[str, Bone]) -> int:
    return 0 if bone.parent is None else 1 + _depth(by_name[bone.parent], by_name)


def rest_pose(rest: str, limbs: float = 1.0) -> np.ndarray:
    """(55, 3) joints of a person in a "T", "A" or "N" pose. limbs: scales arms and legs, for other proportions."""
    body = Body.load()
    joints = body.joints().astype(float).copy()
    if limbs != 1.0:
        joints = _scaled(joints, limbs)
    down = {"T": 0.0, "A": np.radians(42), "N": np.radians(84)}[rest]
    poses = np.zeros((1, 55, 3))
    for side, sign in (("left", -1), ("right", 1)):
        poses[0, INDEX[f"{side}_shoulder"]] = (0, 0, sign * down)
        if rest == "A":
            poses[0, INDEX[f"{side}_hip"]] = (0, 0, -sign * np.radians(6))
            poses[0, INDEX[f"{side}_elbow"]] = (0, sign * np.radians(10), 0)
    motion = Motion(rot.axis_angle_to_quat(poses), np.zeros((1, 3)))
    return posed(motion, joints)[1][0].astype(float)


def _scaled(joints: np.ndarray, limbs: float) -> np.ndarray:
    from motionclip_blender.core.skeleton import PARENTS

    out = joints.copy()
    for joint, parent in enumerate(PARENTS[1:], start=1):
        way = joints[joint] - joints[parent]
        if JOINTS[joint].endswith(("knee", "ankle", "elbow", "wrist")):
            way = way * limbs
        out[joint] = out[parent] + way
    out[:, 1] += joints[INDEX["left_ankle"], 1] - out[INDEX["left_ankle"], 1]
    return out


class Built(NamedTuple):
    """bones; heads and tails (B, 3) in the armature's unit and axes."""

    bones: list[Bone]
    heads: np.ndarray
    tails: np.ndarray


def built(convention: Convention, rest: str = "T", prefix: str = "", fingers: bool = True, limbs: float = 1.0) -> Built:
    """The convention's bones in a rest pose, facing -Y where Z is up."""
    bones = [bone._replace(name=prefix + bone.name, parent=bone.parent and prefix + bone.parent)
             for bone in bones_of(convention, fingers)]  # fmt: skip
    joints = rest_pose(rest, limbs)
    by_name = {bone.name: bone for bone in bones}
    children: dict[str, list[Bone]] = {}
    for bone in bones:
        if bone.parent:
            children.setdefault(bone.parent, []).append(bone)
    heads: dict[str, np.ndarray] = {}

    def joint_below(bone: Bone) -> np.ndarray | None:
        below = children.get(bone.name, [])
        same = [one for one in below if one.joint and one.joint.rstrip("123") == (bone.joint or "").rstrip("123")]
        for one in [*same, *(one for one in below if one.joint)]:
            return joints[INDEX[one.joint]]
        return next((found for one in below if (found := joint_below(one)) is not None), None)

    for bone in bones:
        if bone.joint:
            heads[bone.name] = joints[INDEX[bone.joint]]
        elif bone.parent is None:
            heads[bone.name] = np.zeros(3)
        else:
            above, end = heads[bone.parent], joint_below(by_name[bone.parent])
            if bone.at is not None:
                start, end = _limb(by_name[bone.parent], by_name, joints, heads, children)
                heads[bone.name] = start + bone.at * (end - start)
            else:
                below = joint_below(bone)
                heads[bone.name] = (above + below) / 2 if below is not None else above + _outwards(bone, above)
    tails = {}
    for bone in bones:
        below = joint_below(bone)
        away = heads[bone.name] - heads[bone.parent] if bone.parent else np.array([0, 0.1, 0])
        end = below if below is not None else heads[bone.name] + away * 0.5
        if np.linalg.norm(end - heads[bone.name]) < 0.01:
            end = heads[bone.name] + (0, 0.05, 0.02)
        tails[bone.name] = end
    turn = convention.unit * _UP[convention.up]
    return Built(bones, *(np.array([at[bone.name] for bone in bones]) @ turn.T for at in (heads, tails)))


def _limb(parent: Bone, by_name: dict[str, Bone], joints: np.ndarray, heads: dict, children: dict):
    """Where a limb begins and ends along which a twist bone lies."""
    from motionclip_blender.core.skeleton import PARENTS

    number = INDEX[parent.joint]
    below = next(j for j, above in enumerate(PARENTS) if above == number)
    return joints[number], joints[below]


def _outwards(bone: Bone, above: np.ndarray) -> np.ndarray:
    if ("oot" in bone.name and "ik" not in bone.name.casefold()) or "oe" in bone.name or "eel" in bone.name:
        return np.array([0, 0, 0.06])
    return np.array([0.03 * np.sign(above[0]), 0.08, 0.01])


def skeleton_of(made: Built, seed: int = 0) -> RestSkeleton:
    """The bones as plain data, each with its Y along the bone and a roll of its own."""
    chance = np.random.default_rng(seed)
    index = {bone.name: i for i, bone in enumerate(made.bones)}
    rest = np.tile(np.eye(4), (len(index), 1, 1))
    for i, (head, tail) in enumerate(zip(made.heads, made.tails, strict=True)):
        turn = rot.quat_multiply(
            rot.between(np.array([0, 1.0, 0]), tail - head),
            rot.axis_angle_to_quat(np.array([0, chance.uniform(-3, 3), 0])),
        )
        rest[i, :3, :3], rest[i, :3, 3] = rot.quat_to_matrix(turn), head
    parents = np.array([index[bone.parent] if bone.parent else -1 for bone in made.bones])
    return RestSkeleton(tuple(index), parents, rest, made.tails, np.ones(len(index), bool))


def armature_of(made: Built, name: str = "Rig", seed: int = 0):
    """The bones as an armature in the context's scene, with rolls of their own; the active object."""
    import bpy

    chance = np.random.default_rng(seed)
    owner = bpy.data.objects.new(name, bpy.data.armatures.new(name))
    bpy.context.scene.collection.objects.link(owner)
    bpy.context.view_layer.objects.active = owner
    owner.select_set(True)
    bpy.ops.object.mode_set(mode="EDIT")
    edit = owner.data.edit_bones
    for bone, head, tail in zip(made.bones, made.heads, made.tails, strict=True):
        one = edit.new(bone.name)
        one.head, one.tail, one.roll = head, tail, chance.uniform(-3, 3)
        if bone.parent:
            one.parent = edit[bone.parent]
    bpy.ops.object.mode_set(mode="OBJECT")
    return owner
