"""Defines the operators of arithmetic: making motions from an expression, and editing its list of terms."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import bpy
from bpy.props import IntProperty, StringProperty

from ...core.errors import UserError
from ..fields import WORD
from ..generate import generation, live
from ..generate.motion_operator import MotionOperator
from ..tasks.background_operator import Reporting
from .expression_list import checked, keeping_step, set_terms, terms_changed

if TYPE_CHECKING:
    from ...core.latents.terms import Source
    from ...core.recipe.make import Made
    from ...core.recipe.recipe import Recipe


class MOTIONCLIP_OT_make(MotionOperator, bpy.types.Operator):
    """Make a motion from the expression and key it on the active armature, as a new Action"""

    bl_idname = "motionclip.make"
    bl_label = "Make motion from expression"
    bl_options = {"REGISTER", "UNDO"}

    expression: StringProperty(
        name="Expression",
        description='Sum of latents, such as "jump" + 0.7 * ("old man walking" - "walking")',
        options={"SKIP_SAVE"},
    )

    def recipe(self, context: bpy.types.Context) -> Recipe:
        from ...core.latents.expression import Expression
        from ...core.recipe.recipe import Recipe
        from ...core.recipe.sum import Sum

        self.default_to("expression", context.scene.motionclip.arithmetic.expression)
        return Recipe(Sum(Expression.typed(self.expression)), **self.common(context))


class MOTIONCLIP_OT_add_style(MotionOperator, bpy.types.Operator):
    """Add this style to the expression, or to the prompt where there is no expression, and make the motion"""

    bl_idname = "motionclip.add_style"
    bl_label = "Add style"
    bl_options = {"REGISTER", "UNDO"}

    style: StringProperty(name="Style", description="Name of the style", options={"SKIP_SAVE"})
    word: StringProperty(**WORD, options={"SKIP_SAVE"})

    def recipe(self, context: bpy.types.Context) -> Recipe:
        from ...core.latents.expression import Expression
        from ...core.latents.terms import Term
        from ...core.recipe.recipe import Recipe
        from ...core.recipe.sum import Sum

        source, weight = self._picked()
        scene = context.scene
        terms, error = checked(scene.motionclip.arithmetic.expression)
        if error is not None:
            raise error
        if not terms:
            terms = Sum.of_prompt(scene.motionclip.prompt).terms
        if any(term.source == source for term in terms):  # at a second click
            terms = tuple(replace(t, weight=weight) if t.source == source else t for t in terms)
        else:
            terms = (*terms, Term(weight, source))
        self._terms = terms
        return Recipe(Sum(Expression(terms)), **self.common(context))

    def _picked(self) -> tuple[Source, float]:
        """Returns the style of the preset or of the word, and its weight. Raises `UserError`."""
        from ...core.latents.styles import WORD_WEIGHT, presets
        from ...core.latents.terms import StyleName, StyleWord
        from ...core.prompt import checked_prompt

        if self.word.strip() and not self.style:
            return StyleWord(checked_prompt(self.word)), WORD_WEIGHT
        if self.style not in presets():
            raise UserError(f"There is no style {self.style!r}; choose one of {', '.join(presets())}.")
        return StyleName(self.style), presets()[self.style].weight

    def request(self, context: bpy.types.Context) -> generation.Request:
        """Returns a request that replaces the motion made from the expression so far; a new Action if there is none."""
        if live.follows(context, "arithmetic"):
            armature = generation.armature_of(context)
            return live.request(context.scene, armature, self.recipe(context))
        return super().request(context)

    def end(self, context: bpy.types.Context, result: Made) -> set[str]:
        scene = generation.scene_of(self.wanted)  # raises if the scene is gone, so that nothing is keyed
        done = super().end(context, result)
        set_terms(scene, self._terms)
        return done


class MOTIONCLIP_OT_add_term(Reporting, bpy.types.Operator):
    """Add a term to the expression"""

    bl_idname = "motionclip.add_term"
    bl_label = "Add term"
    bl_options = {"REGISTER", "UNDO"}

    def execute(self, context: bpy.types.Context) -> set[str]:
        asked = context.scene.motionclip.arithmetic
        item = asked.terms.add()
        with keeping_step():
            item.kind, item.weight = "PROMPT", 1.0
        asked.active = len(asked.terms) - 1
        return self.finish()


class MOTIONCLIP_OT_remove_term(Reporting, bpy.types.Operator):
    """Remove a term from the expression"""

    bl_idname = "motionclip.remove_term"
    bl_label = "Remove term"
    bl_options = {"REGISTER", "UNDO"}

    index: IntProperty(name="Index", description="Which term, 0 the first", min=-1, default=-1, options={"SKIP_SAVE"})

    @classmethod
    def poll(cls, context: bpy.types.Context) -> bool:
        return bool(context.scene.motionclip.arithmetic.terms)

    def execute(self, context: bpy.types.Context) -> set[str]:
        asked = context.scene.motionclip.arithmetic
        index = self.index if self.index >= 0 else asked.active
        done = self.finish()  # before the motion follows, which may be refused
        if index < len(asked.terms):
            asked.terms.remove(index)
            asked.active = max(min(asked.active, len(asked.terms) - 1), 0)
            terms_changed(context.scene)
        return done


CLASSES = (
    MOTIONCLIP_OT_make,
    MOTIONCLIP_OT_add_style,
    MOTIONCLIP_OT_add_term,
    MOTIONCLIP_OT_remove_term,
)
