"""Draws the panel of training frames, inside the main panel."""

from __future__ import annotations

import bpy
from bpy.app.translations import pgettext_iface as _

from ..panels import PANEL, box_below, wrapped
from .process import RENDERING

_ICONS = {"INFO": "CHECKMARK", "WARNING": "ERROR", "ERROR": "ERROR"}


class MOTIONCLIP_PT_frames(bpy.types.Panel):
    """What to render, how far it is, and how it ended."""

    bl_idname = "MOTIONCLIP_PT_frames"
    bl_label = "Training frames"
    bl_category = "MotionCLIP"
    bl_space_type = "VIEW_3D"
    bl_region_type = "UI"
    bl_parent_id = PANEL
    bl_options = {"DEFAULT_CLOSED"}
    bl_order = 12

    def draw(self, context: bpy.types.Context) -> None:
        settings, layout = context.scene.motionclip_frames, self.layout
        column = layout.column()
        column.enabled = not RENDERING.busy
        column.use_property_split = True
        column.use_property_decorate = False
        for names in (("motions", "out"), ("per_motion", "limit"), ("look", "engine", "size"), ("seed", "workers")):
            group = column.column(align=True)
            for name in names:
                group.prop(settings, name)

        row = layout.row(align=True)
        row.scale_y = 1.4
        if RENDERING.busy:
            fraction, text = _progress()
            row.progress(factor=fraction, text=text)
            row.operator("motionclip.cancel_frames", text="", icon="X")
        else:
            row.operator("motionclip.render_frames", icon="RENDER_STILL")
        if outcome := RENDERING.outcome:
            wrapped(box_below(layout), context, outcome.text, icon=_ICONS[outcome.level])


def _progress() -> tuple[float, str]:
    child = RENDERING.child
    if child is None:
        return 0.0, ""
    if child.cancelled:
        text = _("Cancelling")
    elif child.done:
        text = _("{:,} of {:,} frames").format(child.done, child.total)
    else:  # it reads the motions, then starts its workers
        text = _("Starting")
    return child.done / max(child.total, 1), text


CLASSES = (MOTIONCLIP_PT_frames,)
