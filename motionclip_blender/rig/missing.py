"""Tells whether an object is linked from a file that is gone: Blender then shows a placeholder of it."""

from __future__ import annotations

import bpy

from ..core.errors import UserError


def is_missing(thing: bpy.types.Object) -> bool:
    """Checks whether an object, or its armature, is linked from a file that is gone."""
    sources = [thing, thing.data]
    if thing.override_library is not None:
        sources.append(thing.override_library.reference)
    return any(one is not None and getattr(one, "is_missing", False) for one in sources)


def check_there(thing: bpy.types.Object, before: str = "") -> None:
    """Raises `UserError` for an object that is linked from a file which is gone."""
    if not is_missing(thing):
        return
    source = next(
        (one.library for one in (thing, thing.data, getattr(thing.override_library, "reference", None))
         if one is not None and one.library is not None), None,
    )  # fmt: skip
    where = f" ({bpy.path.abspath(source.filepath)})" if source is not None else ""
    raise UserError(f'{before}"{thing.name}" is linked from a file that is not there{where}; put it back.')
