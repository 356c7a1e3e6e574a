"""Finds what the user should know: which movement is not in an Action's keys, and why a person stands still.

All results are sentences; none of them is an error.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import bpy
import numpy as np

from ..core import rotations as rot
from ..core.errors import UserError
from ..core.skeleton import JOINTS
from .chain import REST, bones_between, rest_rotation, rotation_property
from .leftovers import SAME, leftovers, off_rest
from .mapped import MappedRig
from .read_action import kept_keys
from .shown import playing_strips, poses_at, solo_track
from .stage import meshes_of
from .target import Target, target_of
from .timeline import scene_of, stretch
from .versions import SLOTS, fcurves_of, is_muted
from .writable import EVEN, has_effect, unevenness

_TURNED = 0.05  # radians, three degrees; the tolerance for a joint's difference from its keys
_AWAY = 0.02  # metres; the same for the pelvis
_TILTED, _FALLEN = 3.0, 45.0  # degrees from the upright that an object may be turned
_LOOKS = 5  # number of frames that are compared
_OBJECT = ("location", "scale", "rotation_", "delta_")


def left_out(armature: bpy.types.Object, action: bpy.types.Action | None = None) -> list[str]:
    """Returns sentences about what Blender shows of an SMPL-X armature and `read_action` does not read from an Action.

    action: by default the armature's own. The list is empty if nothing is left out. Raises `UserError` if `armature` is
    not of SMPL-X.
    """
    bones, name, data = target_of(armature), armature.name, armature.animation_data
    own = data.action if data is not None else None
    action = action or own
    found = []
    if armature.data.pose_position == "REST":
        found.append(f'"{name}" is in Rest Position, so Blender shows nothing of its motion.')
    if action is not None and action == own:
        found += _of_own_action(armature)
    joints = _Joints(bones)
    found += _of_person(joints, action)
    if action is None:
        return found
    moved, posed, otherwise = joints.beside(action, action == own)
    if moved:
        found.append(f'Bones of "{name}" are moved or scaled, which is left out ({_few(moved)}).')
    if posed:
        found.append(f'Bones of "{name}" are posed without keys, and read at rest ({_few(posed)}).')
    if otherwise:
        found.append(f'Bones of "{name}" are keyed in another rotation mode than they have ({_few(otherwise)}).')
    if loose := joints.loose():
        found.append(f'Bones of "{name}" do not inherit rotation, which is left out ({_few(loose)}).')
    return found


def left_out_of_all(armature: bpy.types.Object) -> list[str]:
    """Returns sentences about what Blender shows of an armature and `read_action` reads from none of its Actions."""
    return list(_of_person(_Joints(target_of(armature)), None))


def why_still(armature: bpy.types.Object) -> list[str]:
    """Returns sentences about why an SMPL-X armature does not move, or does not move as its Action's keys say.

    The list is empty if it does. Evaluates some poses where constraints, drivers or the NLA editor may hold the person.
    """
    bones, name, data = target_of(armature), armature.name, armature.animation_data
    if armature.data.pose_position == "REST":
        return [f'"{name}" is in Rest Position and stands still; switch its armature to Pose Position.']
    if data is None:
        return []
    if (track := solo_track(data)) is not None:
        return [f'The NLA track "{track.name}" of "{name}" is solo, so nothing else moves it; click the track\'s star.']
    if data.action is not None and _without_slot(data):
        return [f'The Action "{data.action.name}" has no slot for "{name}", so it is not played; choose one.']
    joints = _Joints(bones)
    found: list[str] = []
    if data.action is not None:
        found += _held(armature, joints)
        moved = [one.bone for one in leftovers(bones, data.action) if one.bone in bones.names]
        if moved:
            found.append(f'Bones of "{name}" are moved or scaled ({_few(moved)}); clear them with Alt G, R and S.')
    if outside := _outside(armature):
        found.append(outside)
    if data.action is not None and _leaning(bones) > _FALLEN:
        found.append(f'"{name}" does not stand upright in the scene; turn its object, or what that hangs from.')
    for mesh in meshes_of(armature):
        mine = [mod for mod in mesh.modifiers if mod.type == "ARMATURE" and mod.object == armature]
        if not any(mod.show_viewport for mod in mine):
            found.append(f'The Armature modifier of "{mesh.name}" is switched off, so the mesh stands still.')
    return found


def put_to_rest(armature: bpy.types.Object) -> list[str]:
    """Returns a sentence about the bones that the armature's new Action sets to their rest pose, if there are any."""
    bones, data = target_of(armature), armature.animation_data
    if data is None or data.action is None:
        return []
    between = {name for _, names in bones_between(bones) for name in names}
    pelvis, names = bones.names[0], []
    for name, kind, curves in _by_bone(data.action, armature):
        beside = name in bones.names and kind in ("location", "scale") and (name, kind) != (pelvis, "location")
        single = all(len(curve.keyframe_points) == 1 for curve in curves)
        if single and (beside or name in between) and name not in names:
            names.append(name)
    if not names:
        return []
    return [f'Bones of "{armature.name}" were moved, turned or scaled, and are keyed at rest ({_few(names)}).']


