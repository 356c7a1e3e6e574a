"""Draws the panel of search."""

from __future__ import annotations

import bpy
from bpy.app.translations import pgettext_iface as _

from ..panels import MotionPanel, box_below, wrapped
from ..session import SESSION
from .results import SEARCH, Hit


class MOTIONCLIP_PT_search(MotionPanel, bpy.types.Panel):
    """A text, and the Actions nearest to it."""

    bl_idname = "MOTIONCLIP_PT_search"
    bl_label = "Search Actions"
    bl_order = 8

    def draw(self, context: bpy.types.Context) -> None:
        asked, layout = context.scene.motionclip_search, self.layout
        column = layout.column()
        column.enabled = not SESSION.busy
        row = column.row(align=True)
        row.prop(asked, "text", text="", placeholder="What the person does", icon="VIEWZOOM")
        row.operator("motionclip.search", text="", icon="PLAY")
        column.prop(asked, "in_libraries")
        results = SEARCH.results
        if results is None:
            return
        if not results.hits:
            wrapped(layout, context, _("There are no Actions that move this armature."), icon="INFO")
        found = layout.column(align=True)
        found.enabled = not SESSION.busy
        for hit in results.hits:
            _draw_hit(found.row(align=True), hit)
        for sentence in results.said:
            wrapped(box_below(layout), context, sentence, icon="ERROR")


def _draw_hit(row: bpy.types.UILayout, hit: Hit) -> None:
    split = row.split(factor=0.68, align=True)
    icon = "ASSET_MANAGER" if hit.path else "ACTION"
    button = split.operator("motionclip.assign_action", text=hit.name, icon=icon, translate=False)
    button.name, button.path = hit.name, hit.path
    split.progress(factor=hit.score.share, text=f"{hit.score.share:.0%}", translate=False)


CLASSES = (MOTIONCLIP_PT_search,)
