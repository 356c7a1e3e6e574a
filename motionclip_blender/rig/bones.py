"""Maps an armature's bones to SMPL-X's joints, and converts rotations between the two."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

import bpy
import numpy as np

from ..core import rotations as rot
from ..core.body import Body
from ..core.errors import UserError
from ..core.motion import Motion
from ..core.origin import rise_of
from ..core.skeleton import INDEX, JOINTS, PARENTS
from .channel import Channel, Leftover
from .writable import check_scale, check_writable

BLENDER_AXES = np.array([[1, 0, 0], [0, 0, -1], [0, 1, 0]], np.float64)
"""SMPL-X's axes (Y up, facing +Z) to Blender's (Z up, facing -Y): (x, y, z) -> (x, -z, y)."""

_OTHER_NAMES = {"left_eye_smplhf": "left_eye", "right_eye_smplhf": "right_eye"}
_STRAIGHT = np.cos(np.radians(2))  # cosine; shoulders and hips this close to an axis are taken as lying along it
_SLANT, _BENT = 20.0, 25.0  # degrees by which the spine and the limbs may differ from SMPL-X's rest pose
_METRES = (0.5, 1.2)  # possible lengths of a person's leg, hip to ankle


@dataclass(frozen=True, eq=False)
class Bones:
    """The bones of an SMPL-X armature.

    armature: the object.
    names: 55 bone names in the order of the joints.
    frames: (55, 3, 3) matrices F that turn SMPL-X's axes into each bone's own axes at rest. A joint's rotation R, about
        SMPL-X's axes, is F R F^T in its pose bone; for a quaternion, F turns the vector part.
    axes: (3, 3) turns SMPL-X's axes into the armature's.
    location_axes: (3, 3) turns the pelvis's translation into the `location` of its pose bone.
    scale: units of the armature's data per metre.
    rise: (3,) metres along SMPL-X's axes from the rest pose's pelvis to the pelvis of a body that stands on the floor;
        0 except for armatures that rest at SMPL-X's own origin.
    rest_joints: (55, 3) metres along SMPL-X's axes: the joints of the rest pose that stands on the floor.
    """

    armature: bpy.types.Object
    names: tuple[str, ...]
    frames: np.ndarray
    axes: np.ndarray
    location_axes: np.ndarray
    scale: float
    rise: np.ndarray
    rest_joints: np.ndarray

    @classmethod
    def of(cls, armature: bpy.types.Object | None) -> Bones:
        """Maps the bones of `armature`, in any version of the rig: bones named like SMPL-X's joints are enough.

        Measures the bones' rest orientations, the armature's axes and its unit of length. Raises `UserError` if
        `armature` is None, is not an armature, is not of SMPL-X, or rests in another pose.
        """
        if armature is None or armature.type != "ARMATURE":
            what = "Nothing is selected" if armature is None else f'"{armature.name}" is no armature'
            raise UserError(f'{what}; select an SMPL-X armature, or make one with "Add body".')
        bones = armature.data.bones
        names = tuple(name if name in bones else _OTHER_NAMES.get(name, name) for name in JOINTS)
        missing = [joint for joint, name in zip(JOINTS, names, strict=True) if name not in bones]
        if missing:
            few = ", ".join(missing[:3]) + (f" and {len(missing) - 3} more" if len(missing) > 3 else "")
            raise UserError(f'"{armature.name}" is no SMPL-X armature: it has no bone {few}; make one with "Add body".')
        _check_hierarchy(armature, names)
        # matrices and heads are in the armature's space
        rest = np.array([bones[name].matrix_local for name in names], np.float64)
        heads, rest = rest[:, :3, 3], rest[:, :3, :3]
        axes = _axes(armature, heads)
        frames = (rest.transpose(0, 2, 1) @ axes).astype(np.float32)
        pelvis = bones[names[0]]
        if pelvis.use_local_location:
            basis = rest[0]
        else:  # Blender then measures the location along the parent's axes, or the armature's
            basis = np.array(pelvis.parent.matrix_local)[:3, :3] if pelvis.parent else np.eye(3)
        scale = units_per_metre(heads)
        rise = np.array([0.0, rise_of(float(heads[0] @ axes[:, 1]) / scale), 0.0])
        return cls(armature, names, frames, axes, basis.T @ axes, scale, rise, heads @ axes / scale + rise)

    def check_keyable(self) -> None:
        """Raises `UserError` if the armature cannot be keyed: it is linked or in another mode, mirrored or scaled
        unevenly, or bones are locked."""
        armature = self.armature
        check_writable(armature)
        check_scale(armature, np.array(armature.matrix_world)[None])
        pelvis = armature.data.bones[self.names[0]]
        if pelvis.use_connect and pelvis.parent is not None:
            raise UserError(f'The bone "{pelvis.name}" is connected to its parent; disconnect it, so it can move.')
        locked = [bone.name for bone in self._pose_bones() if any(bone.lock_rotation)]
        if any(self._pose_bones()[0].lock_location) and self.names[0] not in locked:
            locked.insert(0, self.names[0])
        if locked:
            few = ", ".join(locked[:3]) + (f" and {len(locked) - 3} more" if len(locked) > 3 else "")
            raise UserError(f'Bones of "{armature.name}" are locked ({few}); unlock their transforms first.')

    @property
    def read_names(self) -> tuple[str, ...]:
        """The bones whose pose is read."""
        return self.names

    def hip(self, side: str) -> str:
        """Returns the name of the bone of the "left" or "right" hip."""
        return self.names[INDEX[f"{side}_hip"]]

    @property
    def anchor(self) -> tuple[str, int]:
        """The curve whose first key tells where a motion begins."""
        return self.path(0, "rotation_quaternion"), 0

    def channels(self, motion: Motion) -> list[Channel]:
        """Returns what a motion keys: 55 rotations and the pelvis's location."""
        rotations = rot.continuous(motion.rotations)
        rotations *= np.where(rotations[0, :, :1] < 0, np.float32(-1), np.float32(1))  # so that NLA strips blend well
        quaternions = self.to_bones(rotations)
        location = self.to_location(motion.translation)
        channels = []
        for joint, bone_name in enumerate(self.names):
            paths = [(self.path(joint, "rotation_quaternion"), i) for i in range(4)]
            values = quaternions[:, joint].T
            if joint == 0:
                paths = [(self.path(joint, "location"), i) for i in range(3)] + paths
                values = np.concatenate((location.T, values))
            channels.append(Channel(bone_name, paths, values))
        return channels

    def fixed(self) -> list[Leftover]:
        """Returns properties that get a single key: none."""
        return []

    def prepare(self) -> None:
        """Switches the joints' bones to quaternion mode, which is keyed."""
        for bone_name in self.names:
            bone = self.armature.pose.bones[bone_name]
            if bone.rotation_mode != "QUATERNION":
                bone.rotation_mode = "QUATERNION"

    def _pose_bones(self) -> list[bpy.types.PoseBone]:
        return [self.armature.pose.bones[name] for name in self.names]

    def path(self, joint: int, property_name: str) -> str:
        """Returns the data path of a property of a joint's pose bone."""
        return f'pose.bones["{bpy.utils.escape_identifier(self.names[joint])}"].{property_name}'

    def to_bones(self, rotations: np.ndarray) -> np.ndarray:
        """Converts (T, 55, 4) joint rotations to the pose bones' quaternions."""
        return _turned(self.frames, rotations)

    def to_joints(self, quaternions: np.ndarray) -> np.ndarray:
        """Converts (T, 55, 4) quaternions of the pose bones to joint rotations."""
        return _turned(self.frames.transpose(0, 2, 1), quaternions)

    def to_location(self, translation: np.ndarray) -> np.ndarray:
        """Converts (T, 3) metres to the location of the pelvis's pose bone."""
        return (translation + self.rise) @ self.location_axes.T * self.scale

    def to_translation(self, location: np.ndarray) -> np.ndarray:
        """Converts the (T, 3) location of the pelvis's pose bone to metres."""
        return location @ self.location_axes / self.scale - self.rise