class _Joints:
    """The bones that move a person: the joints, the bones between them and the bones above them."""

    def __init__(self, bones: Target) -> None:
        self.bones, self.armature = bones, bones.armature
        self.between = [name for _, names in bones_between(bones) for name in names]
        self.names = [*self.between, *bones.names]

    def constraints(self) -> list[tuple[str, str]]:
        """Returns the active constraints, each as the name of its bone and its own."""
        pose = self.armature.pose.bones
        return [(name, one.name) for name in self.names for one in pose[name].constraints if has_effect(one)]

    def driven(self) -> list[str]:
        """Returns the bones that drivers move."""
        data, mine = self.armature.animation_data, set(self.names)
        paths = [curve.data_path for curve in data.drivers if not curve.mute] if data is not None else []
        found = (_bone_of(path) for path in paths)
        return list(dict.fromkeys(name for name, kind in found if name in mine and kind in REST))

    def loose(self) -> list[str]:
        """Returns the joints other than the pelvis that do not inherit their parent's rotation."""
        own = self.armature.data.bones
        return [name for name in self.bones.names[1:] if not own[name].use_inherit_rotation]

    def beside(self, action: bpy.types.Action, own: bool) -> tuple[list[str], list[str], list[str]]:
        """Returns the joints that are moved or scaled, that are posed without keys, or keyed in another rotation mode.

        own: whether the Action is the armature's own, so that channels without keys show their present values.
        """
        pose, pelvis, mine = self.armature.pose.bones, self.bones.names[0], set(self.bones.names)
        keyed: dict[str, set[str]] = {name: set() for name in self.bones.names}
        moved: dict[str, None] = {}
        for name, kind, curves in _by_bone(action, self.armature):
            if name in mine:
                keyed[name].add(kind)
                if kind in ("location", "scale") and (name, kind) != (pelvis, "location"):
                    limit = SAME * (self.bones.scale if kind == "location" else 1.0)
                    if any(off_rest(curve, kind, limit) for curve in curves):
                        moved[name] = None
        posed, otherwise = [], []
        for name in self.bones.names:
            mode, bone = pose[name].rotation_mode, pose[name]
            kind = rotation_property(mode)
            turns = {one for one in keyed[name] if one.startswith("rotation")}
            if turns and kind not in turns:
                otherwise.append(name)
            if own and not turns and np.abs(np.subtract(getattr(bone, kind), rest_rotation(mode))).max() > SAME:
                posed.append(name)
        if own:
            for one in leftovers(self.bones, action):
                if one.bone in mine:
                    moved[one.bone] = None
        return list(moved), posed, otherwise


def _of_person(joints: _Joints, action: bpy.types.Action | None) -> Iterator[str]:
    """Yields sentences about what moves the person besides keys for its bones."""
    name = joints.armature.name
    if constraints := joints.constraints():
        yield f'Constraints of "{name}" are left out ({_few(_told(constraints))}).'
    if drivers := joints.driven():
        yield f'Drivers of "{name}" are left out ({_few(drivers)}).'
    if _object_moves(joints.armature, action):
        yield f'The movement of the object "{name}" itself is left out.'
    if _leaning(joints.bones) > _TILTED:
        yield f'The object "{name}" is turned and does not stand upright, which is left out.'
    world = np.array(joints.armature.matrix_world, np.float64)[:3, :3]
    if np.linalg.det(world) < 0:
        yield f'The object "{name}" is mirrored by its scale, which is left out.'
    if unevenness(world) > EVEN:
        yield f'The object "{name}" is scaled unevenly, which is left out.'


def _of_own_action(armature: bpy.types.Object) -> Iterator[str]:
    """Yields sentences about how the NLA editor overrides the armature's Action."""
    data, name = armature.animation_data, armature.name
    if (track := solo_track(data)) is not None:
        yield f'The NLA track "{track.name}" of "{name}" is solo: Blender shows it, and not the Action that was read.'
    elif playing_strips(data):
        yield f'NLA strips of "{name}" are left out.'
    if _without_slot(data):
        yield f'The Action "{data.action.name}" has no slot for "{name}", so Blender shows nothing of it.'


