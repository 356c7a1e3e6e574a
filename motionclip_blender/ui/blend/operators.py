"""Defines the operators of blends: between two latents, over time, or in even steps."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import bpy
from bpy.app.translations import pgettext_rpt as _
from bpy.props import BoolProperty, FloatProperty, IntProperty, StringProperty

from ..fields import FACTOR, SPHERICAL, STOPS
from ..generate import generation
from ..generate.motion_operator import MotionOperator
from ..generate.new_body import somebody
from ..generate.recipes import given_or_picked, plain
from ..session import SESSION
from ..tasks.background_operator import Work

if TYPE_CHECKING:
    from ...core.engine import Engine
    from ...core.progress import Progress
    from ...core.recipe.make import Made
    from ...core.recipe.recipe import Recipe

_ENDS = {
    "description": 'Expression, such as "walk" in its quotes or [an Action]; by default what the panel says',
    "options": {"SKIP_SAVE"},
}


class _Blending(MotionOperator):
    """Base of the operators of blends: both ends and the way between them."""

    a: StringProperty(name="A", **_ENDS)
    b: StringProperty(name="B", **_ENDS)
    spherical: BoolProperty(**SPHERICAL, options={"SKIP_SAVE"})

    def between(self, context: bpy.types.Context) -> dict[str, Any]:
        """Returns keywords for a `Blend` or `Travel`: both ends, and whether to blend spherically."""
        asked = context.scene.motionclip.blend
        self.default_to("spherical", asked.spherical)
        return {
            "start": given_or_picked(self, "a", asked.start, "A"),
            "end": given_or_picked(self, "b", asked.end, "B"),
            "spherical": self.spherical,
        }


class MOTIONCLIP_OT_blend(_Blending, bpy.types.Operator):
    """Make a motion between A and B as a new Action of the active armature; it then follows the factor"""

    bl_idname = "motionclip.blend"
    bl_label = "Blend two motions"
    bl_options = {"REGISTER", "UNDO"}

    factor: FloatProperty(**FACTOR, options={"SKIP_SAVE"})

    def recipe(self, context: bpy.types.Context) -> Recipe:
        from ...core.recipe.blend import Blend
        from ...core.recipe.recipe import Recipe

        self.default_to("factor", context.scene.motionclip.blend.factor)
        return Recipe(Blend(factor=plain(self.factor), **self.between(context)), **self.common(context))


class MOTIONCLIP_OT_blend_over_time(_Blending, bpy.types.Operator):
    """Make a motion that begins as A and ends as B, as a new Action; if the factor is animated, by its keys"""

    bl_idname = "motionclip.blend_over_time"
    bl_label = "Blend over time"
    bl_options = {"REGISTER", "UNDO"}

    def recipe(self, context: bpy.types.Context) -> Recipe:
        from ...core.recipe.recipe import Recipe
        from ...core.recipe.travel import Travel

        factors = _keyed_factors(context.scene, self.start_frame, self.frames)
        return Recipe(Travel(factors=factors, **self.between(context)), **self.common(context))


def _keyed_factors(scene: bpy.types.Scene, start: int, frames: int) -> tuple[float, ...]:
    """Returns the panel's factor in each frame of the clip if it is animated, else an empty tuple."""
    from ...rig.versions import fcurves_of

    action = scene.animation_data.action if scene.animation_data else None
    curves = fcurves_of(action, scene, "motionclip.blend.factor") if action is not None else []
    if not curves:
        return ()
    values = (curves[0].evaluate(start + i) for i in range(max(frames, 0)))
    return tuple(plain(min(max(value, 0.0), 1.0)) for value in values)


class MOTIONCLIP_OT_blend_stops(_Blending, bpy.types.Operator):
    """Make even steps from A to B, each as an Action of its own; as strips they also stand in the NLA editor"""

    bl_idname = "motionclip.blend_stops"
    bl_label = "Make stops of a blend"
    bl_options = {"REGISTER", "UNDO"}

    stops: IntProperty(**STOPS, options={"SKIP_SAVE"})
    as_strips: BoolProperty(
        name="As strips", description="Put them into the NLA editor, one after the other", options={"SKIP_SAVE"}
    )

    def recipe(self, context: bpy.types.Context) -> Recipe:
        from ...core.recipe.blend import Blend
        from ...core.recipe.recipe import Recipe

        asked = context.scene.motionclip.blend
        self.default_to("stops", asked.stops)
        self.default_to("as_strips", asked.as_strips)
        return Recipe(Blend(**self.between(context)), **self.common(context))

    # several motions where the others have one
    def begin(self, context: bpy.types.Context) -> Work[list[Made]]:  # type: ignore[override]
        from ...core.recipe.make import check_length, stop_recipes, stops

        super().begin(context)
        wanted, count = self.wanted, self.stops
        self._recipes = stop_recipes(wanted.recipe, count)

        def work(engine: Engine, progress: Progress) -> list[Made]:
            check_length(engine, wanted.recipe, wanted.fps)
            latents = generation.latents_of(engine, wanted, SESSION.known, lambda s, f: progress(s, 0.9 * f))
            progress("Making the motions", 0.9)
            made = stops(engine, wanted.recipe, latents, wanted.fps, count, engine.body.fitted_to(wanted.joints))
            return [one.noting(generation.other_packs(engine, wanted)) for one in made]

        return work

    def end(self, context: bpy.types.Context, result: list[Made]) -> set[str]:  # type: ignore[override]  # as `begin`
        with somebody(context, self.wanted, result[0].motion) as self.wanted:
            actions = generation.key_row(self.wanted, self._recipes, result, self.as_strips)
        remarks = generation.remarks(self.wanted) if self.as_strips else self.wanted.found.said
        self.tell(_("{} Actions from A to B").format(len(actions)), [*result[0].notes, *remarks])
        return {"FINISHED"}


CLASSES = (MOTIONCLIP_OT_blend, MOTIONCLIP_OT_blend_over_time, MOTIONCLIP_OT_blend_stops)
