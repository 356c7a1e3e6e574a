"""The panel in the 3D view's sidebar."""

from __future__ import annotations

import textwrap

import bpy
from bpy.app.translations import pgettext_iface as _

from ...core.errors import UserError
from ..installation.self_check import numpy_problem
from ..session import SESSION
from ..translations import said
from . import playing
from .generation import action_of, armature_of, characters
from .presets import MOTIONCLIP_PT_presets

BIG = 1.4  # times as high as other buttons
_CHARACTER_WIDTH = 6.5  # pixels at a resolution scale of 1, on average over English text in Blender's font


class MOTIONCLIP_PT_panel(bpy.types.Panel):
    """Prompt, length, Generate; and what is going on."""

    bl_idname = "MOTIONCLIP_PT_panel"
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
        armature = _smplx(worked_on)
        if armature is None:
            layout.operator("motionclip.add_body", icon="OUTLINER_OB_ARMATURE")
        elif context.active_object in (armature, *armature.children):
            layout.label(text=armature.name, icon="OUTLINER_OB_ARMATURE", translate=False)
        else:
            text = _("{}, the only character").format(armature.name)
            layout.label(text=text, icon="OUTLINER_OB_ARMATURE", translate=False)
        column = layout.column()
        column.enabled = not SESSION.busy
        column.prop(settings, "prompt", text="", placeholder="What the person does", icon="TEXT")
        row = column.row(align=True)
        row.prop(settings, "frames")
        start = row.row(align=True)
        start.active = not settings.start_at_current
        start.prop(settings, "start_frame", text="Start")
        row.prop(settings, "start_at_current", text="", icon="TIME")
        row = column.row(align=True)
        row.prop(settings, "loop", toggle=True)
        row.prop(settings, "in_place", toggle=True)

        adds = worked_on is None and not characters(context.view_layer)
        plays = not SESSION.busy and armature is not None and action_of(armature) is not None
        row = layout.split(factor=0.62, align=True) if plays else layout
        big_button(row, "motionclip.generate", "Generate on a new body" if adds else "Generate", SESSION.busy)
        if plays:
            playing.draw(row, context, BIG)
        if SESSION.error:
            wrapped(box_below(layout), context, SESSION.error, icon="ERROR")


class MotionPanel:
    """A part of the panel, below it, closed until it is needed."""

    bl_category = "MotionCLIP"
    bl_space_type = "VIEW_3D"
    bl_region_type = "UI"
    bl_parent_id = MOTIONCLIP_PT_panel.bl_idname
    bl_options = {"DEFAULT_CLOSED"}

    @classmethod
    def poll(cls, context: bpy.types.Context) -> bool:
        return not numpy_problem()


def big_button(layout: bpy.types.UILayout, operator: str, text: str, busy: bool | None = None) -> None:
    """The button that makes a motion, or in its place how far that is.

    busy: whether to show that; by default when this operator is at work. With another one at work the button stays as
    it is, and says so: Blender would leave a button that was switched off under the mouse off until the mouse is moved.
    """
    row = layout.row(align=True)
    row.scale_y = BIG
    if SESSION.busy and SESSION.operator == operator if busy is None else busy:
        row.progress(factor=SESSION.job.fraction, text=SESSION.job.stage)
        row.operator("motionclip.cancel", text="", icon="X")
    else:
        row.operator(operator, text=text, icon="POSE_HLT")


def _smplx(armature: bpy.types.Object | None) -> bpy.types.Object | None:
    """The armature, if it is one that can be keyed."""
    from ...rig.bones import Bones

    try:
        Bones.of(armature)
    except UserError:
        return None
    return armature


def box_below(layout: bpy.types.UILayout) -> bpy.types.UILayout:
    """A box below a place where progress stands.

    Blender takes the next thing without data for the bar that was under the mouse, and draws it as if selected: here
    the separator, which shows nothing of it.
    """
    layout.separator(factor=0.2)
    return layout.box()


def wrapped(layout: bpy.types.UILayout, context: bpy.types.Context, text: str, icon: str = "NONE") -> None:
    """`text` in as many lines as the sidebar's width asks for; Blender's labels do not wrap."""
    column = layout.column(align=True)
    column.scale_y = 0.8
    for number, line in enumerate(textwrap.wrap(said(text), max(int(text_width(context) / _CHARACTER_WIDTH), 12))):
        first = icon if number == 0 else "BLANK1" if icon != "NONE" else "NONE"
        column.label(text=line, icon=first, translate=False)


def text_width(context: bpy.types.Context) -> float:
    """Pixels of a line in a box of the sidebar, at a resolution scale of 1, less margins and an icon."""
    return context.region.width / context.preferences.system.ui_scale - 60


CLASSES = (MOTIONCLIP_PT_panel,)
