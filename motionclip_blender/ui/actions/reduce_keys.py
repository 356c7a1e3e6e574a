"""Defines the operator that reduces an Action's keys to those that an animator would set."""

from __future__ import annotations

import bpy
from bpy.app.translations import pgettext_rpt as _
from bpy.props import EnumProperty, FloatProperty

from ...core.errors import UserError
from ..fields import REDUCE_DEGREES, REDUCE_MILLIMETRES, WHICH_BONES
from ..generate import generation
from ..session import SESSION
from ..tasks.background_operator import Reporting
from ..tasks.jobs import sentence


class MOTIONCLIP_OT_reduce_keys(Reporting, bpy.types.Operator):
    """Replace the keys on every frame by a few that can be edited, and that keep the motion within a bound"""

    bl_idname = "motionclip.reduce_keys"
    bl_label = "Reduce keys"
    bl_options = {"REGISTER", "UNDO"}

    degrees: FloatProperty(**REDUCE_DEGREES)
    millimetres: FloatProperty(**REDUCE_MILLIMETRES)
    which: EnumProperty(
        name="Bones", description="Whose keys are reduced; all others stay as they are", items=WHICH_BONES
    )

    def invoke(self, context: bpy.types.Context, event: bpy.types.Event) -> set[str]:
        """Asks for the bound."""
        return context.window_manager.invoke_props_dialog(self)

    def execute(self, context: bpy.types.Context) -> set[str]:
        try:
            from ...core.key_reduction import Bound
            from ...rig.bones import Bones
            from ...rig.keyed_bones import chosen_bones
            from ...rig.reduce_keys import reduce_keys

            armature = generation.armature_of(context)
            if armature is None or armature.type != "ARMATURE":
                armature = Bones.of(armature).armature  # raises the error
            action = generation.action_of(armature)
            if action is None:
                raise UserError(_('"{}" has no Action; assign or generate one first.').format(armature.name))
            bones = chosen_bones(armature, self.which)
            done = reduce_keys(armature, action, Bound(self.degrees, self.millimetres), bones)
        except Exception as error:
            return self.refuse(sentence(error))
        SESSION.error = ""
        self.report({"INFO"}, _('"{}": {} keys of {} are left').format(action.name, done.after, done.before))
        return {"FINISHED"}


CLASSES = (MOTIONCLIP_OT_reduce_keys,)
