"""Draws the panel of the active body's shape."""

from __future__ import annotations

import bpy

from ..generate import generation
from ..panels import MotionPanel
from ..session import SESSION


class MOTIONCLIP_PT_body_shape(MotionPanel, bpy.types.Panel):
    """Sliders for the betas of a body that "Add body" made."""

    bl_idname = "MOTIONCLIP_PT_body_shape"
    bl_label = "Body shape"
    bl_order = 6

    @classmethod
    def poll(cls, context: bpy.types.Context) -> bool:
        return super().poll(context) and bool(_keys(context))

    def draw(self, context: bpy.types.Context) -> None:
        column = self.layout.column(align=True)
        for key in _keys(context):
            text = key.name.replace("_", " ").capitalize()
            column.prop(key, "value", text=text, translate=False, slider=True)
        row = self.layout.row()
        row.enabled = not SESSION.busy
        row.operator("motionclip.move_joints", icon="BONE_DATA")


def _keys(context: bpy.types.Context) -> list[bpy.types.ShapeKey]:
    if not len(bpy.data.armatures):
        return []
    from ...rig.body_shape import shape_keys

    armature = generation.armature_of(context)
    return shape_keys(armature) if armature is not None else []


CLASSES = (MOTIONCLIP_PT_body_shape,)
