"""Assigns an existing Action to an armature."""

from __future__ import annotations

import bpy

from ..core.errors import UserError
from .bones import Bones
from .read_action import kept_keys
from .shown import check_moves, use_modes_of
from .target import target_of
from .versions import SLOTS, slot_for

ORIGIN_NOTE = "origin"
"""Custom property of an Action: the file that it was appended from, and its name in that file."""


def assign_action(armature: bpy.types.Object, action: bpy.types.Action) -> None:
    """Assigns `action` to the armature, and switches its bones to the rotation modes in which the Action is keyed.

    Gives the previous Action a fake user if it would be lost otherwise. Raises `UserError`, having changed nothing, if
    the armature cannot be keyed, or the Action does not move it.
    """
    target = target_of(armature)
    target.check_keyable()
    if isinstance(target, Bones):
        kept_keys(armature, action)  # raises the errors
    else:
        check_moves(target, action)
    data = armature.animation_data or armature.animation_data_create()
    before = data.action
    if before == action:
        return
    data.action = action
    if SLOTS:
        data.action_slot = slot_for(action, armature)
    use_modes_of(action, armature)
    if before is not None and before.users == 0:
        before.use_fake_user = True


def append_action(path: str, name: str) -> bpy.types.Action:
    """Appends the Action `name` of the file `path` and returns it; returns the existing copy if it was appended before.

    Raises `UserError` if the file or the Action is missing.
    """
    origin = f"{path}: {name}"
    known = next((action for action in bpy.data.actions if action.get(ORIGIN_NOTE) == origin), None)
    if known is not None:
        return known
    try:
        with bpy.data.libraries.load(path, link=False, assets_only=True) as (found, loaded):
            loaded.actions = [name] if name in found.actions else []
    except OSError as error:
        raise UserError(f"{path} cannot be read; check the asset library and search again.") from error
    finally:
        bpy.data.batch_remove([library for library in bpy.data.libraries if not library.users_id])
    if not loaded.actions:
        raise UserError(f'{path} has no Action "{name}" any more; search again.')
    (action,) = loaded.actions
    action.asset_clear()  # it is an asset of that library, not of this file
    action.use_fake_user = True
    action[ORIGIN_NOTE] = origin
    return action
