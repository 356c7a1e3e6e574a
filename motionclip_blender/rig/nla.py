"""Puts Actions into the NLA editor as strips."""

from __future__ import annotations

from collections.abc import Sequence

import bpy
import numpy as np

from ..core.errors import UserError
from .versions import SLOTS, fits, slot_for


def push_down(owner: bpy.types.Object) -> bpy.types.NlaStrip:
    """Makes `owner`'s Action a strip on top of its others, as "Push Down Action" does, and unassigns the Action.

    The strip plays at the frames for which the Action was made. Raises `UserError`, having changed nothing, if there is
    no Action or the NLA stack cannot be changed.
    """
    data = owner.animation_data
    if data is None or data.action is None:
        raise UserError(f'"{owner.name}" has no Action; assign or generate one first.')
    action, blending, influence = data.action, data.action_blend_type, data.action_influence
    strip = add_strip(owner, action, action.frame_range[0])
    strip.blend_type, strip.influence = blending, influence
    data.action = None
    return strip


def add_strip(
    owner: bpy.types.Object, action: bpy.types.Action, start: float, track: bpy.types.NlaTrack | None = None
) -> bpy.types.NlaStrip:
    """Adds a strip that plays the whole of `action` from frame `start` on, and returns it.

    track: the track for it. By default the topmost track, or a new one above it if the topmost is locked or has no
        room.

    Raises `UserError` if the NLA stack cannot be changed, or the track has no room.
    """
    if not owner.is_editable:
        raise UserError(f'"{owner.name}" is linked from another file; make it local or add a library override.')
    data = owner.animation_data or owner.animation_data_create()
    if data.use_tweak_mode:
        raise UserError(f'"{owner.name}" is in the NLA editor\'s tweak mode; leave it (Tab) and try again.')
    slot = slot_for(action, owner)
    if not fits(action, owner):
        raise UserError(f'The Action "{action.name}" has no keys for objects; choose another.')
    first, last = action.frame_range
    end = start + max(last - first, 1.0)
    made = None
    if track is None:
        track = data.nla_tracks[-1] if data.nla_tracks else None
        if track is None or track.lock or track.is_override_data or not _free(track, start, end):
            track = made = data.nla_tracks.new()
            track.name = action.name
    elif not _free(track, start, end):
        raise UserError(f'The NLA track "{track.name}" has no room at frame {start:g}; make some or use another one.')
    try:
        strip = track.strips.new(action.name, round(start), action)
    except RuntimeError as error:
        if made is not None:
            data.nla_tracks.remove(made)
        raise UserError(f'"{action.name}" cannot be put on the NLA track "{track.name}"; unlock it first.') from error
    if SLOTS:
        strip.action_slot = slot
    if strip.frame_start != start:  # strips can be made only on whole frames
        strip.frame_end_raw, strip.frame_start_raw = end, start
    # a strip above others must not hide them before and after it
    strip.extrapolation = "HOLD" if len(data.nla_tracks) == 1 and len(track.strips) == 1 else "HOLD_FORWARD"
    return strip


def in_row(
    owner: bpy.types.Object, actions: Sequence[bpy.types.Action], start: float, name: str, touching: bool = False
) -> bpy.types.NlaTrack:
    """Adds a track on top, called `name`, that plays the Actions one after the other from frame `start` on.

    The frame after an Action's last frame is the first of the next; with `touching`, its last frame is. An Action that
    is assigned to `owner` would hide the strips: it is unassigned, with a fake user so that it is not lost. Raises
    `UserError`, having changed nothing, if the NLA stack cannot be changed.
    """
    had_data = owner.animation_data is not None
    data = owner.animation_data or owner.animation_data_create()
    track = None
    try:
        if not data.use_tweak_mode and owner.is_editable:  # otherwise `add_strip` raises the error
            track = data.nla_tracks.new()
            track.name = name
        for action in actions:
            strip = add_strip(owner, action, start, track)
            start = strip.frame_end if touching else np.floor(strip.frame_end) + 1
    except BaseException:
        if track is not None:
            data.nla_tracks.remove(track)
        if not had_data:
            owner.animation_data_clear()
        raise
    if data.action is not None:
        data.action.use_fake_user = True
        data.action = None
    return track


def _free(track: bpy.types.NlaTrack, start: float, end: float) -> bool:
    return all(strip.frame_end <= start or strip.frame_start >= end for strip in track.strips)
