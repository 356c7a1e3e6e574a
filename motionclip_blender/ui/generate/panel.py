"""Draws the main panel in the 3D view's sidebar."""

from __future__ import annotations

import bpy
from bpy.app.translations import pgettext_iface as _

from ...core.errors import UserError
from ..installation.self_check import numpy_problem
from ..panels import BIG, PANEL, big_button, box_below, wrapped
from ..session import SESSION
from . import playing, steps, variations
from .generation import armature_of, characters
from .presets import MOTIONCLIP_PT_presets

_ERROR_LINES = 16  # of an error or of remarks: a long prompt is repeated in them


class MOTIONCLIP_PT_panel(bpy.types.Panel):
    """Prompt, length, Generate; and what is going on."""

    bl_idname = PANEL
    bl_label = "MotionCLIP"
    bl_category = "MotionCLIP"
    bl_space_type = "VIEW_3D"
    bl_region_type = "UI"

    def draw_header_preset(self, context: bpy.types.Context) -> None:
        MOTIONCLIP_PT_presets.draw_panel_header(self.layout)

    def draw(self, context: bpy.types.Context) -> None:
        settings, layout = context.scene.motionclip, self.layout
        if problem := numpy_problem():
            wrapped(layout.box(), context, problem, icon="ERROR")
            layout.operator("motionclip.open_preferences", text="Self-check", icon="PREFERENCES")
            return

        worked_on = armature_of(context)
        armature = _animatable(worked_on)
        if armature is None:
            layout.operator("motionclip.add_body", icon="OUTLINER_OB_ARMATURE")
        elif context.active_object in (armature, *armature.children):
            layout.label(text=armature.name, icon="OUTLINER_OB_ARMATURE", translate=False)
        else:
            text = _("{}, the only character").format(armature.name)
            layout.label(text=text, icon="OUTLINER_OB_ARMATURE", translate=False)
        column = layout.column()
        column.enabled = not SESSION.busy
        row = column.row(align=True)
        row.prop(settings, "prompt", text="", placeholder="What the person does", icon="TEXT")
        row.prop(settings, "straight", text="", icon="FONT_DATA")
        toggle = row.row(align=True)
        toggle.active = not settings.straight
        toggle.prop(settings, "steps", text="", icon="LINENUMBERS_ON")
        if settings.steps and not settings.straight:
            column.prop(settings, "guess")
            steps.draw(column, context, armature)
        row = column.row(align=True)
        row.prop(settings, "frames")
        if settings.steps and not settings.straight:
            row.operator("motionclip.natural_length", text="", icon="FIXED_SIZE")
        start = row.row(align=True)
        start.active = not settings.start_at_current
        start.prop(settings, "start_frame", text="Start")
        row.prop(settings, "start_at_current", text="", icon="TIME")
        row = column.row(align=True)
        row.prop(settings, "loop", toggle=True)
        row.prop(settings, "in_place", toggle=True)
        if armature is not None:
            column.row(align=True).prop(settings, "keyed_bones", expand=True)
        row = column.row(align=True)
        row.prop(settings, "reduce_keys", toggle=True)
        if settings.reduce_keys:
            row.prop(settings, "reduce_degrees", text="")
            row.prop(settings, "reduce_millimetres", text="")

        adds = worked_on is None and not characters(context.view_layer)
        plays = not SESSION.busy and armature is not None and playing.moves(armature)
        row = layout.split(factor=0.62, align=True) if plays else layout
        big_button(row, "motionclip.generate", "Generate on a new body" if adds else "Generate", SESSION.busy)
        if plays:
            playing.draw(row, context, BIG)
        row = layout.column()
        row.enabled = not SESSION.busy
        variations.draw(row, armature)
        if SESSION.error:
            box = box_below(layout)
            wrapped(box, context, SESSION.error, icon="ERROR", most=_ERROR_LINES)
            if SESSION.refusal is not None and not SESSION.busy:
                steps.draw_refusal(box, SESSION.refusal)


def _animatable(armature: bpy.types.Object | None) -> bpy.types.Object | None:
    """Returns the armature if motions can be keyed on it, as on SMPL-X and every rig that is recognised, else None."""
    from ...rig.target import target_of

    try:
        target_of(armature)
    except UserError:
        return None
    return armature


CLASSES = (MOTIONCLIP_PT_panel,)
