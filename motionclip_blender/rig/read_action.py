"""Reads an Action as a Motion, by sampling the F-curves of an SMPL-X armature's bones.

Whatever else moves a person in Blender (NLA strips, constraints, drivers, the object's own movement) is left out.
`rig.shown` reads these, and `rig.remarks` reports their presence to the user.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import NamedTuple

import bpy
import numpy as np

from ..core import rotations as rot
from ..core.errors import UserError
from ..core.motion import MOST_FRAMES, Motion
from ..core.skeleton import JOINTS
from .bones import Bones, units_per_metre
from .chain import Link, Other, others, posed, rest_rotation
from .channels import Channels, OtherKeys, basis_of, other_keys, rotation_curves, rotation_parts
from .curves import Curve
from .timeline import curve_rate
from .versions import fcurves_of, is_muted

TIE = 1e-6
"""Tolerance in frames, so that a length of 29.999999 frames does not lose the last one."""


def read_motion(armature: bpy.types.Object, action: bpy.types.Action | None = None, fps: float = 30.0) -> Motion:
    """Returns the Motion in `action` (by default the armature's own), at `fps` frames per second.

    Samples the F-curves over the Action's range, timed by the rate of the armature's scene. Reads quaternions, Euler
    angles and axis-angle rotations; a joint without an F-curve is at rest. Bones above the pelvis and between joints
    count, with their keys or in their present pose. A muted F-curve has no effect: in the armature's own Action the
    bone keeps its present value. Leaves out constraints, drivers, NLA strips and the object's own movement. Changes
    nothing. Raises `UserError` if the armature is not of SMPL-X, or the Action has no keys for it.
    """
    return kept_keys(armature, action).motion(fps)


def kept_keys(armature: bpy.types.Object, action: bpy.types.Action | None = None) -> KeptKeys:
    """Returns the keys that `read_motion` reads, as plain numbers. Raises what `read_motion` raises.

    It is meant for long Actions: it takes the main thread a tenth of a second for 10,000 frames, and a worker thread
    may then call `KeptKeys.motion`, which takes longer.
    """
    reader = ActionReader.of(armature)  # before the Action, so that errors of the armature come first
    if action is None:
        data = armature.animation_data
        action = data.action if data else None
        if action is None:
            strips = data is not None and any(len(track.strips) for track in data.nla_tracks)
            if strips:
                raise UserError(f'"{armature.name}" has no Action but NLA strips; read them as shown.')
            raise UserError(f'"{armature.name}" has no Action; assign or generate one first.')
    return reader.keys(copied_curves(action, armature))


def copied_curves(action: bpy.types.Action, owner: bpy.types.Object | None = None) -> ActionCurves:
    """Returns the F-curves of all pose bones in `action`, as plain numbers.

    Leaves out muted curves. If `action` is the owner's own, the present values of the owner's bones replace them.

    owner: the object whose curves to read, for an Action with several slots.
    """
    found: list[bpy.types.FCurve] = []
    muted: list[str] = []
    for curve in fcurves_of(action, owner, "pose.bones["):
        if len(curve.keyframe_points) or len(curve.sampled_points):
            (muted if is_muted(curve) else found).append(curve)
    manual = (action.frame_start, action.frame_end) if action.use_frame_range else None
    ends = [curve.range() for curve in found] + ([manual] if manual else [])
    span = (min((start for start, _ in ends), default=0.0), max((end for _, end in ends), default=0.0))
    check_length(action.name, span[1] - span[0])
    curves = {(curve.data_path, curve.array_index): Curve.of(curve, span) for curve in found}
    if found and muted and owner is not None and owner.animation_data and owner.animation_data.action == action:
        curves |= _held(owner, muted, span[0])
    return ActionCurves(action.name, curves, manual, len(muted))


def _held(owner: bpy.types.Object, muted: Iterable[bpy.types.FCurve], frame: float) -> dict[tuple[str, int], Curve]:
    """Returns the present values of the owner's properties, as curves with one key at `frame`."""
    held = {}
    for curve in muted:
        try:
            value = owner.path_resolve(curve.data_path)[curve.array_index]
        except (ValueError, TypeError, IndexError):  # the owner has no such bone
            continue
        if isinstance(value, (int, float)):
            held[curve.data_path, curve.array_index] = Curve.constant(frame, value)
    return held


@dataclass(frozen=True, eq=False)
class ActionCurves:
    """An Action's curves for pose bones, by data path and array index.

    span: its manual frame range, or None.
    muted: the number of its muted curves, which are left out.
    """

    name: str
    curves: dict[tuple[str, int], Curve]
    span: tuple[float, float] | None
    muted: int = 0


@dataclass(frozen=True, eq=False)
class ActionReader:
    """Reads Actions for one armature, without references to Blender data, so that a worker thread may use it.

    person: the armature's name.
    bones: its bones, without the armature.
    paths: 55 data paths of the joints' pose bones.
    modes: their rotation modes.
    rate: frames of F-curves per second.
    others: bones that are not joints and move some.
    pelvis: the attachment of the pelvis to the bones above it.
    heads: (55, 3) positions of the joints at rest, in the armature's space.
    """

    person: str
    bones: Bones
    paths: tuple[str, ...]
    modes: tuple[str, ...]
    rate: float
    others: tuple[Other, ...]
    pelvis: Link
    heads: np.ndarray

    @classmethod
    def of(cls, armature: bpy.types.Object | None) -> ActionReader:
        """Makes a reader for `armature`. Raises `UserError` if it is not of SMPL-X."""
        bones = Bones.of(armature)
        paths = tuple(bones.path(joint, "") for joint in range(len(JOINTS)))
        owner = bones.armature
        modes = tuple(owner.pose.bones[name].rotation_mode for name in bones.names)
        own = owner.data.bones
        pelvis, heads = Link.of(own[bones.names[0]]), np.array([own[name].head_local for name in bones.names])
        plain = replace(bones, armature=None)
        return cls(owner.name, plain, paths, modes, curve_rate(owner), tuple(others(bones)), pelvis, heads)

    def keys(self, found: ActionCurves) -> KeptKeys:
        """Returns the keys of an Action that move the joints. Raises `UserError` if there are none to read."""
        joints = [self._channels(joint, found.curves) for joint in range(len(JOINTS))]
        location = [found.curves.get((self.paths[0] + "location", i)) for i in range(3)]
        used = [curve for _, channels in joints for curve in channels if curve] + [curve for curve in location if curve]
        beside = [keys for keys in (other_keys(bone, found.curves) for bone in self.others) if not keys.rests]
        # a single key of a root bone is a constant pose, which does not extend the range of the joints' keys
        used += [curve for keys in beside for curve in keys.keyed if not used or len(curve.keys) > 1]
        if not used:
            if found.muted:
                raise UserError(f'All keys of the Action "{found.name}" are muted; unmute them in the Dope Sheet.')
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
        check_length(found.name, last - first)
        above = _Above(self.pelvis, self.heads) if any(keys.bone.joint == 0 for keys in beside) else None
        if above is not None:  # then all bones above the pelvis are needed, for a complete chain
            beside = [keys for keys in (other_keys(bone, found.curves) for bone in self.others)
                      if keys.bone.joint == 0 or not keys.rests]  # fmt: skip
        return KeptKeys(self.bones, joints, location, first, last, self.rate, tuple(beside), above)

    def identity(self) -> bytes:
        """Returns a digest that differs between readers that would read different motions."""
        found = hashlib.blake2b(repr((self.paths, self.modes, self.rate, self.bones.scale)).encode())
        found.update(self.bones.frames.tobytes() + self.bones.location_axes.tobytes() + self.bones.rise.tobytes())
        for other in self.others:
            found.update(_of_other(other))
        return found.digest()

    def _channels(self, joint: int, curves: dict[tuple[str, int], Curve]) -> tuple[str, list[Curve | None]]:
        """Returns a joint's rotation mode and curves."""
        return rotation_curves(self.paths[joint], self.modes[joint], curves) or ("QUATERNION", [None] * 4)


def _of_other(bone: Other) -> bytes:
    """Returns the bytes that identify a bone in a digest."""
    plain = (bone.path, bone.joint, bone.mode, bone.rotation, bone.location, bone.scale)
    return repr(plain).encode() + bone.frame.tobytes() + bone.link.rest.tobytes()


class _Above(NamedTuple):
    """The attachment of a pelvis to the bones above it, and (55, 3) positions of the joints at rest."""

    pelvis: Link
    heads: np.ndarray


@dataclass(frozen=True, eq=False)
class KeptKeys:
    """The keys of a person's joints, without references to Blender data.

    joints: 55 rotation modes, each with the curves of its channels, None for a channel without one.
    location: three curves.
    first, last: range in frames of the F-curves.
    rate: these frames per second.
    others: bones that are not joints and move some.
    above: the attachment of the pelvis to bones above it, if there are any.
    """

    bones: Bones
    joints: list[tuple[str, list[Curve | None]]]
    location: list[Curve | None]
    first: float
    last: float
    rate: float
    others: tuple[OtherKeys, ...] = ()
    above: _Above | None = None

    def frames_at(self, fps: float = 30.0) -> int:
        """Returns the number of frames of the Motion at `fps`. Raises `UserError` for more than `MOST_FRAMES`."""
        count = (self.last - self.first) / (self.rate / fps) + TIE
        if count >= MOST_FRAMES:
            hours = count / fps / 3600
            raise UserError(
                f"At the scene's {self.rate:g} frames per second the Action lasts {hours:,.1f} hours and is too long; "
                "check the scene's rate, or set the Action's frame range by hand."
            )
        return int(count) + 1

    def motion(self, fps: float = 30.0) -> Motion:
        """Returns the Motion at `fps` frames per second. May run in any thread. Raises what `frames_at` raises."""
        step = self.rate / fps
        frames = self.first + np.arange(self.frames_at(fps)) * step
        return Motion(*self.at(frames), fps)

    def at(self, frames: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Returns (T, 55, 4) rotations and (T, 3) translation of a Motion at `frames` (T,) of the F-curves."""
        rotations = np.empty((len(frames), len(JOINTS), 4))
        for joint, (mode, channels) in enumerate(self.joints):
            rotations[:, joint] = Channels(channels, rest_rotation(mode)).turned(mode, frames)
        moved = Channels(self.location, (0.0,) * 3).at(frames)
        turned = self.bones.to_joints(rotations)
        for keys in reversed(self.others):  # the lowest bone first
            if keys.bone.joint:
                turn = keys.turned(frames)
                turn = np.concatenate((turn[:, :1], turn[:, 1:] @ keys.bone.frame), axis=1)
                turned[:, keys.bone.joint] = rot.quat_multiply(turn, turned[:, keys.bone.joint])
        if self.above is None:
            return turned, self.bones.to_translation(moved)
        turned[:, 0], translation = self._hanging(self.above, frames, rotations[:, 0], moved)
        return turned, translation

    def _hanging(
        self, hangs: _Above, frames: np.ndarray, turn: np.ndarray, moved: np.ndarray
    ) -> tuple[np.ndarray, np.ndarray]:
        """Returns the pelvis's global rotation (T, 4) and translation (T, 3), with the bones above it applied."""
        above = [keys for keys in self.others if not keys.bone.joint]
        links = [*(keys.bone.link for keys in above), hangs.pelvis]
        bases = [*(keys.basis(frames) for keys in above), basis_of(turn, moved, np.ones((len(frames), 3)))]
        pelvis = posed(links, bases)[-1]
        rotation = rotation_parts(pelvis[:, :3, :3]) @ links[-1].rest[:3, :3].T
        axes, size = self.bones.axes, float(np.cbrt(abs(np.linalg.det(pelvis[0, :3, :3]))))
        # a root bone that scales the whole person scales the person's metre too
        metre = units_per_metre(hangs.heads * size)
        return (
            rot.matrix_to_quat(axes.T @ rotation @ axes),
            (pelvis[:, :3, 3] - hangs.heads[0] * size) @ axes / metre - self.bones.rise,
        )

    def digest(self) -> bytes:
        """Returns a digest that differs between all different keys."""
        found = hashlib.blake2b(repr((self.first, self.last, self.rate, self.bones.scale)).encode())
        found.update(self.bones.frames.tobytes())
        found.update(self.bones.location_axes.tobytes() + self.bones.rise.tobytes())
        channels = [*self.joints, ("", self.location)]
        for keys in self.others:
            found.update(_of_other(keys.bone))
            channels += [(keys.mode, keys.rotation.curves), ("", keys.location.curves), ("", keys.scale.curves)]
        for mode, curves in channels:
            found.update(mode.encode())
            for curve in curves:
                found.update(b"-" if curve is None else curve.keys.tobytes() + curve.kinds.tobytes())
                if curve is not None:
                    found.update(curve.handles.tobytes())
        return found.digest()


def check_length(name: str, frames: float) -> None:
    """Raises `UserError` for an Action with more frames than can be read."""
    if frames > MOST_FRAMES:
        raise UserError(
            f'The Action "{name}" is {frames:,.0f} frames long, and {MOST_FRAMES:,} can be read; '
            "look for a stray key, or set its frame range by hand."
        )
