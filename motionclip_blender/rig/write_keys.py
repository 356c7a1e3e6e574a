"""Writes a Motion as an Action: keys on the bones of an armature, whichever rig it is (`rig.target`)."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping

import bpy
import numpy as np

from ..core.errors import UserError
from ..core.json_text import parsed_json
from ..core.motion import Motion, frames_at
from .channel import Channel
from .keyed_bones import action_with, only, only_once
from .leftovers import leftovers
from .target import Target, target_of
from .timeline import scene_fps
from .versions import Assignment, NewAction, fcurves_of

BONES_NOTE = "motionclip_keyed"
"""Custom property of an Action: the bones whose keys are a motion's, as JSON, where others keep their own."""
_LINEAR = bpy.types.Keyframe.bl_rna.properties["interpolation"].enum_items["LINEAR"].value
_LAST_FRAME = 1_048_574  # of Blender's timeline, whose first frame is the negative of it


def key_motion(
    armature: bpy.types.Object,
    motion: Motion,
    name: str,
    start_frame: float = 1,
    fps: float | None = None,
    rate: float | None = None,
    notes: Mapping[str, object] | None = None,
    assign: bool = True,
    bones: Collection[str] | None = None,
) -> bpy.types.Action:
    """Makes an Action called `name` from `motion` and assigns it to `armature`. Returns the Action.

    armature: an SMPL-X armature, whose bones are switched to quaternion mode, or any other that is recognised.
    start_frame: the frame of the scene's timeline at which the motion starts.
    fps: keys per second. By default one per frame of the scene; another rate puts keys between the scene's frames. The
        speed of the movement in seconds is the motion's own in any case.
    rate: frames of the scene per second; by default the context's scene's.
    notes: custom properties for the Action, such as its prompt; those that are None are left out.
    assign: whether to assign the Action to the armature; if not, the armature does not change.
    bones: the names of the bones that are keyed, by default all. With some, the Action is a copy of the armature's own
        one, in which all other channels are as they were.

    Keys what the target's `channels` say. Whatever else would pose the joints and is not at rest (`leftovers`)
    gets one key at rest. The scene's rate, range and present frame, the selection and other Actions do not change; an
    Action that only this armature used gets a fake user, so that it is not lost when the file is saved.

    Raises `UserError` if the armature cannot be keyed, for frames beyond Blender's, and for a motion that would be too
    long to be read back. After any failure the armature is as it was and no new Action remains.
    """
    target = target_of(armature)
    target.check_keyable()
    frames, channels = _channels_of(target, motion, start_frame, fps, rate, bones)
    keyed = {path for channel in channels for path in channel.paths}
    once = [one for one in (*leftovers(target), *target.fixed()) if one.paths[0] not in keyed]
    once = only_once(target, once, bones)
    before = Assignment.of(armature)
    modes = {bone: bone.rotation_mode for bone in armature.pose.bones}
    new = NewAction.create(name, armature) if bones is None else action_with(armature, name)
    there = {(curve.data_path, curve.array_index): curve for curve in new.curves}
    try:
        for channel in channels:
            fill_linear(_curves(new, channel.bone, channel.paths, there), frames, channel.values)
        for one in once:
            fill_linear(_curves(new, one.bone, one.paths, there), frames[:1], np.array(one.rest)[:, None])
        _note(new.action, notes)
        if bones is not None:
            new.action[BONES_NOTE] = json.dumps(sorted({channel.bone for channel in channels}))
        new.action.use_fake_user = True
        if assign:
            target.prepare()
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


def check_motion(motion: Motion, start_frame: float, fps: float | None = None, rate: float | None = None) -> None:
    """Raises `UserError` for a motion that `key_motion` would refuse to key at this frame, whatever the armature."""
    rate = rate or scene_fps()
    keys = frames_at(motion, fps or rate)
    check_span(start_frame, start_frame + (keys - 1) * (rate / (fps or rate)))


def check_span(first: float, last: float) -> None:
    """Raises `UserError` for frames that Blender's timeline does not have."""
    if not -_LAST_FRAME <= first <= last <= _LAST_FRAME:
        raise UserError(
            f"The motion would lie from frame {first:,.0f} to {last:,.0f}, and Blender's frames go from "
            f"{-_LAST_FRAME:,} to {_LAST_FRAME:,}; let it start elsewhere."
        )


