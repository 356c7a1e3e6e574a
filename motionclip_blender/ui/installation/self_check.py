"""Shows the self-check: rows in the preferences, a button that copies the report, and a button in the sidebar."""

from __future__ import annotations

import textwrap
import time
from pathlib import Path
from typing import TYPE_CHECKING

import bpy

from ...core.errors import UserError
from ...core.libraries import check_numpy
from ..addon import ADDON, model_choice
from ..session import SESSION
from ..translations import said

if TYPE_CHECKING:
    from ...core.self_check import Finding

_ICONS = {"good": "CHECKMARK", "note": "INFO", "bad": "ERROR"}
_CHARACTER_WIDTH = 6.5  # average, in pixels at a resolution scale of 1
_AGAIN_SECONDS = 5.0


class _Checked:
    """The last findings, and the preferences and engine that they are for, so that redraws do not check again."""

    def __init__(self) -> None:
        self.of: object = None
        self.findings: list[Finding] = []
        self.problem = ""  # what is wrong with numpy
        self.asked = float("-inf")  # when numpy was last checked


_LAST = _Checked()


def numpy_problem() -> str:
    """Returns a sentence about why nothing can be made here; empty if all is well. Fast enough for every redraw."""
    if _LAST.asked == float("-inf") or (_LAST.problem and time.monotonic() - _LAST.asked > _AGAIN_SECONDS):
        try:
            check_numpy()
            _LAST.problem = ""
        except UserError as error:
            _LAST.problem = str(error)
        _LAST.asked = time.monotonic()
    return _LAST.problem


def findings(context: bpy.types.Context) -> list[Finding]:
    """Returns what the add-on has and what is missing, as of the last change of the preferences or the engine."""
    from ...core.self_check import Installation, self_check

    engine, chosen = SESSION.loaded, model_choice(context)
    name = engine.computes_by if engine is not None else ""
    if _LAST.of != (name, chosen) or not _LAST.findings:
        _LAST.findings = self_check(Installation(_own_version(), tuple(bpy.app.version), *chosen, engine=name))
        _LAST.of = name, chosen
    return _LAST.findings


def forget() -> None:
    """Forgets the findings, so that the next call checks again."""
    global _LAST
    _LAST = _Checked()


def _own_version() -> str:
    """Returns the version in the installed extension's manifest; empty if the add-on runs from its sources."""
    import tomllib

    try:
        with (Path(__file__).resolve().parents[2] / "blender_manifest.toml").open("rb") as manifest:
            return str(tomllib.load(manifest).get("version", ""))
    except (OSError, tomllib.TOMLDecodeError):
        return ""


def draw(layout: bpy.types.UILayout, context: bpy.types.Context) -> None:
    """Draws the rows in the preferences."""
    box = layout.box()
    row = box.row()
    row.label(text="Self-check")
    row.operator("motionclip.check_again", text="", icon="FILE_REFRESH")
    row.operator("motionclip.copy_report", text="Copy report", icon="COPYDOWN")
    columns = max(int(0.72 * context.region.width / context.preferences.system.ui_scale / _CHARACTER_WIDTH) - 8, 30)
    rows = box.column(align=True)
    for found in findings(context):
        split = rows.split(factor=0.25)
        split.label(text=said(found.subject), icon=_ICONS[found.state], translate=False)
        lines = split.column(align=True)
        lines.alert = found.state == "bad"
        for line in textwrap.wrap(said(found.text), columns) or [""]:
            lines.label(text=line, translate=False)


class MOTIONCLIP_OT_check_again(bpy.types.Operator):
    """Look once more at all that the add-on needs"""

    bl_idname = "motionclip.check_again"
    bl_label = "Check again"
    bl_options = {"INTERNAL"}

    def execute(self, context: bpy.types.Context) -> set[str]:
        import importlib

        importlib.invalidate_caches()  # a package may have been installed
        forget()
        return {"FINISHED"}


class MOTIONCLIP_OT_copy_report(bpy.types.Operator):
    """Copy what the self-check has found, to be sent to somebody who can help"""

    bl_idname = "motionclip.copy_report"
    bl_label = "Copy the report of the self-check"

    def execute(self, context: bpy.types.Context) -> set[str]:
        from ...core.self_check import as_text

        forget()
        context.window_manager.clipboard = as_text(findings(context))
        self.report({"INFO"}, said("The report is in the clipboard"))
        return {"FINISHED"}


class MOTIONCLIP_OT_open_preferences(bpy.types.Operator):
    """Show the add-on's preferences with the self-check, which tells all that is missing"""

    bl_idname = "motionclip.open_preferences"
    bl_label = "MotionCLIP preferences"

    def execute(self, context: bpy.types.Context) -> set[str]:
        forget()
        try:
            return bpy.ops.preferences.addon_show(module=ADDON)
        except RuntimeError:  # registered by a script, not as an extension
            self.report({"ERROR"}, said("The add-on is not installed as an extension, so it has no preferences."))
            return {"CANCELLED"}


CLASSES = (MOTIONCLIP_OT_check_again, MOTIONCLIP_OT_copy_report, MOTIONCLIP_OT_open_preferences)
