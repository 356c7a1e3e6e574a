"""Draws the panel of saved latents."""

from __future__ import annotations

import bpy
from bpy.app.translations import pgettext_iface as _

from ..panels import MotionPanel


class MOTIONCLIP_UL_latents(bpy.types.UIList):
    """Saved latents; a double click renames one."""

    bl_idname = "MOTIONCLIP_UL_latents"

    def draw_item(self, context, layout, data, item, icon, active_data, active_property, index) -> None:
        layout.prop(item, "name", text="", emboss=False, icon="BOOKMARKS")


class MOTIONCLIP_PT_latents(MotionPanel, bpy.types.Panel):
    """The list, and the button that adds to it."""

    bl_idname = "MOTIONCLIP_PT_latents"
    bl_label = "Saved latents"
    bl_order = 10

    def draw(self, context: bpy.types.Context) -> None:
        settings, layout = context.scene.motionclip, self.layout
        row = layout.row()
        row.template_list("MOTIONCLIP_UL_latents", "", settings, "latents", settings, "active_latent", rows=3)
        column = row.column(align=True)
        column.operator("motionclip.save_latent", text="", icon="ADD")
        column.operator("motionclip.remove_latent", text="", icon="REMOVE")
        if settings.active_latent < len(settings.latents):
            layout.label(text=_("Model: {}").format(settings.latents[settings.active_latent].pack))


CLASSES = (MOTIONCLIP_UL_latents, MOTIONCLIP_PT_latents)
