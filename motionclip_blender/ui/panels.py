"""What the panels are drawn with: their base, the big button, text in lines, boxes."""

from __future__ import annotations

import textwrap

import bpy

from .installation.self_check import numpy_problem
from .session import SESSION
from .translations import said

PANEL = "MOTIONCLIP_PT_panel"
"""The panel that all others stand in."""

BIG = 1.4  # times as high as other buttons
_CHARACTER_WIDTH = 6.5  # pixels at a resolution scale of 1, on average over English text in Blender's font


class MotionPanel:
    """A part of the panel, below it, closed until it is needed."""

    bl_category = "MotionCLIP"
    bl_space_type = "VIEW_3D"
    bl_region_type = "UI"
    bl_parent_id = PANEL
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
