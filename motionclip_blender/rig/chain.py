"""Computes how bones that are not joints move the joints: bones above the pelvis, and bones between two joints."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import bpy
import numpy as np

from .bones import Bones
from .target import Target

REST = {
    "location": (0.0, 0.0, 0.0),
    "scale": (1.0, 1.0, 1.0),
    "rotation_euler": (0.0, 0.0, 0.0),
    "rotation_quaternion": (1.0, 0.0, 0.0, 0.0),
    "rotation_axis_angle": (0.0, 0.0, 1.0, 0.0),
}
"""The properties that pose a bone, and their values at rest."""

_WITHOUT_SCALE = ("NONE", "NONE_LEGACY", "ALIGNED", "AVERAGE")


@dataclass(frozen=True, eq=False)
class Link:
    """A bone and its attachment to its parent, without references to Blender data.

    rest, parent: (4, 4) rest matrices in the armature's space; parent is None for a bone without a parent.
    turns: whether the bone inherits its parent's rotation.
    scales: how it inherits its parent's scale (Blender's `inherit_scale`).
    local: whether its location is measured along its own axes.
    """

    rest: np.ndarray
    parent: np.ndarray | None
    turns: bool
    scales: str
    local: bool

    @classmethod
    def of(cls, bone: bpy.types.Bone) -> Link:
        """Reads the link of a bone."""
        parent = np.array(bone.parent.matrix_local) if bone.parent else None
        return cls(
            np.array(bone.matrix_local), parent, bone.use_inherit_rotation, bone.inherit_scale, bone.use_local_location
        )

    def posed(self, above: np.ndarray | None, basis: np.ndarray) -> np.ndarray:
        """Returns (T, 4, 4) pose matrices.

        above, basis: (T, 4, 4), the parent's pose matrices and the bone's own basis.
        """
        if above is None or self.parent is None:
            turn = place = np.broadcast_to(self.rest, basis.shape)
            along = np.eye(3)
        else:
            offset = np.linalg.inv(self.parent) @ self.rest
            place = above @ offset
            turn = _inherited(above, self) @ offset
            along = above[:, :3, :3]
        axes = place[:, :3, :3] if self.local else along
        out = np.zeros_like(basis)
        out[:, :3, :3] = turn[:, :3, :3] @ basis[:, :3, :3]
        out[:, :3, 3] = place[:, :3, 3] + np.einsum("...ij,...j->...i", axes, basis[:, :3, 3])
        out[:, 3, 3] = 1.0
        return out


def _inherited(above: np.ndarray, link: Link) -> np.ndarray:
    """Returns the part of the parent's pose matrices (T, 4, 4) that a bone inherits."""
    if link.turns and link.scales not in _WITHOUT_SCALE:
        return above
    out = above.copy()
    size = np.cbrt(np.abs(np.linalg.det(above[:, :3, :3])))[:, None, None]
    if link.turns:
        out[:, :3, :3] /= np.maximum(np.linalg.norm(above[:, :3, :3], axis=1, keepdims=True), 1e-9)
    elif link.parent is not None:
        out[:, :3, :3] = link.parent[:3, :3]
    if link.scales == "AVERAGE":
        out[:, :3, :3] *= size
    return out


@dataclass(frozen=True, eq=False)
class Other:
    """A bone that is not a joint and moves one.

    joint: the next joint below it.
    path: data path of its pose bone.
    frame: (3, 3) as in `Bones.frames`.
    mode: its rotation mode.
    rotation, location, scale: its present pose, which applies to properties without keys.
    """

    name: str
    joint: int
    path: str
    frame: np.ndarray
    link: Link
    mode: str
    rotation: tuple[float, ...]
    location: tuple[float, ...]
    scale: tuple[float, ...]


def others(bones: Bones) -> list[Other]:
    """Returns the bones that are not joints and move one; of several above one joint, the topmost first."""
    found = []
    for joint, names in bones_between(bones):
        for name in names:
            bone, pose = bones.armature.data.bones[name], bones.armature.pose.bones[name]
            rest = np.array(bone.matrix_local, np.float64)[:3, :3]
            path = f'pose.bones["{bpy.utils.escape_identifier(name)}"].'
            values = (tuple(getattr(pose, rotation_property(pose.rotation_mode))), tuple(pose.location))
            frame = rest.T @ bones.axes
            found.append(Other(name, joint, path, frame, Link.of(bone), pose.rotation_mode, *values, tuple(pose.scale)))
    return found


def bones_between(bones: Target) -> Iterator[tuple[int, list[str]]]:
    """Yields each joint that has other bones between it and its parent joint, or above it if it is the pelvis.

    Each joint's index comes with the names of these bones, the topmost first.
    """
    joints, bones_of = set(bones.names), bones.armature.data.bones
    for joint, name in enumerate(bones.names):
        names: list[str] = []
        bone = bones_of[name].parent
        while bone is not None and bone.name not in joints:
            names.insert(0, bone.name)
            bone = bone.parent
        if names:
            yield joint, names


def rotation_property(mode: str) -> str:
    """Returns the property of a pose bone that holds its rotation in a rotation mode."""
    return {"QUATERNION": "rotation_quaternion", "AXIS_ANGLE": "rotation_axis_angle"}.get(mode, "rotation_euler")


def rest_rotation(mode: str) -> tuple[float, ...]:
    """Returns the value of `rotation_property` at rest."""
    return REST[rotation_property(mode)]


def posed(links: Sequence[Link], bases: Sequence[np.ndarray]) -> list[np.ndarray]:
    """Returns (T, 4, 4) pose matrices of each link of a chain. The first link is a bone without a parent."""
    out: list[np.ndarray] = []
    for link, basis in zip(links, bases, strict=True):
        out.append(link.posed(out[-1] if out else None, basis))
    return out
