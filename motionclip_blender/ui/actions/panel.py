"""Draws the panel of the active armature's Action: what it was made from, and what can be done with it."""

from __future__ import annotations

import bpy
from bpy.app.translations import pgettext_iface as _

from ...core.errors import UserError
from ..generate import generation
from ..panels import MotionPanel, wrapped
from ..session import SESSION


class MOTIONCLIP_PT_action(MotionPanel, bpy.types.Panel):
    """Open while there is an Action; below those with sliders, which it must not push away under the mouse."""

    bl_idname = "MOTIONCLIP_PT_action"
    bl_label = "Action"
    bl_options = set()
    bl_order = 5

    @classmethod
    def poll(cls, context: bpy.types.Context) -> bool:
        return super().poll(context) and generation.action_of(generation.armature_of(context)) is not None

    def draw(self, context: bpy.types.Context) -> None:
        from ...rig.action_metadata import recipe_of

        layout = self.layout
        action = generation.action_of(generation.armature_of(context))
        if action is None:
            return
        layout.label(text=action.name, icon="ASSET_MANAGER" if action.asset_data else "ACTION", translate=False)
        made_here = False
        try:
            recipe = recipe_of(action)
        except UserError as error:
            wrapped(layout, context, str(error), icon="ERROR")
        else:
            if recipe is not None:
                made_here = True
                column = layout.column(align=True)
                wrapped(column, context, recipe.content.description)
                column.label(text=_made_by(action, recipe), translate=False)

        column = layout.column()
        column.enabled = not SESSION.busy
        row = column.row(align=True)
        if made_here:
            row.operator("motionclip.run_again", icon="FILE_REFRESH")
        row.operator("motionclip.push_down", icon="NLA_PUSHDOWN")
        column.operator("motionclip.mark_asset", icon="ASSET_MANAGER")
        column.operator("motionclip.reduce_keys", icon="IPO_BEZIER")
        column.operator("motionclip.export_motion", icon="EXPORT")


def _made_by(action: bpy.types.Action, recipe) -> str:
    """Returns the name of the model and the options with which the motion was made."""
    from ...rig.action_metadata import pack_of

    words = [_("Model: {}").format(pack_of(action))]
    if recipe.loop:
        words.append(_("loop"))
    if recipe.in_place:
        words.append(_("in place"))
    return ", ".join(words)


CLASSES = (MOTIONCLIP_PT_action,)
