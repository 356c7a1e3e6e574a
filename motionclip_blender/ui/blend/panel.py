"""Draws the panel of blends."""

from __future__ import annotations

import bpy
from bpy.app.translations import pgettext_iface as _

from ..generate import live
from ..panels import MotionPanel, big_button
from ..sources.row import draw_reading, draw_source


class MOTIONCLIP_PT_blend(MotionPanel, bpy.types.Panel):
    """A, B, the factor between them, and what can be made of them."""

    bl_idname = "MOTIONCLIP_PT_blend"
    bl_label = "Blend"
    bl_order = 1

    def draw(self, context: bpy.types.Context) -> None:
        scene, layout = context.scene, self.layout
        asked = scene.motionclip.blend
        column = layout.column(align=True)
        draw_source(column, "A", asked.start)
        draw_source(column, "B", asked.end)
        draw_reading(layout, scene, asked.start, asked.end)

        column = layout.column(align=True)
        row = column.row(align=True)
        row.scale_y = 1.2
        row.prop(asked, "factor", slider=True)
        row.prop(asked, "spherical", text="", icon="SPHERECURVE")
        draw_follows(column, context, "blend", "Blend")
        big_button(layout, "motionclip.blend", "Blend")

        column = layout.column(align=True)
        column.operator("motionclip.blend_over_time", text="From A to B over time", icon="IPO_EASE_IN_OUT")
        row = column.row(align=True)
        row.prop(asked, "stops")
        row.prop(asked, "as_strips", text="", icon="NLA")
        row.operator("motionclip.blend_stops", text="Make stops", icon="ALIGN_JUSTIFY")


def draw_follows(layout: bpy.types.UILayout, context: bpy.types.Context, section: str, button: str) -> None:
    """Draws whether the motion follows the sliders above, or what the user has to press for it."""
    job = live.LIVE.job
    if context.scene.motionclip.behind == section and job is not None:
        layout.progress(factor=job.fraction, text=job.stage)
        return
    row = layout.row()
    if live.follows(context, section):
        row.label(text="The motion follows", icon="LINKED")
    else:
        row.active = False
        row.label(text=_("Press {}; then it follows").format(_(button)), icon="UNLINKED")


CLASSES = (MOTIONCLIP_PT_blend,)
