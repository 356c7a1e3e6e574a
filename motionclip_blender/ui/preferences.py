"""The add-on's preferences: which model and which body."""

from __future__ import annotations

import bpy
from bpy.props import StringProperty

from .session import Sources

ADDON = __package__.rpartition(".")[0]


class MOTIONCLIP_AP_preferences(bpy.types.AddonPreferences):
    """Shown by Blender under Preferences, Add-ons."""

    bl_idname = ADDON

    pack_folder: StringProperty(
        name="Model pack",
        description="Folder of a model pack (it holds a pack.json) to use instead of the one that ships with "
        "the extension",
        subtype="DIR_PATH",
    )
    body_file: StringProperty(
        name="Body model",
        description="Body model to use instead of the open body that ships with the extension, such as your "
        "licensed SMPLX_NEUTRAL.npz",
        subtype="FILE_PATH",
    )

    def draw(self, context: bpy.types.Context) -> None:
        layout = self.layout
        layout.use_property_split = True
        layout.prop(self, "pack_folder")
        layout.prop(self, "body_file")


def sources(context: bpy.types.Context) -> Sources:
    """The preferences as plain values, for the worker thread."""
    addon = context.preferences.addons.get(ADDON)
    if addon is None:  # registered by a script, not enabled as an extension
        return Sources()
    chosen = addon.preferences
    return Sources(bpy.path.abspath(chosen.pack_folder), bpy.path.abspath(chosen.body_file))


CLASSES = (MOTIONCLIP_AP_preferences,)
