"""What the panel of search asks for, kept in the scene."""

from __future__ import annotations

import bpy
from bpy.props import BoolProperty, PointerProperty, StringProperty

TEXT = {"name": "Search", "description": "What the person does in the Actions to be found, in English"}
IN_LIBRARIES = {
    "name": "Asset libraries",
    "description": "Look through the Actions that are assets in the libraries of the Preferences, too. The first time "
    "this reads all their files; after that only those that have changed",
    "default": True,
}


class MOTIONCLIP_PG_search(bpy.types.PropertyGroup):
    """`scene.motionclip_search`. Has no methods, for the reason that `MOTIONCLIP_PG_settings` has none."""

    text: StringProperty(**TEXT)
    in_libraries: BoolProperty(**IN_LIBRARIES)


def attach() -> None:
    """Adds `scene.motionclip_search`."""
    bpy.types.Scene.motionclip_search = PointerProperty(type=MOTIONCLIP_PG_search)


def detach() -> None:
    """Takes it away."""
    del bpy.types.Scene.motionclip_search


CLASSES = (MOTIONCLIP_PG_search,)