def _held(armature: bpy.types.Object, joints: _Joints) -> Iterator[str]:
    """Yields sentences about why the armature is not posed as its Action says; none if it is."""
    name, data = armature.name, armature.animation_data
    constraints, drivers, loose = joints.constraints(), joints.driven(), joints.loose()
    mixed = bool(playing_strips(data)) and (data.action_influence < 1 or data.action_blend_type != "REPLACE")
    if isinstance(joints.bones, MappedRig):
        loose = []  # which is reckoned with
        constraints = [(bone, one) for bone, one in constraints if bone in joints.bones.names]
        if not (constraints or mixed):
            return
        astray = list(joints.bones.names)
    else:
        if not (constraints or drivers or loose or mixed or joints.between):
            return
        astray = _astray(armature, data.action)
    if not astray:
        return
    if constraints:
        held = _few(_told(constraints))
        yield f'Constraints of "{name}" hold bones ({held}); mute them to see the motion as it is keyed.'
    if drivers:
        yield f'Drivers of "{name}" move bones ({_few(drivers)}), whatever their keys say.'
    if mixed:
        yield f'The NLA editor mixes the Action of "{name}" with its strips, as its influence and blending say.'
    if loose:
        yield f'Bones of "{name}" do not inherit rotation ({_few(loose)}), so they are not posed as they are keyed.'
    if not (constraints or drivers or loose or mixed):
        yield f'Bones of "{name}" are not posed as they are keyed ({_few(astray)}).'


def _astray(armature: bpy.types.Object, action: bpy.types.Action) -> list[str]:
    """Returns the joints that Blender does not show where the Action's keys put them."""
    try:
        kept = kept_keys(armature, action)
        frames = np.linspace(kept.first, kept.last, _LOOKS)
        turns, places = kept.at(frames)
        shown, shown_places = poses_at(armature, frames / stretch(scene_of(armature)), world=False)
    except UserError:
        return []
    apart = rot.quat_multiply(rot.quat_conjugate(turns), shown)
    angles = 2 * np.arctan2(np.linalg.norm(apart[..., 1:], axis=-1), np.abs(apart[..., 0])).max(axis=0)
    off = angles > _TURNED
    off[0] |= bool((np.linalg.norm(places - shown_places, axis=-1) > _AWAY).any())
    return [JOINTS[i] for i in np.flatnonzero(off)]


def _outside(armature: bpy.types.Object) -> str:
    """Returns a sentence if the Action lies wholly before or after the range that is played, else an empty text."""
    action, scene = armature.animation_data.action, scene_of(armature)
    if action is None or action.use_cyclic:
        return ""
    preview = scene.use_preview_range
    start = scene.frame_preview_start if preview else scene.frame_start
    end = scene.frame_preview_end if preview else scene.frame_end
    first, last = (frame / stretch(scene) for frame in action.frame_range)
    if last >= start and first <= end:
        return ""
    return f"The motion lies from frame {first:g} to {last:g}, outside the {start} to {end} that are played."


def _leaning(bones: Target) -> float:
    """Returns the angle in degrees between the up axis of the armature's person at rest and the world's Z."""
    up = np.array(bones.armature.matrix_world, np.float64)[:3, :3] @ bones.axes[:, 1]
    return float(np.degrees(np.arccos(np.clip(up[2] / max(np.linalg.norm(up), 1e-12), -1, 1))))


def _without_slot(data: bpy.types.AnimData) -> bool:
    """Checks whether an armature's Action has no slot for it."""
    return SLOTS and data.action_slot is None


def _object_moves(armature: bpy.types.Object, action: bpy.types.Action | None) -> bool:
    """Checks whether the object itself moves or turns."""
    if action is not None:
        for curve in fcurves_of(action, armature, ""):
            if curve.data_path.startswith(_OBJECT) and not is_muted(curve) and off_rest(curve, None, SAME):
                return True
    data = armature.animation_data
    if data is not None and any(curve.data_path.startswith(_OBJECT) for curve in data.drivers):
        return True
    above = armature
    while above is not None:
        if any(has_effect(constraint) for constraint in above.constraints):
            return True
        above = above.parent
        if above is not None and above.animation_data is not None:
            moving = above.animation_data
            if moving.action is not None or playing_strips(moving) or len(moving.drivers):
                return True
    return False


def _by_bone(action: bpy.types.Action, owner: bpy.types.Object) -> Iterator[tuple[str, str, list[bpy.types.FCurve]]]:
    """Yields the bones, properties and curves of an Action, without curves that are muted or empty."""
    grouped: dict[str, list[bpy.types.FCurve]] = {}
    for curve in fcurves_of(action, owner, "pose.bones["):
        if not is_muted(curve) and (len(curve.keyframe_points) or len(curve.sampled_points)):
            grouped.setdefault(curve.data_path, []).append(curve)
    for path, curves in grouped.items():
        yield *_bone_of(path), curves


def _bone_of(path: str) -> tuple[str, str]:
    """Returns the bone and the property of a data path; two empty texts for a path of anything but a pose bone."""
    if not path.startswith('pose.bones["'):
        return "", ""
    quoted, _, kind = path[len('pose.bones["') :].rpartition('"].')
    return bpy.utils.unescape_identifier(quoted), kind


def _told(constraints: Iterable[tuple[str, str]]) -> list[str]:
    """Returns constraints as a user reads them."""
    return [f"{bone}: {name}" for bone, name in constraints]


def _few(names: Iterable[str]) -> str:
    """Returns the first three names and the number of the others."""
    names = list(names)
    return ", ".join(names[:3]) + (f" and {len(names) - 3} more" if len(names) > 3 else "")
