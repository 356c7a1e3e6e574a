"""Draws the panel that makes a film of a photo."""

from __future__ import annotations

from pathlib import Path

import bpy
from bpy.app.translations import pgettext_iface as _

from ..panels import MotionPanel, big_button
from ..session import SESSION


class MOTIONCLIP_PT_photo(MotionPanel, bpy.types.Panel):
    """Photos, which person, what they do; the scene of it, and the film."""

    bl_idname = "MOTIONCLIP_PT_photo"
    bl_label = "Animate a photo"
    bl_order = 9

    def draw(self, context: bpy.types.Context) -> None:
        from ...rig.photo.note import is_photo_scene

        asked, layout = context.scene.motionclip.photo, self.layout
        column = layout.column()
        column.enabled = not SESSION.busy
        names = [Path(one.path).name for one in asked.photos]
        text = names[0] if len(names) == 1 else _("{} photos").format(len(names)) if names else _("Choose photos")
        column.operator("motionclip.choose_photos", text=text, icon="IMAGE_DATA", translate=False)
        column.prop(asked, "person")
        column.prop(asked, "motion")
        if asked.motion == "ACTION":
            column.prop(asked, "action", text="")
        elif asked.motion == "PROMPT":
            column.prop(context.scene.motionclip, "prompt", text="", icon="TEXT")
        column.prop(asked, "follow")
        there = is_photo_scene(context.scene)
        big_button(layout, "motionclip.animate_photo", "Animate again" if there else "Animate")
        if there:
            big_button(layout, "motionclip.film_photo", "Film")


CLASSES = (MOTIONCLIP_PT_photo,)