def rekey_motion(
    armature: bpy.types.Object, motion: Motion, notes: Mapping[str, object] | None = None, rate: float | None = None
) -> None:
    """Replaces the motion in the armature's Action by `motion`, from the frame on at which it began.

    Overwrites the keys of the channels that `key_motion` keys, at the scene's rate. It is fast enough for a slider,
    which does this many times a second. Everything else in the Action is kept. The armature follows with Blender's next
    update.

    rate: as for `key_motion`.

    Raises `UserError`, having changed nothing, if the armature or its Action cannot be keyed.
    """
    target = target_of(armature)
    target.check_keyable()
    action = armature.animation_data.action if armature.animation_data else None
    if action is None:
        raise UserError(f'"{armature.name}" has no Action; assign or generate one first.')
    if not action.is_editable:
        raise UserError(f'The Action "{action.name}" is linked from another file; make it local first.')
    curves = {(curve.data_path, curve.array_index): curve for curve in fcurves_of(action, armature, "")}
    bones = _bones_of(action)
    start = _first_key(curves, bones, target)
    if start is None:
        raise UserError(f'The Action "{action.name}" has no keys of the pelvis; make the motion anew.')
    frames, channels = _channels_of(target, motion, start, None, rate, bones)

    own = NewAction.of(action, armature)
    for channel in channels:
        missing = [path for path in channel.paths if path not in curves]  # if the user deleted them
        if missing:
            curves.update(zip(missing, own.group(channel.bone, missing), strict=True))
        fill_linear([curves[path] for path in channel.paths], frames, channel.values)
    _note(action, notes)
    target.prepare()
    action.update_tag()  # otherwise Blender 4.2 goes on with its copy of the old keys
    armature.update_tag(refresh={"TIME"})


def first_frame(armature: bpy.types.Object, action: bpy.types.Action) -> float:
    """Returns the frame at which the motion in an Action begins, which may have other keys before it, and a manual
    frame range. Without keys of the motion's bones it is the Action's first frame. Raises what `target_of` raises."""
    curves = {(curve.data_path, curve.array_index): curve for curve in fcurves_of(action, armature, "")}
    start = _first_key(curves, _bones_of(action), target_of(armature))
    return action.frame_range[0] if start is None else start


def _first_key(
    curves: Mapping[tuple[str, int], bpy.types.FCurve], bones: Collection[str] | None, target: Target
) -> float | None:
    """Returns the frame of a motion's first key; None if its curve has none. bones: those it keys, None for all."""
    keyed = [f'"{bpy.utils.escape_identifier(bone)}"' for bone in bones or ()]
    path = next((path for path in curves if any(bone in path[0] for bone in keyed)), target.anchor)
    curve = curves.get(path)
    return curve.keyframe_points[0].co[0] if curve is not None and len(curve.keyframe_points) else None


def _note(action: bpy.types.Action, notes: Mapping[str, object] | None) -> None:
    """Sets custom properties of an Action; removes those that are None."""
    for key, value in (notes or {}).items():
        if value is not None:
            action[key] = value
        elif key in action:
            del action[key]


def _channels_of(
    target: Target,
    motion: Motion,
    start_frame: float,
    fps: float | None,
    rate: float | None,
    bones: Collection[str] | None = None,
) -> tuple[np.ndarray, list[Channel]]:
    """Returns (T,) frames of the scene, and the channels to key in them."""
    rate = rate or scene_fps()
    check_motion(motion, start_frame, fps, rate)
    motion = motion.resample(fps or rate)
    return start_frame + np.arange(len(motion)) * (rate / motion.fps), only(target.channels(motion), bones)


def _bones_of(action: bpy.types.Action) -> list[str] | None:
    """Returns the bones that were keyed in an Action of a motion of some bones only; None for all."""
    try:
        return list(map(str, parsed_json(str(action[BONES_NOTE])))) if BONES_NOTE in action else None
    except (ValueError, TypeError):
        return None


def _curves(
    new: NewAction, bone: str, paths: list[tuple[str, int]], there: Mapping[tuple[str, int], bpy.types.FCurve]
) -> list[bpy.types.FCurve]:
    """Returns the Action's curves for these paths; makes those that are not there."""
    made = iter(new.group(bone, [path for path in paths if path not in there]))
    return [there[path] if path in there else next(made) for path in paths]


def fill_linear(curves: list[bpy.types.FCurve], frames: np.ndarray, values: np.ndarray) -> None:
    """Sets all keys of each curve at once, linear ones: `frames` (T,) ascending and `values` (curves, T).

    Leaves out `FCurve.update`, which takes a third of the whole time: the keys are in order already, and linear keys do
    not need the handles that it would place. Blender places them when a user makes a curve Bezier.
    """
    keys = np.empty((len(curves), len(frames), 2), np.float32)
    keys[:, :, 0] = frames
    keys[:, :, 1] = values
    linear = np.full(len(frames), _LINEAR, np.uint8)  # of Blender's own type, which it copies 5 times faster
    for curve, key in zip(curves, keys, strict=True):
        points = curve.keyframe_points
        if len(points) != len(frames):
            points.clear()
            points.add(len(frames))
        points.foreach_set("co", key.ravel())
        points.foreach_set("interpolation", linear)
