"""Keeps a user's map of an armature's bones with the armature, as JSON in a custom property of its data."""

from __future__ import annotations

import json
from collections.abc import Mapping

import bpy

from ..core.errors import UserError
from ..core.json_text import parsed_json
from ..core.retarget.rig_maps import Rig, rig_of_entry

MAP_NOTE = "motionclip_bones"


def own_rig(data: bpy.types.Armature) -> Rig | None:
    """Returns the map that was chosen for an armature; None if it is to be recognised. Raises `UserError`."""
    text = data.get(MAP_NOTE)
    if text is None:
        return None
    try:
        entry = parsed_json(str(text))
    except ValueError as error:
        raise UserError(f'The map of "{data.name}" cannot be read; reset it in the Rig panel.') from error
    return rig_of_entry(str(entry.get("label", data.name)) if isinstance(entry, dict) else "", entry)


def keep_rig(data: bpy.types.Armature, entry: Mapping[str, object] | None) -> None:
    """Keeps a map with an armature, as an entry of a file of maps; None has it recognised again."""
    if entry is not None:
        data[MAP_NOTE] = json.dumps(entry, ensure_ascii=False)
    elif MAP_NOTE in data:
        del data[MAP_NOTE]
