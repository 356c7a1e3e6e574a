"""Reads what Blender shows of a person: the evaluated pose, with everything that moves it.

NLA strips, constraints, drivers, the object's own movement and its parents count. It is slower than `rig.read_action`,
because Blender evaluates every frame. It does so in a temporary scene: the user's scene stays at its frame, and poses
without keys do not change.
"""

from __future__ import annotations

import hashlib
from collections.abc import Generator, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

import bpy
import numpy as np

from ..core import rotations as rot
from ..core.errors import UserError
from ..core.motion import Motion, frames_at
from ..core.skeleton import PARENTS
from .bones import BLENDER_AXES, Bones, units_per_metre
from .chain import rotation_property
from .channel import bone_of
from .channels import rotation_parts
from .double import double_of, screened
from .read_action import TIE, KeptKeys, check_length, copied_curves, kept_keys, read_motion
from .target import Target, target_of
from .timeline import scene_fps, scene_of, stretch
from .versions import SLOTS, fcurves_of, slot_for
from .writable import check_scale

_CHUNK = 20
"""Frames per step: a few hundredths of a second for a person with constraints."""

_STILL = 1e-5


@dataclass(frozen=True, eq=False)
class Shown:
    """A person's motion as Blender shows it, without references to Blender data. first, last: frames of the scene."""

    whole: Motion
    first: float
    last: float

    @property
    def rate(self) -> float:
        """The scene's frames per second."""
        return self.whole.fps

    def frames_at(self, fps: float = 30.0) -> int:
        """Returns the number of frames of the Motion at `fps`. Raises `UserError` for too many."""
        return frames_at(self.whole, fps)

    def motion(self, fps: float = 30.0) -> Motion:
        """Returns the Motion at `fps` frames per second. May run in any thread. Raises what `frames_at` raises."""
        return self.whole.resample(fps)

    def digest(self) -> bytes:
        """Returns a digest that differs between all different motions."""
        found = hashlib.blake2b(repr((self.first, self.rate)).encode())
        found.update(self.whole.rotations.tobytes() + self.whole.translation.tobytes())
        return found.digest()


def shown(armature: bpy.types.Object, action: bpy.types.Action | None = None) -> Shown:
    """Returns the motion that Blender shows, read in one call. See `shown_steps`."""
    steps = shown_steps(armature, action)
    try:
        while True:
            next(steps)
    except StopIteration as done:
        return done.value


def motion_of(armature: bpy.types.Object, action: bpy.types.Action | None = None, fps: float = 30.0) -> Motion:
    """Returns the motion in an Action, by default the armature's own: of an SMPL-X armature by its keys
    (`read_action.read_motion`), of any other as Blender shows it. Raises `UserError`."""
    if isinstance(target_of(armature), Bones):
        return read_motion(armature, action, fps)
    return shown(armature, action).motion(fps)


def keys_in_steps(armature: bpy.types.Object, action: bpy.types.Action) -> Generator[float, None, KeptKeys | Shown]:
    """Returns what an Action holds for an armature, to be read in any thread; yields as `shown_steps`.

    Raises `UserError` if that is nothing.
    """
    target = target_of(armature)
    if isinstance(target, Bones):
        return kept_keys(armature, action)
    check_moves(target, action)
    return (yield from shown_steps(armature, action))


def shown_steps(
    armature: bpy.types.Object | None, action: bpy.types.Action | None = None
) -> Generator[float, None, Shown]:
    """Reads the motion that Blender shows, some frames per step; yields the progress, 0 to 1, and returns the motion.

    Positions are those of Blender's world: its Z is up, and the object's location and rotation count. The range is that
    of `span_of`. Leaves nothing behind.

    action: if it is not the armature's own, a copy of the armature plays it, without NLA strips.

    Raises `UserError` if the armature is no person's, shows nothing because it is in Edit Mode or in Rest Position, or
    is mirrored by a negative scale or scaled unevenly.
    """
    armature = target_of(armature).armature
    own = armature.animation_data.action if armature.animation_data else None
    foreign = "" if action is None or action == own else action.name
    animated = own is not None or (armature.animation_data is not None and playing_strips(armature.animation_data))
    uid, name, scene = armature.session_uid, armature.name, scene_of(armature)
    rate = scene_fps(scene)
    first, last = _span_of_action(armature, action, scene) if foreign else span_of(armature)
    check_length(foreign or name, last - first)
    frames = first + np.arange(int(last - first + TIE) + 1)
    parts = []
    for start in range(0, len(frames), _CHUNK):
        armature = next((one for one in bpy.data.objects if one.session_uid == uid), None)
        if armature is None or (foreign and foreign not in bpy.data.actions):
            raise UserError("The armature was deleted while its motion was read; nothing was changed.")
        played = bpy.data.actions[foreign] if foreign else None
        parts.append(_matrices_at(target_of(armature), frames[start : start + _CHUNK], played))
        yield min((start + _CHUNK) / len(frames), 1.0)
    matrices, objects = (np.concatenate(part) for part in zip(*parts, strict=True))
    whole = _motion(target_of(armature), matrices, objects, True, rate)
    if (
        not animated
        and np.ptp(whole.rotations, axis=0).max() < _STILL
        and np.ptp(whole.translation, axis=0).max() < _STILL
    ):
        raise UserError(f'"{name}" has no Action and does not move; assign or generate one first.')
    return Shown(whole, first, last)


