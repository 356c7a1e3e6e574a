"""Defines the properties of search, which are saved in the scene."""

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
    """The property `scene.motionclip_search`. It has no methods, for the reason given in `ui.properties`."""

    text: StringProperty(**TEXT)
    in_libraries: BoolProperty(**IN_LIBRARIES)


def attach() -> None:
    """Adds `scene.motionclip_search`."""
    bpy.types.Scene.motionclip_search = PointerProperty(type=MOTIONCLIP_PG_search)


def detach() -> None:
    """Removes `scene.motionclip_search`."""
    del bpy.types.Scene.motionclip_search


CLASSES = (MOTIONCLIP_PG_search,)
