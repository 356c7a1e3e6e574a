"""Keeps presets of the panel's settings in Blender's own preset system: the user's files, and two that ship."""

from __future__ import annotations

from pathlib import Path

import bpy
from bl_operators.presets import AddPresetBase
from bl_ui.utils import PresetPanel

FOLDER = "motionclip"
_SHIPPED = str(Path(__file__).resolve().parents[2] / "assets")  # it holds presets/motionclip


class MOTIONCLIP_PT_presets(PresetPanel, bpy.types.Panel):
    """What the button in the panel's header shows."""

    bl_idname = "MOTIONCLIP_PT_presets"
    bl_label = "MotionCLIP Presets"
    preset_subdir = FOLDER
    preset_operator = "script.execute_preset"
    preset_add_operator = "motionclip.add_preset"


class MOTIONCLIP_OT_add_preset(AddPresetBase, bpy.types.Operator):
    """Keep prompt, length, start and options of the panel as a preset, or remove one"""

    bl_idname = "motionclip.add_preset"
    bl_label = "Add a MotionCLIP preset"
    preset_menu = "MOTIONCLIP_PT_presets"
    preset_subdir = FOLDER
    preset_defines = ["settings = bpy.context.scene.motionclip"]
    preset_values = [
        "settings.prompt",
        "settings.frames",
        "settings.start_frame",
        "settings.start_at_current",
        "settings.reduce_keys",
        "settings.reduce_degrees",
        "settings.reduce_millimetres",
        "settings.loop",
        "settings.in_place",
        "settings.hands_touch",
        "settings.keyed_bones",
        "settings.straight",
        "settings.steps",
        "settings.reading",
        "settings.reading_frame",
    ]


def attach() -> None:
    """Adds the folder of the presets that ship."""
    bpy.utils.register_preset_path(_SHIPPED)


def detach() -> None:
    """Removes the folder of the presets that ship."""
    bpy.utils.unregister_preset_path(_SHIPPED)


CLASSES = (MOTIONCLIP_PT_presets, MOTIONCLIP_OT_add_preset)