def _turned(frames: np.ndarray, quaternions: np.ndarray) -> np.ndarray:
    """Turns the vector parts of (T, 55, 4) quaternions by (55, 3, 3) matrices."""
    channels = quaternions.transpose(1, 2, 0)
    out = np.empty(channels.shape, quaternions.dtype)  # time is last, because F-curves need each channel contiguous
    out[:, 0] = channels[:, 0]
    np.matmul(frames, channels[:, 1:], out=out[:, 1:])
    return out.transpose(2, 0, 1)


def _check_hierarchy(armature: bpy.types.Object, names: tuple[str, ...]) -> None:
    """Raises `UserError` if a joint's bone does not descend from the bone of its parent joint.

    Rotations compose along SMPL-X's parents, so another hierarchy would pose another body.
    """
    joint_of = {name: joint for joint, name in enumerate(names)}
    for joint, name in enumerate(names):
        ancestors = (joint_of.get(bone.name) for bone in armature.data.bones[name].parent_recursive)
        parent = next((found for found in ancestors if found is not None), -1)
        if parent != PARENTS[joint]:
            expected = names[PARENTS[joint]] if PARENTS[joint] >= 0 else "no other joint"
            raise UserError(
                f'"{armature.name}" is no SMPL-X armature: its bone {name} does not hang from {expected}; '
                'make one with "Add body".'
            )


