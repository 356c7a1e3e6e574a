"""Draws the panel of the active armature's rig: what was recognised, and the bone of each joint."""

from __future__ import annotations

from collections.abc import Sequence

import bpy
from bpy.app.translations import pgettext_iface as _

from ...core.errors import UserError
from ...core.skeleton import BODY_JOINTS, HAND_JOINTS, INDEX, JOINTS, MIRROR
from ..generate.generation import armature_of
from ..panels import MotionPanel, wrapped
from . import current
from .operators import MOTIONCLIP_PT_rig_presets

_UNSURE = 0.8  # confidence below which a joint's bone should be looked at


class MOTIONCLIP_PT_rig(MotionPanel, bpy.types.Panel):
    """What the active armature was recognised as, and what carries the way."""

    bl_idname = "MOTIONCLIP_PT_rig"
    bl_label = "Rig"
    bl_order = 11

    @classmethod
    def poll(cls, context: bpy.types.Context) -> bool:
        return super().poll(context) and armature_of(context) is not None

    def draw_header_preset(self, context: bpy.types.Context) -> None:
        MOTIONCLIP_PT_rig_presets.draw_panel_header(self.layout)

    def draw(self, context: bpy.types.Context) -> None:
        from ...rig.mapped import MappedRig
        from ...rig.target import target_of

        layout, armature = self.layout, armature_of(context)
        if armature is None:
            return
        try:
            target = target_of(armature)
        except UserError as error:
            wrapped(layout.box(), context, str(error), icon="ERROR")
        else:
            if not isinstance(target, MappedRig):
                layout.label(text="SMPL-X", icon="CHECKMARK", translate=False)
                return
            name, count, fingers = current.described(target)
            text = _("{}, {} of {} joints, fingers") if fingers else _("{}, {} of {} joints")
            layout.label(text=text.format(_(name), count, len(BODY_JOINTS)), icon="CHECKMARK", translate=False)
            unsure = [
                joint for joint, sure in target.found.confidence.items() if sure < _UNSURE and joint in BODY_JOINTS
            ]
            if unsure:
                wrapped(layout, context, _("Found by its structure; check the bones below."), icon="INFO")
            layout.prop(armature.data.motionclip_rig, "root_motion")
            layout.prop(context.scene.motionclip, "hands_touch")
        row = layout.row(align=True)
        row.operator("motionclip.reset_map", icon="FILE_REFRESH")
        row.operator("motionclip.mirror_map", icon="MOD_MIRROR")
        row = layout.row(align=True)
        row.operator("motionclip.import_map", icon="IMPORT")
        row.operator("motionclip.export_map", icon="EXPORT")


class _Bones(MotionPanel):
    """Base of the lists of joints with their bones."""

    bl_parent_id = "MOTIONCLIP_PT_rig"

    @classmethod
    def poll(cls, context: bpy.types.Context) -> bool:
        if not super().poll(context):
            return False
        from ...rig.bones import Bones
        from ...rig.target import target_of

        armature = armature_of(context)
        try:
            return armature is not None and not isinstance(target_of(armature), Bones)
        except UserError:
            return True  # its bones can be chosen here


def _draw_list(layout: bpy.types.UILayout, context: bpy.types.Context, joints: Sequence[str]) -> None:
    """Draws the bones of some joints, those of the left and of the right one below the other."""
    armature = armature_of(context)
    if armature is None:
        return
    column = layout.column(align=True)
    column.enabled = armature.data.is_editable
    used = list(current.bones(current.entry_of(armature.data)).values())
    for joint in joints:
        if not joint.startswith("right_"):
            _row(column, armature, joint, used)
            if (other := JOINTS[MIRROR[INDEX[joint]]]) != joint:
                _row(column, armature, other, used)


class MOTIONCLIP_PT_rig_body(_Bones, bpy.types.Panel):
    """The bones of the body's joints."""

    bl_idname = "MOTIONCLIP_PT_rig_body"
    bl_label = "Bones of the body"

    def draw(self, context: bpy.types.Context) -> None:
        _draw_list(self.layout, context, BODY_JOINTS)


class MOTIONCLIP_PT_rig_hands(_Bones, bpy.types.Panel):
    """The bones of the fingers."""

    bl_idname = "MOTIONCLIP_PT_rig_hands"
    bl_label = "Bones of the fingers"

    def draw(self, context: bpy.types.Context) -> None:
        _draw_list(self.layout, context, HAND_JOINTS)


def _row(column: bpy.types.UILayout, armature: bpy.types.Object, joint: str, used: list[str]) -> None:
    """Draws a joint with its bone, red if that is missing or another joint's too, and the picker."""
    rig = armature.data.motionclip_rig
    bone = getattr(rig, joint)
    row = column.row(align=True)
    field = row.row(align=True)
    field.alert = bool(bone) and (bone not in armature.data.bones or used.count(bone) > 1)
    field.prop_search(rig, joint, armature.data, "bones")
    row.operator("motionclip.pick_bone", text="", icon="EYEDROPPER").joint = joint


CLASSES = (MOTIONCLIP_PT_rig, MOTIONCLIP_PT_rig_body, MOTIONCLIP_PT_rig_hands)
