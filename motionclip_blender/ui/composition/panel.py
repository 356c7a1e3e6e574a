"""Draws the panel of compositions."""

from __future__ import annotations

import bpy

from ..blend.panel import draw_follows
from ..panels import MotionPanel, big_button
from ..sources.row import draw_reading, draw_source


class MOTIONCLIP_PT_composition(MotionPanel, bpy.types.Panel):
    """Upper and lower body, and how they are put together."""

    bl_idname = "MOTIONCLIP_PT_composition"
    bl_label = "Upper and lower body"
    bl_order = 3

    def draw(self, context: bpy.types.Context) -> None:
        scene, layout = context.scene, self.layout
        asked = scene.motionclip.composition
        column = layout.column(align=True)
        draw_source(column, "Upper", asked.upper)
        draw_source(column, "Lower", asked.lower)
        draw_reading(layout, scene, asked.upper, asked.lower)
        layout.row(align=True).prop(asked, "by", expand=True)
        if asked.by == "ARITHMETIC":
            column = layout.column(align=True)
            column.prop(asked, "weight", slider=True)
            draw_follows(column, context, "composition", "Compose")
        big_button(layout, "motionclip.compose", "Compose")


CLASSES = (MOTIONCLIP_PT_composition,)
