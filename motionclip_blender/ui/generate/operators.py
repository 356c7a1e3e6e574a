"""Defines the operators of the prompt: generate a motion, cancel."""

from __future__ import annotations

from typing import TYPE_CHECKING

import bpy
from bpy.props import BoolProperty, StringProperty

from ..fields import GUESS, PROMPT, STEPS, STRAIGHT
from ..installation.self_check import numpy_problem
from ..session import SESSION, Refusal
from . import generation, playing
from .motion_operator import MotionOperator

if TYPE_CHECKING:
    from ...core.recipe.make import Made
    from ...core.recipe.recipe import Recipe


class MOTIONCLIP_OT_generate(MotionOperator, bpy.types.Operator):
    """Make a motion from the prompt and key it on the active armature, as a new Action"""

    bl_idname = "motionclip.generate"
    bl_label = "Generate motion"
    bl_options = {"REGISTER", "UNDO"}

    prompt: StringProperty(**PROMPT, options={"SKIP_SAVE"})
    straight: BoolProperty(**STRAIGHT, options={"SKIP_SAVE"})
    steps: BoolProperty(**STEPS, options={"SKIP_SAVE"})
    guess: BoolProperty(**GUESS, options={"SKIP_SAVE"})
    takes: StringProperty(
        name="Wordings",
        description="What the steps of the prompt are taken for, a wording a line; an empty line takes the nearest",
        options={"SKIP_SAVE", "HIDDEN"},
    )
    play: BoolProperty(
        name="Play",
        description="Play the motion when it is made, in a preview range",
        options={"SKIP_SAVE", "HIDDEN"},
    )

    def recipe(self, context: bpy.types.Context) -> Recipe:
        from ...core.recipe.recipe import Recipe

        for name in ("prompt", "straight", "steps", "guess"):
            self.default_to(name, getattr(context.scene.motionclip, name))
        if self.steps and not self.straight:
            from ...core.recipe.plan import PromptPlan

            takes = tuple(self.takes.split("\n"))
            return Recipe(PromptPlan(self.prompt, self.guess, takes), **self.common(context))
        recipe = Recipe.of_prompt(self.prompt, **self.common(context))
        return recipe.straight() if self.straight else recipe

    def fail(self, failure: Exception, told: str) -> set[str]:
        if numpy_problem():
            return super().fail(failure, told)
        from ...core.prompt_plan.understand import NotUnderstood  # needs numpy, which no prompt is read without

        if isinstance(failure, NotUnderstood):
            takes = {wording: "\n".join(failure.taking(wording)) for wording in failure.nearest}
            SESSION.refusal = Refusal(self.prompt, takes)
        return super().fail(failure, told)

    def end(self, context: bpy.types.Context, result: Made) -> set[str]:
        done = super().end(context, result)
        if self.play:
            playing.play(context, generation.armature_for(self.wanted))
        return done


class MOTIONCLIP_OT_cancel(bpy.types.Operator):
    """Stop what is being made; nothing is changed"""

    bl_idname = "motionclip.cancel"
    bl_label = "Cancel"

    def execute(self, context: bpy.types.Context) -> set[str]:
        SESSION.cancel()
        return {"FINISHED"}


CLASSES = (MOTIONCLIP_OT_generate, MOTIONCLIP_OT_cancel)
