"""Arithmetic of latents: an expression and a list of its terms, which say the same; and motions made of it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from functools import lru_cache
from typing import TYPE_CHECKING

import bpy
from bpy.props import IntProperty, StringProperty

from ...core.errors import ExpressionError, UserError
from ..generate import generation, live
from ..generate.operators import Making
from ..generate.recipes import pick, plain, source_of
from ..tasks.background_operator import Reporting

if TYPE_CHECKING:
    from ...core.recipe import Made, Recipe
    from ...core.terms import Term

_DECIMALS = 3  # of weights that sliders write
_in_step = False


@contextmanager
def _keeping_step() -> Iterator[None]:
    """While one of expression and list is set from the other, which is no change of the user's."""
    global _in_step
    before, _in_step = _in_step, True
    try:
        yield
    finally:
        _in_step = before


@lru_cache(maxsize=8)
def checked(expression: str) -> tuple[tuple[Term, ...], ExpressionError | None]:
    """An expression's terms, or none and what is wrong with it. For panels, which ask with every redraw."""
    from ...core.expression import parse

    try:
        return (parse(expression), None) if expression.strip() else ((), None)
    except ExpressionError as error:
        return (), error


def terms_of(scene: bpy.types.Scene) -> list[Term]:
    """The list's terms, without those that are still empty."""
    from ...core.terms import Term

    found = ((item.weight, source_of(item)) for item in scene.motionclip.arithmetic.terms)
    return [Term(round(plain(weight), _DECIMALS), source) for weight, source in found if source is not None]


def expression_changed(scene: bpy.types.Scene) -> None:
    """The user has typed an expression: the list shows its terms. One that cannot be read leaves the list alone."""
    if _in_step:
        return
    terms, error = checked(scene.motionclip.arithmetic.expression)
    if error is None:
        _fill(scene, terms)
        live.follow(scene, "arithmetic")


def terms_changed(scene: bpy.types.Scene) -> None:
    """The user has changed the list: the expression says the same."""
    from ...core.terms import to_text

    if _in_step:
        return
    asked = scene.motionclip.arithmetic
    for item in asked.terms:
        if not abs(item.weight) < float("inf"):  # nan included, which a script may set
            with _keeping_step():
                item.weight = 0.0
    with _keeping_step():
        asked.expression = to_text(terms_of(scene))
    live.follow(scene, "arithmetic")


def set_terms(scene: bpy.types.Scene, terms: Iterable[Term]) -> None:
    """Both the expression and the list."""
    from ...core.terms import to_text

    terms = list(terms)
    with _keeping_step():
        scene.motionclip.arithmetic.expression = to_text(terms)
    _fill(scene, terms)


def _fill(scene: bpy.types.Scene, terms: Sequence[Term]) -> None:
    asked = scene.motionclip.arithmetic
    with _keeping_step():
        while len(asked.terms) > len(terms):
            asked.terms.remove(len(asked.terms) - 1)
        for i, term in enumerate(terms):
            item = asked.terms[i] if i < len(asked.terms) else asked.terms.add()
            pick(item, term.source)
            item.weight = term.weight
        asked.active = max(min(asked.active, len(terms) - 1), 0)


class MOTIONCLIP_OT_make(Making, bpy.types.Operator):
    """Make a motion from the expression and key it on the active SMPL-X armature, as a new Action"""

    bl_idname = "motionclip.make"
    bl_label = "Make motion from expression"
    bl_options = {"REGISTER", "UNDO"}

    expression: StringProperty(
        name="Expression",
        description='Sum of latents, such as "jump" + 0.7 * ("old man walking" - "walking")',
        options={"SKIP_SAVE"},
    )

    def recipe(self, context: bpy.types.Context) -> Recipe:
        from ...core.recipe import Recipe

        self.take("expression", context.scene.motionclip.arithmetic.expression)
        return Recipe(self.expression, **self.common(context))


class MOTIONCLIP_OT_add_style(Making, bpy.types.Operator):
    """Add this style to the expression, or to the prompt where there is no expression, and make the motion"""

    bl_idname = "motionclip.add_style"
    bl_label = "Add style"
    bl_options = {"REGISTER", "UNDO"}

    style: StringProperty(name="Style", description="Name of the style", options={"SKIP_SAVE"})

    def recipe(self, context: bpy.types.Context) -> Recipe:
        from ...core.recipe import Recipe
        from ...core.styles import presets
        from ...core.terms import StyleName, Term, to_text

        if self.style not in presets():
            raise UserError(f"There is no style {self.style!r}; choose one of {', '.join(presets())}.")
        scene = context.scene
        terms, error = checked(scene.motionclip.arithmetic.expression)
        if error is not None:
            raise error
        if not terms:
            terms = Recipe.of_prompt(scene.motionclip.prompt, self.frames).terms
        source, weight = StyleName(self.style), presets()[self.style].weight
        if any(term.source == source for term in terms):  # a second click
            terms = [replace(t, weight=weight) if t.source == source else t for t in terms]
        else:
            terms = [*terms, Term(weight, source)]
        self._terms = terms
        return Recipe(to_text(terms), **self.common(context))

    def request(self, context: bpy.types.Context) -> generation.Request:
        """In the place of the motion that the expression has made so far; a new Action if it has made none."""
        if live.follows(context, "arithmetic"):
            armature = generation.armature_of(context)
            return live.request(context.scene, armature, self.recipe(context))
        return super().request(context)

    def end(self, context: bpy.types.Context, result: Made) -> set[str]:
        scene = generation.scene_of(self.wanted)  # if that is gone, nothing is keyed
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
        with _keeping_step():
            item.kind, item.weight = "PROMPT", 1.0
        asked.active = len(asked.terms) - 1
        return {"FINISHED"}


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
        if index < len(asked.terms):
            asked.terms.remove(index)
            asked.active = max(min(asked.active, len(asked.terms) - 1), 0)
            terms_changed(context.scene)
        return {"FINISHED"}


CLASSES = (
    MOTIONCLIP_OT_make,
    MOTIONCLIP_OT_add_style,
    MOTIONCLIP_OT_add_term,
    MOTIONCLIP_OT_remove_term,
)
