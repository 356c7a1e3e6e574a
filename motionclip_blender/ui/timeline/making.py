"""Defines the operator that makes the motion of a timeline."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import bpy
from bpy.app.translations import pgettext_rpt as _
from bpy.props import BoolProperty

from ...core.errors import UserError
from ..fields import AS_STRIPS
from ..generate import generation, playing
from ..generate.motion_operator import MotionOperator
from ..generate.new_body import somebody
from ..tasks.background_operator import Work
from .content import content_of

if TYPE_CHECKING:
    from ...core.recipe.make import Made
    from ...core.recipe.recipe import Recipe


class MOTIONCLIP_OT_make_timeline(MotionOperator, bpy.types.Operator):
    """Make one continuous motion of all segments, as a new Action; it then follows the lengths and transitions"""

    bl_idname = "motionclip.make_timeline"
    bl_label = "Make timeline"
    bl_options = {"REGISTER", "UNDO"}

    natural: BoolProperty(
        name="As long as they take",
        description="Let the whole take the time that its segments need together, whatever the length says",
        options={"SKIP_SAVE"},
    )
    as_strips: BoolProperty(**AS_STRIPS, options={"SKIP_SAVE"})

    def begin(self, context: bpy.types.Context) -> Work[Made]:
        asked = context.scene.motionclip.timeline
        self.default_to("natural", asked.natural)
        self.default_to("as_strips", asked.as_strips)
        self.default_to("frames", asked.whole)
        return super().begin(context)

    def recipe(self, context: bpy.types.Context) -> Recipe:
        from ...core.recipe.recipe import Recipe

        recipe = Recipe(content_of(context.scene), **self.common(context))
        if self.as_strips and recipe.loop:
            raise UserError('A loop is one Action, not several strips; switch "Loop" or "As strips" off.')
        return recipe

    def request(self, context: bpy.types.Context) -> generation.Request:
        return super().request(context)._replace(natural=self.natural)

    def end(self, context: bpy.types.Context, result: Made) -> set[str]:
        if self.natural:
            self.frames = len(result.motion)  # for "Adjust Last Operation"
        if not self.as_strips:
            return super().end(context, result)
        from ...rig.segment_strips import key_segments

        with somebody(context, self.wanted, result.motion) as self.wanted:
            armature = generation.armature_for(self.wanted)
            recipe = replace(self.wanted.recipe, frames=len(result.motion))
            actions = key_segments(armature, recipe, result, self.wanted.start_frame, self.wanted.fps)
        playing.follow(generation.scene_of(self.wanted), armature)
        told = _("{} strips from frame {} to {}")
        last = self.wanted.start_frame + len(result.motion) - 1
        self.tell(
            told.format(len(actions), self.wanted.start_frame, last),
            [*result.notes, *generation.remarks(self.wanted)],
        )
        return {"FINISHED"}

    def draw(self, context: bpy.types.Context) -> None:
        """Draws "Adjust Last Operation"."""
        layout = self.layout
        layout.use_property_split = True
        layout.prop(self, "natural")
        row = layout.row()
        row.active = not self.natural
        row.prop(self, "frames")
        layout.prop(self, "start_frame")
        layout.prop(self, "as_strips")


CLASSES = (MOTIONCLIP_OT_make_timeline,)
