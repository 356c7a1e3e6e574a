"""Defines the operators that add a body in a shape, and move its joints to the shape of its sliders."""

from __future__ import annotations

import bpy
from bpy.app.translations import pgettext_rpt as _
from bpy.props import FloatVectorProperty

from ..addon import model_choice
from ..generate import generation
from ..generate.new_body import add_in_sight
from ..session import SESSION
from ..tasks.background_operator import Reporting
from ..tasks.jobs import sentence

SLIDERS = 10
LARGEST = 5.0
"""Bound of a beta. A copy of `core.body_shape.LARGEST`, because enabling must not import that."""


class MOTIONCLIP_OT_add_body(Reporting, bpy.types.Operator):
    """Add a person with an SMPL-X armature at the 3D cursor, or beside what stands there, and make it active"""

    bl_idname = "motionclip.add_body"
    bl_label = "Add body"
    bl_options = {"REGISTER", "UNDO"}

    betas: FloatVectorProperty(
        name="Shape",
        description="The body's shape, in standard deviations from the mean",
        size=SLIDERS,
        min=-LARGEST,
        max=LARGEST,
        soft_min=-3.0,
        soft_max=3.0,
        options={"SKIP_SAVE"},
    )

    def draw(self, context: bpy.types.Context) -> None:
        from ...rig.body_shape import shape_keys

        armature = generation.armature_of(context)
        column = self.layout.column(align=True)
        for i, key in enumerate(shape_keys(armature)[:SLIDERS] if armature is not None else ()):
            column.prop(self, "betas", index=i, text=key.name.replace("_", " ").capitalize(), slider=True)

    def execute(self, context: bpy.types.Context) -> set[str]:
        try:
            add_in_sight(context, list(self.betas) if any(self.betas) else None)
        except Exception as error:
            return self.refuse(sentence(error))
        return self.finish()


class MOTIONCLIP_OT_move_joints(Reporting, bpy.types.Operator):
    """Move the joints of the active body to where its shape has them; its Actions keep working"""

    bl_idname = "motionclip.move_joints"
    bl_label = "Move the joints along"
    bl_options = {"REGISTER", "UNDO"}

    def execute(self, context: bpy.types.Context) -> set[str]:
        try:
            from ...rig.body_shape import move_joints  # needs numpy
            from ...rig.target import target_of

            armature = target_of(generation.armature_of(context)).armature
            farthest = move_joints(armature, model_choice(context).body())
        except Exception as error:
            return self.refuse(sentence(error))
        SESSION.error = ""
        self.report({"INFO"}, _("The joints moved by up to {:.1f} cm").format(100 * farthest))
        return {"FINISHED"}


CLASSES = (MOTIONCLIP_OT_add_body, MOTIONCLIP_OT_move_joints)
