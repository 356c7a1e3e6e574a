"""Defines the operators of the prompt: generate a motion, cancel, add a body."""

from __future__ import annotations

from typing import TYPE_CHECKING

import bpy
from bpy.props import BoolProperty, StringProperty

from ..fields import GUESS, PROMPT, STEPS, STRAIGHT
from ..session import SESSION, Refusal
from ..tasks.background_operator import Reporting, Work
from ..tasks.jobs import sentence
from . import generation, playing
from .motion_operator import MotionOperator
from .new_body import add_in_sight

if TYPE_CHECKING:
    from ...core.engine import Engine
    from ...core.progress import Progress
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

    def begin(self, context: bpy.types.Context) -> Work[Made]:
        from ...core.prompt_plan.understand import NotUnderstood

        work = super().begin(context)
        asked = self.prompt
        self.refusal: Refusal | None = None

        def watched(engine: Engine, progress: Progress) -> Made:
            try:
                return work(engine, progress)
            except NotUnderstood as error:
                takes = {wording: "\n".join(error.taking(wording)) for wording in error.nearest}
                self.refusal = Refusal(asked, takes)
                raise

        return watched

    def refuse(self, error: str) -> set[str]:
        SESSION.refusal = getattr(self, "refusal", None)
        return super().refuse(error)

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


class MOTIONCLIP_OT_add_body(Reporting, bpy.types.Operator):
    """Add a person with an SMPL-X armature at the 3D cursor, or beside what stands there, and make it active"""

    bl_idname = "motionclip.add_body"
    bl_label = "Add body"
    bl_options = {"REGISTER", "UNDO"}

    def execute(self, context: bpy.types.Context) -> set[str]:
        try:
            add_in_sight(context)
        except Exception as error:
            return self.refuse(sentence(error))
        SESSION.error = ""
        return {"FINISHED"}


CLASSES = (MOTIONCLIP_OT_generate, MOTIONCLIP_OT_cancel, MOTIONCLIP_OT_add_body)
