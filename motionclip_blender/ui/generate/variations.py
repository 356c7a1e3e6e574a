"""Shows a row of variations of the prompt that was generated, to choose from."""

from __future__ import annotations

from typing import TYPE_CHECKING

import bpy
from bpy.app.translations import pgettext_rpt as _
from bpy.props import IntProperty

from ...core.errors import UserError
from . import generation
from .motion_operator import MadeAnewOperator

if TYPE_CHECKING:
    from ...core.recipe.recipe import Recipe

_SHOWN = 8  # variations in the row, the prompt's own motion first


class MOTIONCLIP_OT_vary(MadeAnewOperator, bpy.types.Operator):
    """Make a variation of the prompt's motion, as a new Action at the same place"""

    bl_idname = "motionclip.vary"
    bl_label = "Make a variation"
    bl_options = {"REGISTER", "UNDO"}

    # no hard limits here: a script's -1 is refused with a sentence, not silently made 0
    seed: IntProperty(
        name="Variation",
        description="Number of the variation; 0 is the prompt's own motion, and the same number always gives the same",
        options={"SKIP_SAVE"},
    )

    @classmethod
    def description(cls, context: bpy.types.Context, properties: bpy.types.OperatorProperties) -> str:
        if not properties.seed:
            return _("Make the prompt's own motion, as a new Action at the same place")
        text = _("Make variation {} of the prompt's motion, as a new Action at the same place")
        return text.format(properties.seed)

    def changed(self, recipe: Recipe, action: bpy.types.Action) -> Recipe:
        return recipe.varied(self.seed)


def draw(layout: bpy.types.UILayout, armature: bpy.types.Object | None) -> None:
    """Draws a row of buttons, one for each variation, if the armature's Action was made of a prompt."""
    from ...rig.action_metadata import recipe_of

    action = generation.action_of(armature)
    try:
        recipe = recipe_of(action) if action is not None else None
        if recipe is None:
            return
        recipe.varied(1)  # raises where there is no prompt alone
    except UserError:
        return
    row = layout.row(align=True)
    row.label(text="", icon="MOD_ARRAY")
    for seed in range(_SHOWN):
        shown = recipe.content.mark == str(seed)
        row.operator("motionclip.vary", text=str(seed), translate=False, depress=shown).seed = seed


CLASSES = (MOTIONCLIP_OT_vary,)