def span_of(armature: bpy.types.Object) -> tuple[float, float]:
    """Returns the first and last frame of the scene in which Blender shows the armature's motion.

    This is the range of its Action, or of its NLA strips if it has no Action or an NLA track is solo. It is the scene's
    range if neither is longer than a frame.
    """
    scene, data = scene_of(armature), armature.animation_data
    spans = []
    if data is not None:
        strips = playing_strips(data)
        if data.action is not None and solo_track(data) is None:
            spans.append(_moving_span(armature, data.action))
        spans.append((min((s.frame_start for s in strips), default=0), max((s.frame_end for s in strips), default=0)))
    for first, last in spans:
        if last - first >= 1:
            return first / stretch(scene), last / stretch(scene)
    return scene.frame_start, scene.frame_end


def _span_of_action(
    armature: bpy.types.Object, action: bpy.types.Action, scene: bpy.types.Scene
) -> tuple[float, float]:
    """Returns the range of an Action's keys in frames of the scene. Raises `UserError` if they cannot be read."""
    target = target_of(armature)
    if not isinstance(target, Bones):
        check_moves(target, action)
        first, last = _moving_span(armature, action)
        return first / stretch(scene), last / stretch(scene)
    kept = kept_keys(armature, action)  # raises the errors
    return kept.first / stretch(scene), kept.last / stretch(scene)


def _moving_span(armature: bpy.types.Object, action: bpy.types.Action) -> tuple[float, float]:
    """Returns the range of an Action's unmuted keys for bones, or its manual range; (0, 0) if it has neither."""
    found = copied_curves(action, armature)
    if found.span is not None:
        return found.span
    keys = [curve.keys for curve in found.curves.values()]
    return min((key[0, 0] for key in keys), default=0.0), max((key[-1, 0] for key in keys), default=0.0)


def solo_track(data: bpy.types.AnimData) -> bpy.types.NlaTrack | None:
    """Returns the NLA track that is solo, if there is one; Blender then plays neither other tracks nor the Action."""
    return next((track for track in data.nla_tracks if track.is_solo), None) if data.use_nla else None


def playing_strips(data: bpy.types.AnimData) -> list[bpy.types.NlaStrip]:
    """Returns the NLA strips that are played."""
    solo = solo_track(data)
    tracks = [solo] if solo is not None else [track for track in data.nla_tracks if not track.mute]
    return [strip for track in tracks for strip in track.strips if not strip.mute] if data.use_nla else []


def poses_at(
    armature: bpy.types.Object,
    frames: Sequence[float] | np.ndarray,
    action: bpy.types.Action | None = None,
    world: bool = True,
) -> tuple[np.ndarray, np.ndarray]:
    """Returns (T, 55, 4) rotations and (T, 3) translation of a Motion, as Blender shows them at `frames` of the scene.

    action: as for `shown_steps`.
    world: whether the object's own location, rotation and scale count; without them the pose is along the armature's
        own axes.

    Raises `UserError` if the armature shows nothing.
    """
    target = target_of(armature)
    motion = _motion(target, *_matrices_at(target, frames, action), world, 30.0)
    return motion.rotations, motion.translation


def _matrices_at(
    target: Target, frames: Sequence[float] | np.ndarray, action: bpy.types.Action | None
) -> tuple[np.ndarray, np.ndarray]:
    """Returns pose matrices of the target's `read_names` (T, n, 4, 4), and (T, 4, 4) those of the object."""
    armature = target.armature
    if armature.mode == "EDIT":
        raise UserError(f'"{armature.name}" is in Edit Mode; leave it (Tab) and try again.')
    if armature.data.pose_position == "REST":
        raise UserError(f'"{armature.name}" is in Rest Position, which shows no motion; switch to Pose Position.')
    order = np.array([armature.pose.bones.find(name) for name in target.read_names])
    matrices = np.empty((len(frames), len(order), 4, 4))
    objects = np.empty((len(frames), 4, 4))
    flat = np.empty(16 * len(armature.pose.bones), np.float32)
    with _screening(armature, action) as (scene, player):
        for i, frame in enumerate(frames):
            whole = int(np.floor(frame + TIE))
            scene.frame_set(whole, subframe=max(float(frame) - whole, 0.0))
            evaluated = player.evaluated_get(scene.view_layers[0].depsgraph)
            evaluated.pose.bones.foreach_get("matrix", flat)
            matrices[i] = flat.reshape(-1, 4, 4)[order].transpose(0, 2, 1)
            objects[i] = evaluated.matrix_world
    return matrices, objects


