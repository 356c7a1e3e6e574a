"""Tells whether an object is linked from a file that is gone: Blender then shows a placeholder of it."""

from __future__ import annotations

import bpy

from ..core.errors import UserError


def is_missing(thing: bpy.types.Object) -> bool:
    """Checks whether an object, or its armature, is linked from a file that is gone."""
    return any(getattr(one, "is_missing", False) for one in _sources(thing))


def check_there(thing: bpy.types.Object, before: str = "") -> None:
    """Raises `UserError` for an object that is linked from a file which is gone."""
    if not is_missing(thing):
        return
    source = next((one.library for one in _sources(thing) if one.library is not None), None)
    where = f" ({bpy.path.abspath(source.filepath)})" if source is not None else ""
    raise UserError(f'{before}"{thing.name}" is linked from a file that is not there{where}; put it back.')


def _sources(thing: bpy.types.Object) -> list[bpy.types.ID]:
    """Returns the object, its armature, and what it overrides, as far as they are there."""
    reference = getattr(thing.override_library, "reference", None)
    return [one for one in (thing, thing.data, reference) if one is not None]
