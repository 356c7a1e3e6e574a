"""Motion to Action and Action to Motion."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import NamedTuple

import bpy
import numpy as np

from ..core import rotations as rot
from ..core.errors import UserError
from ..core.motion import Motion
from ..core.skeleton import JOINTS
from .bones import Bones
from .curves import Curve
from .versions import Assignment, NewAction, fcurves_of

_LINEAR = bpy.types.Keyframe.bl_rna.properties["interpolation"].enum_items["LINEAR"].value
_TIE = 1e-6  # frames; keeps 29.999999 from losing the last one
_MOST_FRAMES = 200_000  # of an Action that is read: two hours, and half a gigabyte
_LAST_FRAME = 1_048_574  # of Blender's timeline, which goes as far below zero


def scene_fps(scene: bpy.types.Scene | None = None) -> float:
    """Frames per second of `scene` (the context's by default), fractional rates such as 29.97 included."""
    render = (scene or bpy.context.scene).render
    return render.fps / render.fps_base


def key_motion(
    armature: bpy.types.Object,
    motion: Motion,
    name: str,
    start_frame: float = 1,
    fps: float | None = None,
    notes: Mapping[str, object] | None = None,
    assign: bool = True,
) -> bpy.types.Action:
    """A new Action called `name` with `motion`, assigned to `armature`. Returns the Action.

    armature: an SMPL-X armature (`Bones.of`); bones not in quaternion mode are switched to it.
    start_frame: where in the scene's timeline the motion's first frame goes.
    fps: keys per second. By default one for each frame of the scene; another rate puts keys between the
        scene's frames. The movement's speed in seconds is the motion's own in any case.
    notes: custom properties for the Action, such as its prompt; without those that are None.
    assign: whether the armature gets it; if not, the armature stays as it is.

    Keys 55 rotations and the pelvis's location. The scene's rate, range and present frame, the selection and
    other Actions stay as they are; an Action that only this armature used gets a fake user, so that it is not
    lost when the file is saved. Raises `UserError` when the armature cannot be keyed, and for frames beyond Blender's.
    After any failure the armature is as it was and no Action is left behind.
    """
    bones = Bones.of(armature)
    bones.check_keyable()
    frames, channels = _channels_of(bones, motion, start_frame, fps)
    check_span(frames[0], frames[-1])

    before = Assignment.of(armature)
    modes = {bone: bone.rotation_mode for bone in armature.pose.bones}
    new = NewAction.create(name, armature)
    try:
        for channel in channels:
            _fill(new.group(channel.bone, channel.paths), frames, channel.values)
        _note(new.action, notes)
        new.action.use_fake_user = True
        if assign:
            use_quaternions(bones)
            new.assign(armature)
    except BaseException:
        before.restore(armature)
        for bone, mode in modes.items():
            bone.rotation_mode = mode
        bpy.data.actions.remove(new.action)
        raise
    if before.action is not None and before.action.users == 0:
        before.action.use_fake_user = True
    return new.action


def check_span(first: float, last: float) -> None:
    """Raises `UserError` for frames that Blender's timeline does not have."""
    if not -_LAST_FRAME <= first <= last <= _LAST_FRAME:
        raise UserError(
            f"The motion would lie from frame {first:,.0f} to {last:,.0f}, and Blender's frames go from "
            f"{-_LAST_FRAME:,} to {_LAST_FRAME:,}; let it start elsewhere."
        )


def rekey_motion(armature: bpy.types.Object, motion: Motion, notes: Mapping[str, object] | None = None) -> None:
    """Puts `motion` in the place of what the armature's Action holds, from the Action's first frame on.

    Keys the same channels as `key_motion`, at the scene's rate, over the ones that are there: for a slider, which does
    this many times a second. What else the Action holds stays. The armature follows with Blender's next update.
    Raises `UserError` when the armature or its Action cannot be keyed; nothing has been changed then.
    """
    bones = Bones.of(armature)
    bones.check_keyable()
    action = armature.animation_data.action if armature.animation_data else None
    if action is None:
        raise UserError(f'"{armature.name}" has no Action; assign or generate one first.')
    if not action.is_editable:
        raise UserError(f'The Action "{action.name}" is linked from another file; make it local first.')
    curves = {(curve.data_path, curve.array_index): curve for curve in fcurves_of(action, armature, "pose.bones[")}
    pelvis = curves.get((bones.path(0, "rotation_quaternion"), 0))
    if pelvis is None or not len(pelvis.keyframe_points):
        raise UserError(f'The Action "{action.name}" has no keys of the pelvis; make the motion anew.')
    frames, channels = _channels_of(bones, motion, pelvis.keyframe_points[0].co[0], None)

    own = NewAction.of(action, armature)
    for channel in channels:
        missing = [path for path in channel.paths if path not in curves]  # a user deleted them
        if missing:
            curves.update(zip(missing, own.group(channel.bone, missing), strict=True))
        _fill([curves[path] for path in channel.paths], frames, channel.values)
    _note(action, notes)
    use_quaternions(bones)
    action.update_tag()  # Blender 4.2 goes on with the keys it has copied, else
    armature.update_tag(refresh={"TIME"})


def use_quaternions(bones: Bones) -> None:
    """Switches the joints' bones to the rotation mode that `key_motion` keys."""
    for bone_name in bones.names:
        bone = bones.armature.pose.bones[bone_name]
        if bone.rotation_mode != "QUATERNION":
            bone.rotation_mode = "QUATERNION"


def _note(action: bpy.types.Action, notes: Mapping[str, object] | None) -> None:
    """Sets custom properties of an Action; those that are None are taken away."""
    for key, value in (notes or {}).items():
        if value is not None:
            action[key] = value
        elif key in action:
            del action[key]


class _Channel(NamedTuple):
    """Of one bone: paths, (data path, array index) each, and their values (paths, T)."""

    bone: str
    paths: list[tuple[str, int]]
    values: np.ndarray


def _channels_of(
    bones: Bones, motion: Motion, start_frame: float, fps: float | None
) -> tuple[np.ndarray, list[_Channel]]:
    """(T,) frames of the scene, and what is keyed in them: 55 rotations and the pelvis's location."""
    rate = scene_fps()
    motion = motion.resample(fps or rate)
    frames = start_frame + np.arange(len(motion)) * (rate / motion.fps)
    rotations = rot.continuous(motion.rotations)
    rotations *= np.where(rotations[0, :, :1] < 0, np.float32(-1), np.float32(1))  # so that NLA strips blend well
    quaternions = bones.to_bones(rotations)
    location = bones.to_location(motion.translation)
    channels = []
    for joint, bone_name in enumerate(bones.names):
        paths = [(bones.path(joint, "rotation_quaternion"), i) for i in range(4)]
        values = quaternions[:, joint].T
        if joint == 0:
            paths = [(bones.path(joint, "location"), i) for i in range(3)] + paths
            values = np.concatenate((location.T, values))
        channels.append(_Channel(bone_name, paths, values))
    return frames, channels


def _fill(curves: list[bpy.types.FCurve], frames: np.ndarray, values: np.ndarray) -> None:
    """Sets all keys of each curve at once: `frames` (T,) ascending and `values` (curves, T).

    Leaves out `FCurve.update`, a third of the whole time: the keys are in order already, and linear ones have no
    use for the handles it would place. Blender places them when a user makes a curve Bezier.
    """
    keys = np.empty((len(curves), len(frames), 2), np.float32)
    keys[:, :, 0] = frames
    keys[:, :, 1] = values
    linear = np.full(len(frames), _LINEAR, np.uint8)  # of the type Blender keeps, which it copies 5 times faster
    for curve, key in zip(curves, keys, strict=True):
        points = curve.keyframe_points
        if len(points) != len(frames):
            points.clear()
            points.add(len(frames))
        points.foreach_set("co", key.ravel())
        points.foreach_set("interpolation", linear)


def read_motion(armature: bpy.types.Object, action: bpy.types.Action | None = None, fps: float = 30.0) -> Motion:
    """The Motion in `action` (by default the armature's own), at `fps` frames per second.

    Samples the F-curves over the Action's range, timed by the scene's rate. Understands quaternions, Euler
    angles and axis-angle; what has no F-curve is at rest. Bones that are no SMPL-X joints, constraints, NLA
    strips and the object's own movement are left out. Raises `UserError` when the armature is no SMPL-X one,
    or the Action has no keys for it. Changes nothing.
    """
    return kept_keys(armature, action).motion(fps)


def kept_keys(armature: bpy.types.Object, action: bpy.types.Action | None = None) -> KeptKeys:
    """The keys that `read_motion` reads, as plain numbers; raises what it raises.

    For long Actions: this takes the main thread a tenth of a second for 10,000 frames, and `KeptKeys.motion`, which
    takes longer, may be called in a worker.
    """
    reader = Reader.of(armature)  # what is wrong with the armature is said first
    if action is None:
        action = armature.animation_data.action if armature.animation_data else None
        if action is None:
            raise UserError(f'"{armature.name}" has no Action; assign or generate one first.')
    return reader.keys(copied_curves(action, armature))


def copied_curves(action: bpy.types.Action, owner: bpy.types.Object | None = None) -> ActionCurves:
    """The F-curves of all pose bones in `action`, as plain numbers. owner: whose, where there are several slots."""
    found = [
        curve
        for curve in fcurves_of(action, owner, "pose.bones[")
        if len(curve.keyframe_points) or len(curve.sampled_points)
    ]
    manual = (action.frame_start, action.frame_end) if action.use_frame_range else None
    ends = [curve.range() for curve in found] + ([manual] if manual else [])
    span = (min((start for start, _ in ends), default=0.0), max((end for _, end in ends), default=0.0))
    _check_length(action.name, span[1] - span[0])
    curves = {(curve.data_path, curve.array_index): Curve.of(curve, span) for curve in found}
    return ActionCurves(action.name, curves, manual)


@dataclass(frozen=True, eq=False)
class ActionCurves:
    """An Action's curves for pose bones, by data path and array index. span: its manual frame range, if it has one."""

    name: str
    curves: dict[tuple[str, int], Curve]
    span: tuple[float, float] | None


@dataclass(frozen=True, eq=False)
class Reader:
    """How an armature reads Actions, with nothing of Blender's: a worker may use it for many.

    person: the armature's name. bones: without the armature. paths: 55 data paths of its joints' pose bones. modes:
    the ways in which these turn. rate: frames of the scene per second.
    """

    person: str
    bones: Bones
    paths: tuple[str, ...]
    modes: tuple[str, ...]
    rate: float

    @classmethod
    def of(cls, armature: bpy.types.Object | None) -> Reader:
        """Raises `UserError` when `armature` is no SMPL-X one."""
        bones = Bones.of(armature)
        paths = tuple(bones.path(joint, "") for joint in range(len(JOINTS)))
        modes = tuple(armature.pose.bones[name].rotation_mode for name in bones.names)
        return cls(armature.name, replace(bones, armature=None), paths, modes, scene_fps())

    def keys(self, found: ActionCurves) -> KeptKeys:
        """Those of an Action's curves that move the joints. Raises `UserError` when there are none."""
        joints = [self._channels(joint, found.curves) for joint in range(len(JOINTS))]
        location = [found.curves.get((self.paths[0] + "location", i)) for i in range(3)]
        used = [curve for _, channels in joints for curve in channels if curve] + [curve for curve in location if curve]
        if not used:
            raise UserError(f'The Action "{found.name}" has no keys for the bones of "{self.person}"; choose another.')
        if not np.isfinite(
            np.concatenate([part.ravel() for curve in used for part in (curve.keys, curve.handles)])
        ).all():
            raise UserError(
                f'The Action "{found.name}" has keys that are no finite numbers; delete those, or make it anew.'
            )
        first = min(float(curve.keys[0, 0]) for curve in used)
        last = max(float(curve.keys[-1, 0]) for curve in used)
        if found.span is not None:
            first, last = found.span
        _check_length(found.name, last - first)
        return KeptKeys(self.bones, joints, location, first, last, self.rate)

    def _channels(self, joint: int, curves: dict[tuple[str, int], Curve]) -> tuple[str, list[Curve | None]]:
        """The rotation mode to read for a joint, and its curves.

        That is the pose bone's mode; but an Action made on another armature may be keyed in another one.
        """
        for mode in (self.modes[joint], "QUATERNION", "XYZ", "AXIS_ANGLE"):
            property_name, size = _PROPERTIES.get(mode, ("rotation_euler", 3))
            channels = [curves.get((self.paths[joint] + property_name, i)) for i in range(size)]
            if any(channels):
                return mode, channels
        return "QUATERNION", [None] * 4


@dataclass(frozen=True, eq=False)
class KeptKeys:
    """The keys of a person's joints, with nothing of Blender's.

    joints: 55 rotation modes, each with its channels' curves, None for a channel without one. location: three
    curves. first, last: frames of the scene. rate: of these frames, per second.
    """

    bones: Bones
    joints: list[tuple[str, list[Curve | None]]]
    location: list[Curve | None]
    first: float
    last: float
    rate: float

    def motion(self, fps: float = 30.0) -> Motion:
        """The Motion, at `fps` frames per second. May run in any thread."""
        step = self.rate / fps
        frames = self.first + np.arange(int((self.last - self.first) / step + _TIE) + 1) * step
        rotations = np.empty((len(frames), len(JOINTS), 4))
        for joint, (mode, channels) in enumerate(self.joints):
            rest = _REST.get(mode, (0.0, 0.0, 0.0))
            sampled = [_sample(curve, frames, value) for curve, value in zip(channels, rest, strict=True)]
            rotations[:, joint] = _quaternions(mode, np.stack(sampled, axis=1))
        moved = np.stack([_sample(curve, frames, 0.0) for curve in self.location], axis=1)
        return Motion(self.bones.to_joints(rotations), self.bones.to_translation(moved), fps)


_PROPERTIES = {"QUATERNION": ("rotation_quaternion", 4), "AXIS_ANGLE": ("rotation_axis_angle", 4)}
_REST = {"QUATERNION": (1.0, 0.0, 0.0, 0.0), "AXIS_ANGLE": (0.0, 0.0, 1.0, 0.0)}


def _check_length(name: str, frames: float) -> None:
    if frames > _MOST_FRAMES:
        raise UserError(
            f'The Action "{name}" is {frames:,.0f} frames long, and {_MOST_FRAMES:,} can be read; '
            "look for a stray key, or set its frame range by hand."
        )


def _sample(curve: Curve | None, frames: np.ndarray, rest: float) -> np.ndarray:
    return np.full(len(frames), rest) if curve is None else curve.at(frames)


def _quaternions(mode: str, values: np.ndarray) -> np.ndarray:
    """(T, 4) unit quaternions from a pose bone's rotation values in `mode`."""
    if mode == "QUATERNION":
        norm = np.linalg.norm(values, axis=1, keepdims=True)
        return np.where(norm > 1e-6, values / np.maximum(norm, 1e-6), (1.0, 0.0, 0.0, 0.0))
    if mode == "AXIS_ANGLE":
        angle, axis = values[:, :1], values[:, 1:]
        return rot.axis_angle_to_quat(angle * axis / np.maximum(np.linalg.norm(axis, axis=1, keepdims=True), 1e-6))
    turn = np.array([1.0, 0.0, 0.0, 0.0])
    for axis in mode:  # "XYZ" turns about X first
        about = np.zeros((len(values), 3))
        about[:, "XYZ".index(axis)] = values[:, "XYZ".index(axis)]
        turn = rot.quat_multiply(rot.axis_angle_to_quat(about), turn)
    return turn
