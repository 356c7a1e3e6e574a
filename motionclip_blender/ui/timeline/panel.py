"""Draws the panel of timelines: the list of segments, the active one, the length of all."""

from __future__ import annotations

import bpy

from ..blend.panel import draw_follows
from ..panels import MotionPanel, big_button
from ..session import SESSION
from ..sources.row import draw_reading, draw_source

_ROWS = 4


class MOTIONCLIP_UL_segments(bpy.types.UIList):
    """Segments, each with what it is made of and its length."""

    bl_idname = "MOTIONCLIP_UL_segments"

    def draw_item(self, context, layout, data, item, icon, active_data, active_property, index) -> None:
        split = layout.split(factor=0.66, align=True)
        row = split.row(align=True)
        row.prop(item, "kind", text="", icon_only=True, emboss=False)
        _draw_made_of(row, item)
        row = split.row(align=True)
        if item.natural:
            row.label(text="Auto")
        else:
            row.prop(item, "frames" if data.unit == "FRAMES" else "seconds", text="", slider=True)
        row.prop(item, "natural", text="", icon="FIXED_SIZE")


class MOTIONCLIP_PT_timeline(MotionPanel, bpy.types.Panel):
    """Segments that are made as one continuous motion."""

    bl_idname = "MOTIONCLIP_PT_timeline"
    bl_label = "Timeline"
    bl_order = 4

    def draw(self, context: bpy.types.Context) -> None:
        scene, layout = context.scene, self.layout
        asked = scene.motionclip.timeline
        row = layout.row(align=True)
        row.enabled = not SESSION.busy
        row.operator("motionclip.split_prompt", icon="LINENUMBERS_ON")
        row.operator("motionclip.add_segment", text="", icon="ADD")
        if not asked.segments:
            return
        layout.template_list("MOTIONCLIP_UL_segments", "", asked, "segments", asked, "active", rows=_ROWS)
        row = layout.row(align=True)
        row.prop(asked, "unit", expand=True)
        row.operator("motionclip.move_segment", text="", icon="TRIA_UP").way = "UP"
        row.operator("motionclip.move_segment", text="", icon="TRIA_DOWN").way = "DOWN"
        row.operator("motionclip.remove_segment", text="", icon="REMOVE")
        if 0 <= asked.active < len(asked.segments):
            _draw_active(layout, asked.segments[asked.active], first=asked.active == 0)
        ends = [end for one in asked.segments if one.kind == "BLEND" for end in (one.start, one.end)]
        draw_reading(layout, scene, *(one for one in asked.segments if one.kind == "ACTION"), *ends)
        column = layout.column(align=True)
        row = column.row(align=True)
        if asked.natural:
            row.label(text="As long as they take")
        else:
            row.prop(asked, "whole", slider=True)
        row.prop(asked, "natural", text="", icon="FIXED_SIZE")
        column.prop(asked, "as_strips", toggle=True, icon="NLA")
        column.prop(scene.motionclip, "guess")
        draw_follows(column, context, "timeline", "Generate")
        big_button(layout, "motionclip.make_timeline", "Generate")


def _draw_made_of(row: bpy.types.UILayout, item: bpy.types.PropertyGroup) -> None:
    if item.kind == "PROMPT":
        row.prop(item, "prompt", text="", placeholder="What the person does", emboss=False)
    elif item.kind == "EXPRESSION":
        row.prop(item, "expression", text="", placeholder='"jump" + 0.7 * {sad}', emboss=False)
    elif item.kind == "ACTION":
        row.prop_search(item, "action", bpy.data, "actions", text="")
    else:
        ends = (getattr(end, end.kind.lower()) or "…" for end in (item.start, item.end))
        row.label(text=" ↔ ".join(ends), translate=False)


def _draw_active(layout: bpy.types.UILayout, item: bpy.types.PropertyGroup, first: bool) -> None:
    """Draws what the list has no room for."""
    column = layout.column(align=True)
    if item.kind == "PROMPT":
        column.prop(item, "seed")
        column.prop(item, "takes")
    elif item.kind == "BLEND":
        draw_source(column, "A", item.start)
        draw_source(column, "B", item.end)
        row = column.row(align=True)
        row.prop(item, "factor", slider=True)
        row.prop(item, "spherical", text="", icon="SPHERECURVE")
    if not first:
        row = column.row(align=True)
        if item.smooth:
            row.label(text="Transition as the poses need")
        else:
            row.prop(item, "transition", slider=True)
        row.prop(item, "smooth", text="", icon="FIXED_SIZE")


CLASSES = (MOTIONCLIP_UL_segments, MOTIONCLIP_PT_timeline)
