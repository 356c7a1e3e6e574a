"""Defines operators for generated Actions: run again, push to the NLA editor, mark as asset."""

from __future__ import annotations

from typing import TYPE_CHECKING

import bpy
from bpy.app.translations import pgettext_rpt as _

from ...core.errors import UserError
from ..generate import generation
from ..generate.action_reading import keys_in
from ..generate.motion_operator import MadeAnewOperator
from ..session import SESSION
from ..tasks.background_operator import BackgroundOperator, PlainWork, Reporting
from ..tasks.jobs import sentence
from ..tasks.main_thread import Steps
from ..timeline import content as timeline

if TYPE_CHECKING:
    from ...core.motion import Motion
    from ...core.progress import Progress
    from ...core.recipe.make import Made
    from ...core.recipe.recipe import Recipe


class MOTIONCLIP_OT_run_again(MadeAnewOperator, bpy.types.Operator):
    """Make the motion once more from what the Action was made from, as a new Action at the same place"""

    bl_idname = "motionclip.run_again"
    bl_label = "Run again"
    bl_options = {"REGISTER", "UNDO"}

    def changed(self, recipe: Recipe, action: bpy.types.Action) -> Recipe:
        return recipe

    def end(self, context: bpy.types.Context, result: Made) -> set[str]:
        scene = generation.scene_of(self.wanted)
        done = super().end(context, result)
        timeline.show(scene, self.wanted.recipe, result.natural)
        return done


class MOTIONCLIP_OT_push_down(Reporting, bpy.types.Operator):
    """Make the Action a strip in the NLA editor, on top of the others; the armature is free for another Action"""

    bl_idname = "motionclip.push_down"
    bl_label = "Push to NLA"
    bl_options = {"REGISTER", "UNDO"}

    def execute(self, context: bpy.types.Context) -> set[str]:
        try:
            from ...rig.nla import push_down
            from ...rig.target import target_of

            armature = generation.armature_of(context)
            target_of(armature)
            strip = push_down(armature)
        except Exception as error:
            return self.refuse(sentence(error))
        SESSION.error = ""
        text = _('"{}" is a strip from frame {:g} to {:g} now')
        self.report({"INFO"}, text.format(strip.name, strip.frame_start, strip.frame_end))
        return {"FINISHED"}


class MOTIONCLIP_OT_mark_asset(BackgroundOperator, bpy.types.Operator):
    """Mark the Action as an asset, with a preview picture, and what it was made from as its description"""

    bl_idname = "motionclip.mark_asset"
    bl_label = "Mark as asset"
    bl_options = {"REGISTER", "UNDO"}

    needs_engine = False

    def begin(self, context: bpy.types.Context) -> Steps[PlainWork[Motion]]:
        from ...rig.assets import check_markable, telling_frame
        from ...rig.target import target_of

        armature = target_of(generation.armature_of(context)).armature
        action = generation.action_of(armature)
        if action is None:  # strips move it
            raise UserError(_('"{}" has no Action; assign or generate one first.').format(armature.name))
        check_markable(action)
        self.armature, self.action = armature.session_uid, action.session_uid
        keys = yield from keys_in(armature, action)

        def work(progress: Progress) -> Motion:
            motion = keys.motion()
            frame = telling_frame(motion)
            return motion.crop(frame, frame + 1)

        return work

    def end(self, context: bpy.types.Context, result: Motion) -> set[str]:
        from ...rig.assets import mark, telling_picture

        armature = next((one for one in bpy.data.objects if one.session_uid == self.armature), None)
        action = next((one for one in bpy.data.actions if one.session_uid == self.action), None)
        if armature is None or action is None:
            raise UserError(_("The Action was deleted while it was looked at; nothing was changed."))
        mark(action, telling_picture(armature, result))
        if not action.asset_data.description:
            action.asset_data.description = _described(action)
        self.tell(_('"{}" is in the Asset Browser now').format(action.name))
        return {"FINISHED"}


def _described(action: bpy.types.Action) -> str:
    """Returns a description of what an Action was made from; empty if that is unknown."""
    from ...rig.action_metadata import recipe_of

    try:
        recipe = recipe_of(action)
    except UserError:
        return ""
    return recipe.content.description if recipe is not None else ""


CLASSES = (MOTIONCLIP_OT_run_again, MOTIONCLIP_OT_push_down, MOTIONCLIP_OT_mark_asset)
