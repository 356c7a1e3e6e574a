"""Defines the operator of compositions: the upper body of one motion with the lower body of another."""

from __future__ import annotations

from typing import TYPE_CHECKING

import bpy
from bpy.app.translations import pgettext_rpt as _
from bpy.props import EnumProperty, FloatProperty, StringProperty

from ..fields import COMPOSED_BY, WEIGHT
from ..generate.motion_operator import MotionOperator
from ..generate.recipes import composed, given_or_picked, plain

if TYPE_CHECKING:
    from ...core.recipe.recipe import Recipe

_PART = {
    "description": 'Expression, such as "wave" in its quotes or [an Action]; by default what the panel says',
    "options": {"SKIP_SAVE"},
}


class MOTIONCLIP_OT_compose(MotionOperator, bpy.types.Operator):
    """Make a motion with the upper body of one and the lower body of another, as a new Action"""

    bl_idname = "motionclip.compose"
    bl_label = "Compose upper and lower body"
    bl_options = {"REGISTER", "UNDO"}

    upper: StringProperty(name="Upper", **_PART)
    lower: StringProperty(name="Lower", **_PART)
    by: EnumProperty(**COMPOSED_BY, options={"SKIP_SAVE"})
    weight: FloatProperty(**WEIGHT, options={"SKIP_SAVE"})

    def recipe(self, context: bpy.types.Context) -> Recipe:
        from ...core.recipe.recipe import Recipe

        asked = context.scene.motionclip.composition
        upper = given_or_picked(self, "upper", asked.upper, _("Upper"))
        lower = given_or_picked(self, "lower", asked.lower, _("Lower"))
        self.default_to("by", asked.by)
        self.default_to("weight", asked.weight)
        return Recipe(composed(upper, lower, self.by, plain(self.weight)), **self.common(context))


CLASSES = (MOTIONCLIP_OT_compose,)
