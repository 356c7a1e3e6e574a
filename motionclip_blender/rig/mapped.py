"""Adapts any humanoid armature that is no SMPL-X one: keys and reads it through a map of its bones (`rig.target`)."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property

import bpy
import numpy as np

from ..core import rotations as rot
from ..core.body import Body
from ..core.errors import UserError
from ..core.motion import Motion
from ..core.retarget.anatomy import degrees_between, nearest_axis
from ..core.retarget.humanoid import Humanoid, RestSkeleton
from ..core.retarget.recognise import Recognised, recognise
from ..core.retarget.rig_maps import NEEDED, Rig
from ..core.retarget.target_solve import TargetSolver
from .channel import Channel, Leftover, bone_of
from .follows import turns_with
from .rig_note import own_rig
from .root_motion import OBJECT, ROOT, ROOT_NOTE, carried_by, root_bone
from .vrm_table import vrm_rig
from .writable import check_scale, check_writable, has_effect

_KEPT: dict[tuple, MappedRig | UserError] = {}
_MOST_KEPT = 16
_UPRIGHT = 5.0  # degrees from an axis of the armature, and from the scene's vertical, that a person may rest


@dataclass(frozen=True, eq=False)
class MappedRig:
    """A humanoid armature with a map of its bones.

    armature: the object.
    found: how it was recognised, and the map.
    person: its resting person, measured on the bones that are keyed.
    names: the bones that a motion keys, the one that carries the person first.
    """

    armature: bpy.types.Object
    found: Recognised
    person: Humanoid
    _digest: tuple

    @classmethod
    def of(cls, armature: bpy.types.Object) -> MappedRig:
        """Recognises an armature. The result is kept until its bones or its map change.

        Raises `UserError` for an armature that is no person's, saying what is missing, and for one that cannot be
        measured.
        """
        skeleton, digest = rest_skeleton(armature.data)
        own = own_rig(armature.data)
        table = vrm_rig(armature.data) if own is None else None
        key = (armature.session_uid, digest, repr(own or table))
        if key not in _KEPT:
            if len(_KEPT) >= _MOST_KEPT:
                _KEPT.clear()
            try:
                found = recognise(skeleton, own, table)
                _KEPT[key] = cls(armature, found, Humanoid.of(skeleton, found.rig.pairs, found.rig.controls), key)
            except UserError as error:
                _KEPT[key] = UserError(f'"{armature.name}" is no rig that motions fit: {error}')
        kept = _KEPT[key]
        if isinstance(kept, UserError):
            raise UserError(str(kept))
        if kept.armature != armature:  # undo makes objects anew; what was computed of the old one still holds
            anew = replace(kept, armature=armature)
            anew.__dict__.update({name: value for name, value in kept.__dict__.items() if name not in anew.__dict__})
            kept = _KEPT[key] = anew
        return kept

    @property
    def rig(self) -> Rig:
        """The map, and what it is called."""
        return self.found.rig

    @cached_property
    def solver(self) -> TargetSolver:
        """Computes the rotations of the bones. The first use of a control rig evaluates some poses."""
        if not self.rig.controls:
            return TargetSolver(self.person)
        return TargetSolver(self.person, turns_with(self.armature, self.person, self.rig.switches, self.found.reads))

    @cached_property
    def names(self) -> tuple[str, ...]:
        keyed = {*self.person.joints.values(), *self.person.spine, *self.person.neck} - {self.person.mover}
        return tuple(self.person.skeleton.bones[bone] for bone in (self.person.mover, *sorted(keyed)))

    @property
    def axes(self) -> np.ndarray:
        """(3, 3) turns SMPL-X's axes into the armature's."""
        return self.person.axes

    @property
    def scale(self) -> float:
        """Units of the armature's data per metre."""
        return self.person.scale

    @property
    def rest_joints(self) -> np.ndarray:
        """(55, 3) metres: SMPL-X's joints in a T-pose of this person, on the floor."""
        return self.person.rest_joints

    def path(self, bone: int, property_name: str) -> str:
        """Returns the data path of a property of a keyed bone."""
        return _path(self.names[bone], property_name)

    def hip(self, side: str) -> str:
        """Returns the name of the bone of the "left" or "right" hip."""
        return self.person.skeleton.bones[self.person.joints[f"{side}_hip"]]

    @property
    def anchor(self) -> tuple[str, int]:
        """The curve whose first key tells where a motion begins."""
        return _path(self.names[0], "location"), 0

    # --- keys

    def check_keyable(self) -> None:
        """Raises `UserError` if the rig cannot be keyed: linked, in another mode, mirrored; bones locked or driven."""
        armature, pose = self.armature, self.armature.pose.bones
        check_writable(armature)
        check_scale(armature, np.array(armature.matrix_world)[None])
        self._check_upright()
        locked = [name for name in self.names if any(pose[name].lock_rotation)]
        if any(pose[self.names[0]].lock_location) and self.names[0] not in locked:
            locked.insert(0, self.names[0])
        for name in self._carriers:
            one = pose.get(name) or armature
            if any((*one.lock_location, *one.lock_rotation)) and name not in locked:
                locked.insert(0, name)
        if locked:
            raise UserError(f'Bones of "{armature.name}" are locked ({_few(locked)}); unlock their transforms first.')
        held = [name for name in self._needed() if any(map(has_effect, pose[name].constraints))]
        if len(held) > len(self._needed()) // 2:
            raise UserError(
                f'Constraints hold the bones of "{armature.name}" ({_few(held)}), so keys would move nothing; choose '
                "its controls in the Rig panel."
            )
        if driven := self._driven():
            raise UserError(
                f'Drivers move bones of "{armature.name}" ({_few(driven)}), whatever their keys say; mute them first.'
            )

    def _check_upright(self) -> None:
        """Raises `UserError` for a person who rests leaning as a whole, for motions would lean as much."""
        up = self.person.axes[:, 1]  # the trunk, where that is near none of the armature's axes
        _, off = nearest_axis(up)
        shown = np.array(self.armature.matrix_world)[:3, :3] @ up
        leaning = float(degrees_between(shown, np.array((0.0, 0.0, 1.0))))
        if off > _UPRIGHT and leaning > _UPRIGHT:
            raise UserError(
                f'"{self.armature.name}" rests leaning by {leaning:.0f} degrees, and would lean in every motion; turn '
                "it upright in Pose Mode, and apply that as its rest pose."
            )

    @property
    def _carriers(self) -> set[str]:
        """The names of the root bone or the object, where one of them is to carry the way."""
        choice, root = str(self.armature.data.get(ROOT_NOTE, "")), root_bone(self.person)
        if choice == OBJECT:
            return {self.armature.name}
        return {self.person.skeleton.bones[root]} if choice == ROOT and root is not None else set()

    def _needed(self) -> list[str]:
        """Lists the bones of the joints that every person has."""
        return [self.person.skeleton.bones[self.person.joints[joint]] for joint in NEEDED]

    def _driven(self) -> list[str]:
        data, mine = self.armature.animation_data, self._carriers | set(self.names)
        found = []
        for curve in data.drivers if data is not None else ():  # a control rig has a thousand, most on constraints
            path = curve.data_path
            if path.rpartition(".")[2].startswith(("rotation", "location")):
                name = bone_of(path) or self.armature.name
                if name in mine and not curve.mute:
                    found.append(name)
        return list(dict.fromkeys(found))

    def channels(self, motion: Motion) -> list[Channel]:
        """Returns what a motion keys: the rotations of the bones, each in its own mode, and the place of the person."""
        person = self.person
        choice = str(self.armature.data.get(ROOT_NOTE, ""))
        motion, out = carried_by(self.armature, person, motion, choice)
        turns, carried = self.solver.solved(motion)
        place = carried @ self._location_axes.T * person.scale
        for number, (name, moved, euler, quaternion) in enumerate(self._paths):
            mode = self.armature.pose.bones[name].rotation_mode
            if mode in ("QUATERNION", "AXIS_ANGLE"):
                paths, values = quaternion, turns[:, number]
            else:
                paths, values = euler, rot.quat_to_euler(turns[:, number].T.astype(np.float64), mode).T
            if number == 0:
                paths, values = moved + paths, np.concatenate((place.T, values))
            out.append(Channel(name, list(paths), values))
        return out

    @cached_property
    def _paths(self) -> list[tuple[str, list, list, list]]:
        """The bones that are keyed, with the data paths and indices of location, Euler angles and quaternion."""

        def paths(name: str, kind: str, count: int) -> list[tuple[str, int]]:
            return [(_path(name, kind), i) for i in range(count)]

        return [
            (name, paths(name, "location", 3), paths(name, "rotation_euler", 3), paths(name, "rotation_quaternion", 4))
            for name in (self.person.skeleton.bones[bone] for bone in self.solver.bones)
        ]

    @cached_property
    def _location_axes(self) -> np.ndarray:
        """(3, 3) turns SMPL-X's axes into those of the carrying bone's location."""
        return location_axes(self.armature.data.bones[self.names[0]]) @ self.axes

    def fixed(self) -> list[Leftover]:
        """Returns the switches of a control rig, which get one key each."""
        pose = self.armature.pose.bones
        return [
            Leftover(bone, [(_path(bone, "")[:-1] + f'["{bpy.utils.escape_identifier(name)}"]', 0)], [value])
            for bone, values in self.rig.switches.items()
            if bone in pose
            for name, value in values.items()
            if name in pose[bone]
        ]

    def prepare(self) -> None:
        """Switches bones in axis-angle mode, which has no good curves, to quaternions; and an object that carries the
        way."""
        pose = self.armature.pose.bones
        for one in (pose.get(name) or self.armature for name in (*self.names, *self._carriers)):
            if one.rotation_mode == "AXIS_ANGLE":
                one.rotation_mode = "QUATERNION"

    # --- movement

    @cached_property
    def _reader(self) -> TargetSolver:
        """Reads the person from the bones that follow what poses it, which in a control rig are not the keyed ones."""
        if self.found.reads is None:
            return TargetSolver(self.person, {})
        return TargetSolver(Humanoid.of(self.person.skeleton, self.found.reads, controls=True, read_only=True), {})

    @property
    def read_names(self) -> tuple[str, ...]:
        """The bones whose pose is read."""
        return tuple(self.person.skeleton.bones[bone] for bone in self._reader.read_bones)

    @property
    def shown_hips(self) -> str:
        """The bone whose pose shows where the hips are."""
        person = self._reader.person
        return person.skeleton.bones[person.joints["pelvis"]]

    def read(self, matrices: np.ndarray, objects: np.ndarray, axes: np.ndarray, fps: float) -> Motion:
        """Returns the motion of evaluated poses.

        matrices: (T, n, 4, 4) of the `read_names`, as `objects` (T, 4, 4) place them. axes: (3, 3) turns SMPL-X's axes
            into those of the matrices.
        """
        size = float(np.cbrt(np.linalg.det(objects[0, :3, :3])))
        # a person of another size is read as if the open body did what it does
        return self._reader.motion(matrices, axes, size, fps, Body.load().relaxed_hands)


