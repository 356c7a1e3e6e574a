"""Checks whether an armature's data can be changed."""

from __future__ import annotations

import bpy
import numpy as np

from ..core.errors import UserError

EVEN = 0.1  # relative difference of a person's scale along two axes that is accepted


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


def check_scale(armature: bpy.types.Object, objects: np.ndarray) -> None:
    """Raises `UserError` if one of its matrices (T, 4, 4) mirrors or flattens an armature, or scales it unevenly."""
    if (np.linalg.det(objects[:, :3, :3]) <= 0).any():
        raise UserError(f'"{armature.name}" is mirrored or flattened by its scale; apply the scale (Ctrl A) first.')
    if unevenness(objects[0, :3, :3]) > EVEN:
        raise UserError(
            f'"{armature.name}" is scaled unevenly; apply the scale (Ctrl A), or make it the same along all.'
        )


def unevenness(matrix: np.ndarray) -> float:
    """Returns the relative difference between the largest and the smallest scale of a (3, 3) matrix."""
    sizes = np.linalg.svd(matrix, compute_uv=False)
    return float(sizes[0] / max(sizes[-1], 1e-12) - 1)
