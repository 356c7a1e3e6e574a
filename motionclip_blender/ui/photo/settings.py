"""Copies the panels' settings into the new scene of a photo."""

from __future__ import annotations

import bpy


def copy_settings(before: bpy.types.bpy_struct, after: bpy.types.bpy_struct) -> None:
    """Copies all values of one property group into another of the same kind, with the groups inside it."""
    for prop in before.bl_rna.properties:
        name = prop.identifier
        if name in ("rna_type", "name") and prop.is_readonly:
            continue
        value = getattr(before, name)
        if prop.type == "COLLECTION":
            there = getattr(after, name)
            there.clear()
            for one in value:
                copy_settings(one, there.add())
        elif prop.type == "POINTER" and isinstance(value, bpy.types.PropertyGroup):
            copy_settings(value, getattr(after, name))
        elif not prop.is_readonly and (prop.type != "ENUM" or value):
            setattr(after, name, value)
