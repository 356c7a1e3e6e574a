"""Defines the operators that change the map of an armature's bones, and write and read it as a file."""

from __future__ import annotations

import json
from pathlib import Path

import bpy
from bl_operators.presets import AddPresetBase
from bl_ui.utils import PresetPanel
from bpy.app.translations import pgettext_rpt as _
from bpy.props import StringProperty
from bpy_extras.io_utils import ExportHelper, ImportHelper

from ...core.errors import UserError
from ...core.skeleton import BODY_JOINTS, HAND_JOINTS
from ..generate.generation import armature_of
from ..installation.self_check import numpy_problem
from ..tasks.background_operator import Reporting
from ..tasks.jobs import sentence
from . import current


class _Mapping(Reporting):
    """Base of the operators that work on the active armature's map."""

    @classmethod
    def poll(cls, context: bpy.types.Context) -> bool:
        if numpy_problem():
            return True  # what happens on a click says so
        armature = armature_of(context)
        return armature is not None and armature.data.is_editable

    def execute(self, context: bpy.types.Context) -> set[str]:
        try:
            self.change(armature_of(context))
        except Exception as error:
            return self.refuse(sentence(error))
        return self.finish()

    def change(self, armature: bpy.types.Object) -> None:
        """Changes the armature's map. Raises `UserError`."""
        raise NotImplementedError


class MOTIONCLIP_OT_pick_bone(_Mapping, bpy.types.Operator):
    """Give this joint the active bone"""

    bl_idname = "motionclip.pick_bone"
    bl_label = "Pick the active bone"
    bl_options = {"REGISTER", "UNDO"}

    joint: StringProperty(name="Joint", options={"HIDDEN", "SKIP_SAVE"})

    def change(self, armature: bpy.types.Object) -> None:
        bone = armature.data.bones.active
        if self.joint not in (*BODY_JOINTS, *HAND_JOINTS):
            raise UserError(_('There is no joint "{}".').format(self.joint))
        if bone is None:
            raise UserError(_("No bone is active; click one in Pose Mode."))
        current.set_bone(armature.data, self.joint, bone.name)


class MOTIONCLIP_OT_mirror_map(_Mapping, bpy.types.Operator):
    """Give the joints of the right side the partners of the left side's bones, by their names"""

    bl_idname = "motionclip.mirror_map"
    bl_label = "Left to right"
    bl_options = {"REGISTER", "UNDO"}

    def change(self, armature: bpy.types.Object) -> None:
        if not current.mirrored(armature.data):
            raise UserError(_("No bone of the left side has a partner by its name; choose the right side's by hand."))


class MOTIONCLIP_OT_reset_map(_Mapping, bpy.types.Operator):
    """Forget the changes, and recognise the armature again"""

    bl_idname = "motionclip.reset_map"
    bl_label = "Recognise again"
    bl_options = {"REGISTER", "UNDO"}

    def change(self, armature: bpy.types.Object) -> None:
        from ...rig.rig_note import keep_rig

        keep_rig(armature.data, None)


class MOTIONCLIP_OT_export_map(_Mapping, ExportHelper, bpy.types.Operator):
    """Write the map of bones as a .json file, which import and the training's data also read"""

    bl_idname = "motionclip.export_map"
    bl_label = "Export map"

    filename_ext = ".json"
    filter_glob: StringProperty(default="*.json", options={"HIDDEN"})

    def change(self, armature: bpy.types.Object) -> None:
        from ...core.files import whole_path
        from ...core.retarget.rig_maps import rig_of_entry

        entry = current.entry_of(armature.data)
        name = str(entry.get("label", armature.name))
        rig_of_entry(name, entry)  # raises the errors
        with whole_path(Path(bpy.path.abspath(self.filepath))) as path:
            path.write_text(json.dumps({name: entry}, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")


class MOTIONCLIP_OT_import_map(_Mapping, ImportHelper, bpy.types.Operator):
    """Read the map of bones from a .json file of maps: of several, the one whose bones this armature has"""

    bl_idname = "motionclip.import_map"
    bl_label = "Import map"
    bl_options = {"REGISTER", "UNDO"}

    filename_ext = ".json"
    filter_glob: StringProperty(default="*.json", options={"HIDDEN"})

    def change(self, armature: bpy.types.Object) -> None:
        from ...core.retarget.rig_maps import entry_of, rig_in
        from ...rig.rig_note import keep_rig

        path = Path(bpy.path.abspath(self.filepath))
        found = rig_in(path, tuple(bone.name for bone in armature.data.bones))
        keep_rig(armature.data, entry_of(found))


class MOTIONCLIP_PT_rig_presets(PresetPanel, bpy.types.Panel):
    """What the button in the Rig panel's header shows."""

    bl_idname = "MOTIONCLIP_PT_rig_presets"
    bl_label = "Rig Presets"
    preset_subdir = "motionclip_rig"
    preset_operator = "script.execute_preset"
    preset_add_operator = "motionclip.add_rig_preset"


class MOTIONCLIP_OT_add_rig_preset(AddPresetBase, bpy.types.Operator):
    """Keep the bones of all joints as a preset, or remove one"""

    bl_idname = "motionclip.add_rig_preset"
    bl_label = "Add a rig preset"
    preset_menu = "MOTIONCLIP_PT_rig_presets"
    preset_subdir = "motionclip_rig"
    preset_defines = ["rig = bpy.context.object.data.motionclip_rig"]
    preset_values = [f"rig.{joint}" for joint in (*BODY_JOINTS, *HAND_JOINTS)]


CLASSES = (
    MOTIONCLIP_OT_pick_bone,
    MOTIONCLIP_OT_mirror_map,
    MOTIONCLIP_OT_reset_map,
    MOTIONCLIP_OT_export_map,
    MOTIONCLIP_OT_import_map,
    MOTIONCLIP_PT_rig_presets,
    MOTIONCLIP_OT_add_rig_preset,
)