def _motion(target: Target, matrices: np.ndarray, objects: np.ndarray, world: bool, fps: float) -> Motion:
    """Returns the motion of pose matrices as `_matrices_at` returns them. world: as for `poses_at`."""
    if not world:
        objects = np.broadcast_to(np.eye(4), objects.shape)
    axes = BLENDER_AXES if world else target.axes
    placed = objects[:, None] @ matrices
    if isinstance(target, Bones):
        return Motion(*_joints(target, placed, objects, axes), fps)
    check_scale(target.armature, objects)
    return target.read(placed, objects, axes, fps)


@contextmanager
def _screening(
    armature: bpy.types.Object, action: bpy.types.Action | None
) -> Iterator[tuple[bpy.types.Scene, bpy.types.Object]]:
    """Yields a temporary scene that evaluates the armature, or a copy of it that plays `action`; and which of both."""
    if action is None:
        with screened(armature, scene_of(armature)) as scene:
            yield scene, armature
        return
    player = double_of(armature)
    try:
        _play(player, action)
        with screened(player, scene_of(armature)) as scene:
            yield scene, player
    finally:
        bpy.data.objects.remove(player)


def _play(double: bpy.types.Object, action: bpy.types.Action) -> None:
    """Makes a copy of an armature play an Action without NLA strips, in the rotation modes in which it is keyed."""
    data = double.animation_data or double.animation_data_create()
    data.use_tweak_mode = False
    data.use_nla = False
    data.action = action
    if SLOTS:
        data.action_slot = slot_for(action, double)
    use_modes_of(action, double)


def check_moves(target: Target, action: bpy.types.Action) -> None:
    """Raises `UserError` for an Action without keys for any bone that a motion keys on the target."""
    names = set(target.names)
    if not any(bone_of(curve.data_path) in names for curve in fcurves_of(action, target.armature, "pose.bones[")):
        raise UserError(
            f'The Action "{action.name}" has no keys for the bones of "{target.armature.name}"; choose another.'
        )


def use_modes_of(action: bpy.types.Action, armature: bpy.types.Object) -> None:
    """Switches the bones of an armature to the rotation modes in which an Action keys them."""
    found: dict[str, set[str]] = {}
    for curve in fcurves_of(action, armature, "pose.bones["):
        if (kind := curve.data_path.rpartition(".")[2]).startswith("rotation"):
            found.setdefault(bone_of(curve.data_path), set()).add(kind)
    for name, kinds in found.items():
        bone = armature.pose.bones.get(name)
        if bone is not None and rotation_property(bone.rotation_mode) not in kinds:
            kind = sorted(kinds)[-1]  # quaternions before others
            bone.rotation_mode = {"rotation_quaternion": "QUATERNION", "rotation_axis_angle": "AXIS_ANGLE"}.get(
                kind, "XYZ"
            )


def _joints(bones: Bones, matrices: np.ndarray, objects: np.ndarray, axes: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Returns rotations and translation from (T, 55, 4, 4) matrices of the joints' bones.

    objects: (T, 4, 4) matrices of the armature.
    axes: (3, 3) turns SMPL-X's axes into those of the matrices.

    Raises `UserError` if the armature is mirrored, flattened or scaled unevenly.
    """
    armature = bones.armature
    check_scale(armature, objects)
    own = armature.data.bones
    rest = np.array([own[name].matrix_local for name in bones.names], np.float64)
    turns = axes.T @ rotation_parts(matrices[..., :3, :3]) @ rest[:, :3, :3].transpose(0, 2, 1) @ bones.axes
    local = turns.copy()
    for joint, parent in enumerate(PARENTS):
        if parent >= 0:
            local[:, joint] = turns[:, parent].transpose(0, 2, 1) @ turns[:, joint]
    # the person's scale in the first frame, without that of single bones
    size = float(np.cbrt(abs(np.linalg.det(matrices[0, 0, :3, :3]))))
    metre = units_per_metre(rest[:, :3, 3] * size)
    place = (matrices[:, 0, :3, 3] @ axes - rest[0, :3, 3] @ bones.axes * size) / metre - bones.rise
    return rot.continuous(rot.matrix_to_quat(local)), place