def _axes(armature: bpy.types.Object, heads: np.ndarray) -> np.ndarray:
    """Returns the (3, 3) rotation from SMPL-X's axes to the armature's, from the positions of the joints at rest.

    A person who rests upright along one of the armature's axes may face in any direction. Raises `UserError` for an
    armature that rests at a slant or not in a T-pose, because the rotations of such bones are not those of SMPL-X's
    joints.
    """

    def between(start: str, end: str) -> np.ndarray:
        return heads[INDEX[end]] - heads[INDEX[start]]

    spine = between("pelvis", "head")
    axes = np.zeros((3, 3))
    up = int(np.argmax(np.abs(spine)))
    axes[up, 1] = np.sign(spine[up]) or 1.0
    left = np.sum([between(f"right_{name}", f"left_{name}") for name in ("hip", "shoulder", "elbow", "wrist")], axis=0)
    left[up] = 0.0
    across = int(np.argmax(np.abs(left)))
    if np.abs(left).max() <= _STRAIGHT * np.linalg.norm(left):
        axes[:, 0] = left / np.linalg.norm(left)
    else:  # aligned exactly, as nearly all rigs are
        axes[across, 0] = np.sign(left[across]) or 1.0
    axes[:, 2] = np.cross(axes[:, 0], axes[:, 1])
    if _angle(spine, axes[:, 1]) > _SLANT:
        raise UserError(
            f'"{armature.name}" rests at a slant; turn its bones in Edit Mode until it rests upright along an axis.'
        )
    bent = [
        f"{side}_{start}"
        for side, sign in (("left", 1.0), ("right", -1.0))
        for start, end, axis in (("shoulder", "elbow", sign * axes[:, 0]), ("elbow", "wrist", sign * axes[:, 0]),
                                 ("hip", "knee", -axes[:, 1]), ("knee", "ankle", -axes[:, 1]))
        if _angle(between(f"{side}_{start}", f"{side}_{end}"), axis) > _BENT
    ]  # fmt: skip
    if bent:
        few = ", ".join(bent[:3]) + (f" and {len(bent) - 3} more" if len(bent) > 3 else "")
        raise UserError(
            f'"{armature.name}" does not rest in SMPL-X\'s T-pose ({few}); pose it as a T and apply that as rest pose.'
        )
    return axes


def _angle(one: np.ndarray, other: np.ndarray) -> float:
    """Returns the angle between two directions in degrees; 0 if either has no length."""
    length = float(np.linalg.norm(one) * np.linalg.norm(other))
    return float(np.degrees(np.arccos(np.clip(one @ other / length, -1, 1)))) if length > 1e-9 else 0.0


def units_per_metre(heads: np.ndarray) -> float:
    """Returns the number of units of length per metre, from the leg length of (55, 3) joints at rest."""
    leg = [heads[INDEX[name]] for name in ("left_hip", "left_knee", "left_ankle")]
    length = float(np.linalg.norm(leg[1] - leg[0]) + np.linalg.norm(leg[2] - leg[1]))
    # A leg of a person's length means metres. The motion's translation is then used unscaled, whatever the body's
    # height.
    return 1.0 if _METRES[0] <= length <= _METRES[1] or length < 1e-6 else length / _open_body_leg()


@cache
def _open_body_leg() -> float:
    """Returns the length of the open body's leg in metres. Cached, because panels ask for it with every redraw."""
    return Body.load().leg_length
