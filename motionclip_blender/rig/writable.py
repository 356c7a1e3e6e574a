"""Checks whether an armature's data can be changed."""

from __future__ import annotations

import bpy

from ..core.errors import UserError


def check_writable(armature: bpy.types.Object) -> None:
    """Raises `UserError` for an armature that is linked, not editable, or in a mode that hides its pose."""
    if armature.library is not None and armature.override_library is None:
        raise UserError(f'"{armature.name}" is linked from another file; make it local or add a library override.')
    if not armature.is_editable:
        raise UserError(f'"{armature.name}" cannot be edited; make it local first.')
    if armature.mode == "EDIT":
        raise UserError(f'"{armature.name}" is in Edit Mode; leave it (Tab) and try again.')
    if armature.animation_data is not None and armature.animation_data.use_tweak_mode:
        raise UserError(f'"{armature.name}" is in the NLA editor\'s tweak mode; leave it (Tab) and try again.')


def has_effect(constraint: bpy.types.Constraint) -> bool:
    """Checks whether a constraint has an effect."""
    return not constraint.mute and constraint.influence > 0 and constraint.is_valid
