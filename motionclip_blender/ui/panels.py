"""Provides what the panels share: their base class, the big button, wrapped text, boxes."""

from __future__ import annotations

import textwrap

import bpy

from .installation.self_check import numpy_problem
from .session import SESSION
from .translations import said

PANEL = "MOTIONCLIP_PT_panel"
"""The panel that contains all others."""

BIG = 1.4  # height relative to other buttons
_CHARACTER_WIDTH = 6.5  # pixels at a resolution scale of 1, the average of English text in Blender's font


class MotionPanel:
    """Base of the panels inside the main panel, closed by default."""

    bl_category = "MotionCLIP"
    bl_space_type = "VIEW_3D"
    bl_region_type = "UI"
    bl_parent_id = PANEL
    bl_options = {"DEFAULT_CLOSED"}

    @classmethod
    def poll(cls, context: bpy.types.Context) -> bool:
        return not numpy_problem()


def big_button(layout: bpy.types.UILayout, operator: str, text: str, busy: bool | None = None) -> None:
    """Draws the button that makes a motion, or in its place the progress.

    busy: whether to show the progress; by default while this operator runs. While another operator runs, the button
    stays enabled and reports that when pressed. If it were disabled under the mouse, Blender would keep it disabled
    until the mouse moves.
    """
    row = layout.row(align=True)
    row.scale_y = BIG
    job = SESSION.job
    if job is not None and (SESSION.busy and SESSION.operator == operator if busy is None else busy):
        row.progress(factor=job.fraction, text=job.stage)
        row.operator("motionclip.cancel", text="", icon="X")
    else:
        row.operator(operator, text=text, icon="POSE_HLT")


def box_below(layout: bpy.types.UILayout) -> bpy.types.UILayout:
    """Makes a box below a progress bar.

    After the bar is gone, Blender takes the next item without data for the bar under the mouse, and draws it as
    selected. Here that is the separator, which is invisible.
    """
    layout.separator(factor=0.2)
    return layout.box()


def wrapped(
    layout: bpy.types.UILayout, context: bpy.types.Context, text: str, icon: str = "NONE", most: int | None = None
) -> None:
    """Draws `text` in as many lines as the sidebar's width requires; Blender's labels do not wrap.

    most: lines after which it is cut, with an ellipsis.
    """
    column = layout.column(align=True)
    column.scale_y = 0.8
    width = max(int(text_width(context) / _CHARACTER_WIDTH), 12)
    for number, line in enumerate(textwrap.wrap(said(text), width, max_lines=most, placeholder=" …")):
        first = icon if number == 0 else "BLANK1" if icon != "NONE" else "NONE"
        column.label(text=line, icon=first, translate=False)


def text_width(context: bpy.types.Context) -> float:
    """Returns the width of a line in a box of the sidebar, without margins and an icon, in pixels at a scale of 1."""
    return context.region.width / context.preferences.system.ui_scale - 60