def rest_skeleton(data: bpy.types.Armature) -> tuple[RestSkeleton, tuple]:
    """Returns an armature's bones at rest, and what tells whether they have changed."""
    bones = data.bones
    names, every = tuple(bones.keys()), bones.values()
    rest = np.empty(16 * len(names), np.float32)
    bones.foreach_get("matrix_local", rest)
    tails = np.empty(3 * len(names), np.float32)
    bones.foreach_get("tail_local", tails)
    inherits, connected = np.empty(len(names), bool), np.empty(len(names), bool)
    bones.foreach_get("use_inherit_rotation", inherits)
    bones.foreach_get("use_connect", connected)
    number = {bone: i for i, bone in enumerate(every)}
    parents = np.array([-1 if (parent := bone.parent) is None else number[parent] for bone in every], int)
    connected &= parents >= 0
    digest = (data.session_uid, hash((names, *(one.tobytes() for one in (rest, parents, inherits, connected)))))
    matrices = rest.reshape(-1, 4, 4).transpose(0, 2, 1).astype(np.float64)
    return RestSkeleton(names, parents, matrices, tails.reshape(-1, 3).astype(np.float64), inherits, connected), digest


def location_axes(bone: bpy.types.Bone) -> np.ndarray:
    """Returns the (3, 3) matrix that turns the armature's axes into those of a bone's location."""
    if bone.use_local_location:
        basis = np.array(bone.matrix_local)[:3, :3]
    else:  # Blender then measures the location along the parent's axes, or the armature's
        basis = np.array(bone.parent.matrix_local)[:3, :3] if bone.parent else np.eye(3)
    return basis.T


def _path(bone: str, property_name: str) -> str:
    return f'pose.bones["{bpy.utils.escape_identifier(bone)}"].{property_name}'


def _few(names: list[str]) -> str:
    return ", ".join(names[:3]) + (f" and {len(names) - 3} more" if len(names) > 3 else "")
