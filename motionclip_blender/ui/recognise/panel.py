"""Draws the panels of recognition, inside the main panel."""

from __future__ import annotations

from collections.abc import Sequence

import bpy
from bpy.app.translations import pgettext_iface as _

from ..generate import generation
from ..panels import MotionPanel
from ..session import SESSION
from .recognition import RECOGNITION, PartShown

_BARS = 5


class MOTIONCLIP_PT_recognise(MotionPanel, bpy.types.Panel):
    """What the active armature's Action is, by the labels nearest to it."""

    bl_idname = "MOTIONCLIP_PT_recognise"
    bl_label = "Recognise"
    bl_order = 7

    def draw(self, context: bpy.types.Context) -> None:
        layout = self.layout
        action = generation.action_of(generation.armature_of(context))
        column = layout.column()
        column.enabled = not SESSION.busy
        column.operator("motionclip.recognise", icon="VIEWZOOM")
        column.prop(context.scene.motionclip, "as_shown")
        scores = RECOGNITION.scores.get(action.session_uid) if action is not None else None
        if action is None or not scores:
            return
        bars = layout.column(align=True)
        bars.label(text=action.name, icon="ACTION", translate=False)
        for score in scores[:_BARS]:
            bars.progress(factor=score.share, text=f"{score.name}  {score.share:.0%}", translate=False)
        _draw_parts(layout, RECOGNITION.parts.get(action.session_uid, []))
        column = layout.column()
        column.separator(factor=0.2)
        column.enabled = not SESSION.busy
        column.operator("motionclip.tag_action", icon="ASSET_MANAGER")


def _draw_parts(layout: bpy.types.UILayout, parts: Sequence[PartShown]) -> None:
    """Draws what an Action shows one after the other, if that is more than one thing."""
    if len(parts) < 2:
        return
    column = layout.column(align=True)
    for part in parts:
        row = column.split(factor=0.34)
        row.label(text=f"{part.first}\u2013{part.last}", translate=False)
        row.label(text=f"{part.name}  {part.share:.0%}", translate=False)
    column.operator("motionclip.mark_parts", icon="MARKER_HLT")


class MOTIONCLIP_PT_labels(MotionPanel, bpy.types.Panel):
    """The list of labels."""

    bl_idname = "MOTIONCLIP_PT_labels"
    bl_label = "Labels"
    bl_parent_id = MOTIONCLIP_PT_recognise.bl_idname

    def draw(self, context: bpy.types.Context) -> None:
        own, layout = context.scene.motionclip_labels, self.layout
        if not own.items:
            layout.label(text=_labels_that_ship(), translate=False)
            layout.operator("motionclip.edit_labels", text="Edit the labels", icon="GREASEPENCIL")
            return
        row = layout.row()
        row.template_list("MOTIONCLIP_UL_labels", "", own, "items", own, "active", rows=6)
        buttons = row.column(align=True)
        buttons.operator("motionclip.add_label", text="", icon="ADD")
        buttons.operator("motionclip.remove_label", text="", icon="REMOVE")
        buttons.separator()
        buttons.operator("motionclip.reset_labels", text="", icon="LOOP_BACK")


def _labels_that_ship() -> str:
    """Returns how many labels ship, or what keeps them from being read."""
    from ...core.errors import UserError
    from ...core.recognition import default_labels

    try:
        return _("The {} labels that ship").format(len(default_labels()))
    except UserError as error:
        return str(error)


CLASSES = (MOTIONCLIP_PT_recognise, MOTIONCLIP_PT_labels)
