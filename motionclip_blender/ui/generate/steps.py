"""Shows what was understood of a prompt that was read in steps, and lets the user choose other wordings for them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import bpy
from bpy.app.translations import pgettext_rpt as _
from bpy.props import IntProperty, StringProperty

from ...core.errors import UserError
from ...core.prompt import MAX_FRAMES
from ..panels import wrapped
from ..tasks.background_operator import BackgroundOperator, Work
from ..translations import said
from . import generation
from .motion_operator import MadeAnewOperator

if TYPE_CHECKING:
    from ...core.prompt_plan.told import Step
    from ...core.recipe.recipe import Recipe
    from ..session import Refusal

_COLUMNS = 2  # of buttons: in a sidebar of the usual width most wordings can be read


class MOTIONCLIP_OT_take(MadeAnewOperator, bpy.types.Operator):
    """Make the motion once more with this step taken for another wording, as a new Action at the same place"""

    bl_idname = "motionclip.take"
    bl_label = "Take a step for another wording"
    bl_options = {"REGISTER", "UNDO"}

    step: IntProperty(name="Step", description="Which step of the prompt, counted from 1", options={"SKIP_SAVE"})
    wording: StringProperty(
        name="Wording",
        description="One of the wordings that the model knows; empty for the nearest",
        options={"SKIP_SAVE"},
    )

    @classmethod
    def description(cls, context: bpy.types.Context, properties: bpy.types.OperatorProperties) -> str:
        text = _('Make the motion once more with step {} taken for "{}", as a new Action at the same place')
        return text.format(properties.step, properties.wording)

    def changed(self, recipe: Recipe, action: bpy.types.Action) -> Recipe:
        from dataclasses import replace

        from ...core.recipe.plan import PromptPlan

        if not isinstance(recipe.content, PromptPlan):
            raise UserError(
                _('The Action "{}" was not made of a prompt in steps; generate with "Read steps" on first.').format(
                    action.name
                )
            )
        return replace(recipe, content=recipe.content.taking(self.step, self.wording))


class MOTIONCLIP_OT_natural_length(BackgroundOperator, bpy.types.Operator):
    """Set the length to what the steps of the prompt take by themselves"""

    bl_idname = "motionclip.natural_length"
    bl_label = "Natural length"
    bl_options = {"REGISTER", "UNDO"}

    def begin(self, context: bpy.types.Context) -> Work[int]:
        from ...core.recipe.plan import PromptPlan
        from ...rig.timeline import scene_fps

        settings = context.scene.motionclip
        content, fps = PromptPlan(settings.prompt, settings.guess), scene_fps(context.scene)
        self.scene = context.scene.session_uid

        def work(engine, progress) -> int:
            engine.load(progress)
            return round(content.natural_length(engine) * fps / engine.pack.fps)

        return work

    def end(self, context: bpy.types.Context, result: int) -> set[str]:
        settings = generation.existing_scene(self.scene).motionclip
        settings.frames = min(result, MAX_FRAMES)
        self.tell(_("The steps of the prompt take {} frames").format(settings.frames))
        return {"FINISHED"}


def draw(layout: bpy.types.UILayout, context: bpy.types.Context, armature: bpy.types.Object | None) -> None:
    """Draws the steps of the prompt that the armature's Action was made from, with the next best wordings as
    buttons."""
    from ...rig.action_metadata import recipe_of, steps_of
    from ...rig.write_keys import first_frame

    action = generation.action_of(armature)
    if action is None:
        return
    try:
        recipe = recipe_of(action)
    except UserError:
        return
    if recipe is None or recipe.content.kind != "plan":  # timelines have steps, too, but show them in their list
        return
    start = round(first_frame(armature, action))
    for number, step in enumerate(steps_of(action), 1):
        _draw_step(layout.column(align=True), context, number, step, start)


def draw_refusal(layout: bpy.types.UILayout, refusal: Refusal) -> None:
    """Draws a button for each wording that a step that was not understood may be made as."""
    buttons = layout.grid_flow(row_major=True, columns=_COLUMNS, even_columns=True, align=True)
    for wording, takes in refusal.wordings.items():
        button = buttons.operator("motionclip.generate", text=wording, translate=False)
        button.prompt, button.takes, button.steps = refusal.prompt, takes, True
    button = layout.operator("motionclip.generate", text="Make the nearest anyway", icon="QUESTION")
    button.prompt, button.guess, button.steps = refusal.prompt, True, True


def _draw_step(layout: bpy.types.UILayout, context: bpy.types.Context, number: int, step: Step, start: int) -> None:
    from ...core.prompt_plan.told import lines

    line, *read = lines([step], number)
    frames = f"{start + step.first}\u2013{start + step.last}"
    wrapped(layout, context, f"{said(line)}, {frames}".replace(" %", "\u00a0%"), _icon(step))
    for text in read:
        wrapped(layout, context, text, icon="BLANK1")
    buttons = layout.grid_flow(row_major=True, columns=_COLUMNS, even_columns=True, align=True)
    for wording in step.others:
        button = buttons.operator("motionclip.take", text=wording, translate=False)
        button.step, button.wording = number, wording


def _icon(step: Step) -> str:
    if step.taken:
        return "CHECKMARK"
    return "NONE" if step.sure else "QUESTION"


CLASSES = (MOTIONCLIP_OT_take, MOTIONCLIP_OT_natural_length)
