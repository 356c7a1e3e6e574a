"""Draws the panel of arithmetic: the expression, its terms, the styles."""

from __future__ import annotations

import bpy

from ...core.errors import ExpressionError
from ..blend.panel import draw_follows
from ..panels import MotionPanel, big_button, box_below, text_width, wrapped
from ..sources.row import draw_field, draw_reading
from .expression_list import checked


class MOTIONCLIP_UL_terms(bpy.types.UIList):
    """Terms, each with its weight."""

    bl_idname = "MOTIONCLIP_UL_terms"

    def draw_item(self, context, layout, data, item, icon, active_data, active_property, index) -> None:
        split = layout.split(factor=0.64, align=True)
        row = split.row(align=True)
        row.prop(item, "kind", text="", icon_only=True, emboss=False)
        draw_field(row, item)
        row = split.row(align=True)
        row.prop(item, "weight", text="", slider=True)
        row.operator("motionclip.remove_term", text="", icon="X").index = index


class MOTIONCLIP_PT_arithmetic(MotionPanel, bpy.types.Panel):
    """The expression, what is wrong with it, and the same as a list."""

    bl_idname = "MOTIONCLIP_PT_arithmetic"
    bl_label = "Arithmetic"
    bl_order = 2

    def draw(self, context: bpy.types.Context) -> None:
        scene, layout = context.scene, self.layout
        asked = scene.motionclip.arithmetic
        layout.prop(asked, "expression", text="", placeholder='"jump" + 0.7 * {sad}')
        error = checked(asked.expression)[1]
        if error is not None:
            draw_error(box_below(layout), context, asked.expression, error)
        column = layout.column(align=True)  # the list takes the whole width, because names may be long
        column.template_list("MOTIONCLIP_UL_terms", "", asked, "terms", asked, "active", rows=3)
        column.operator("motionclip.add_term", icon="ADD")
        draw_reading(layout, scene, *asked.terms)
        draw_follows(layout.column(), context, "arithmetic", "Make")
        big_button(layout, "motionclip.make", "Make motion")


class MOTIONCLIP_PT_styles(MotionPanel, bpy.types.Panel):
    """A button for each style, and a field for any other word."""

    bl_idname = "MOTIONCLIP_PT_styles"
    bl_label = "Styles"
    bl_parent_id = MOTIONCLIP_PT_arithmetic.bl_idname

    def draw(self, context: bpy.types.Context) -> None:
        from ...core.latents.styles import presets

        grid = self.layout.grid_flow(columns=3, row_major=True, even_columns=True, align=True)
        for style in presets().values():
            grid.operator("motionclip.add_style", text=style.label).style = style.name
        asked = context.scene.motionclip.arithmetic
        row = self.layout.row(align=True)
        row.prop(asked, "word", text="", placeholder="Any other word")
        add = row.row(align=True)
        add.enabled = bool(asked.word.strip())
        add.operator("motionclip.add_style", text="", icon="ADD").word = asked.word


def draw_error(layout: bpy.types.UILayout, context: bpy.types.Context, expression: str, error: ExpressionError) -> None:
    """Draws what is wrong with an expression: the part around the error, a mark below its position, and the reason."""
    width = text_width(context)
    before, mark = shown_part(expression, error.at, width, string_width)
    column = layout.column(align=True)
    column.scale_y = 0.8
    column.label(text=before)
    column.label(text=mark)
    wrapped(layout, context, str(error), icon="ERROR")


def shown_part(expression: str, at: int, width: float, measure) -> tuple[str, str]:
    """Returns the part of an expression around character `at` (from 1) that fits into a line, and a line with a mark.

    The second line has spaces, and a mark under the character. measure: a function that returns the width of a text.
    """
    expression = expression.replace("\n", " ")
    place = min(at - 1, len(expression))
    start = 0
    while start < place and measure(("…" if start else "") + expression[start:place]) > 0.6 * width:
        start += 1
    lead = ("…" if start else "") + expression[start:place]
    stop = place
    while stop < len(expression) and measure(lead + expression[place : stop + 1] + "…") <= width:
        stop += 1
    shown = lead + expression[place:stop] + ("…" if stop < len(expression) else "")
    return shown, " " * round(measure(lead) / measure(" ")) + "▲"


def string_width(text: str) -> float:
    """Returns the width of a text in the font of Blender's panels, in pixels at a resolution scale of 1."""
    import blf

    blf.size(0, bpy.context.preferences.ui_styles[0].widget.points)
    return blf.dimensions(0, text)[0]


CLASSES = (MOTIONCLIP_UL_terms, MOTIONCLIP_PT_arithmetic, MOTIONCLIP_PT_styles)
