"""Plays a motion in Blender's preview range, so that the scene's own range does not change, and ends the preview."""

from __future__ import annotations

import math

import bpy
from bpy.app.translations import pgettext_rpt as _

from ...core.errors import UserError
from ..tasks.background_operator import Reporting
from ..tasks.jobs import sentence
from . import generation


def play(context: bpy.types.Context, armature: bpy.types.Object | None) -> None:
    """Plays the armature's Action, or its strips, from the first frame, in the preview range. Raises `UserError` if
    there is none."""
    if armature is None:
        raise UserError(_("There is no character whose motion could be played; generate one first."))
    if not moves(armature):
        raise UserError(_('"{}" has no Action; assign or generate one first.').format(armature.name))
    scene = context.scene
    _keep_range(scene)
    scene.use_preview_range = True
    first = _over(scene, armature)
    scene.frame_set(first)
    if _screen(context) is not None and not context.screen.is_animation_playing:
        bpy.ops.screen.animation_play()


def follow(scene: bpy.types.Scene, armature: bpy.types.Object) -> None:
    """Sets a preview range that was set here to the armature's new motion."""
    if previews(scene) and moves(armature):
        _over(scene, armature)


def moves(armature: bpy.types.Object) -> bool:
    """Checks whether the armature has an Action, or strips that are played."""
    from ...rig.shown import playing_strips

    data = armature.animation_data
    return data is not None and (data.action is not None or bool(playing_strips(data)))


def previews(scene: bpy.types.Scene) -> bool:
    """Checks whether the preview range in use was set here."""
    return scene.motionclip.previewing and scene.use_preview_range


def draw(layout: bpy.types.UILayout, context: bpy.types.Context, height: float) -> None:
    """Draws buttons to play, to pause and to end the preview, `height` times as high as others."""
    row = layout.row(align=True)
    row.scale_y = height
    if context.screen is not None and context.screen.is_animation_playing:
        row.operator("screen.animation_play", text="Pause", icon="PAUSE")
    else:
        row.operator("motionclip.play", text="Play", icon="PLAY")
    if previews(context.scene):
        row.operator("motionclip.end_preview", text="", icon="X")


class MOTIONCLIP_OT_play(Reporting, bpy.types.Operator):
    """Play the character's motion from its first frame to its last, in a preview range; the scene's range stays"""

    bl_idname = "motionclip.play"
    bl_label = "Play the motion"
    bl_options = {"REGISTER", "UNDO"}

    def execute(self, context: bpy.types.Context) -> set[str]:
        try:
            play(context, generation.armature_of(context))
        except Exception as error:
            return self.refuse(sentence(error))
        return self.finish()


class MOTIONCLIP_OT_end_preview(bpy.types.Operator):
    """Stop playing the motion, and give the timeline the range back that it had before"""

    bl_idname = "motionclip.end_preview"
    bl_label = "End the preview of the motion"
    bl_options = {"REGISTER", "UNDO"}

    @classmethod
    def poll(cls, context: bpy.types.Context) -> bool:
        if not previews(context.scene):
            cls.poll_message_set("No motion is previewed; press Play the motion first")
            return False
        return True

    def execute(self, context: bpy.types.Context) -> set[str]:
        if _screen(context) is not None and context.screen.is_animation_playing:
            bpy.ops.screen.animation_cancel(restore_frame=False)
        scene = context.scene
        used, first, last = scene.motionclip.preview_before
        _set_range(scene, first, last)
        scene.use_preview_range = bool(used)
        scene.motionclip.previewing = False
        return {"FINISHED"}


def _keep_range(scene: bpy.types.Scene) -> None:
    """Stores the preview range of before, to be restored at the end of the preview."""
    settings = scene.motionclip
    if not previews(scene):
        settings.preview_before = (scene.use_preview_range, scene.frame_preview_start, scene.frame_preview_end)
    settings.previewing = True


def _over(scene: bpy.types.Scene, armature: bpy.types.Object) -> int:
    """Sets the preview range to that of the armature's Action, or else of its strips; returns its first frame."""
    from ...rig.shown import span_of

    action = generation.action_of(armature)
    ends = span_of(armature) if action is None else action.frame_range
    first, last = math.floor(ends[0]), math.ceil(ends[1])
    if action is not None and action.use_cyclic and last > first:
        last -= 1  # the last frame equals the first
    _set_range(scene, first, last)
    return first


def _set_range(scene: bpy.types.Scene, first: int, last: int) -> None:
    # in this order, because Blender does not let the start pass the end
    scene.frame_preview_start = min(first, scene.frame_preview_end)
    scene.frame_preview_end = last
    scene.frame_preview_start = first


def _screen(context: bpy.types.Context) -> bpy.types.Screen | None:
    """Returns the screen in which animations can play; None without windows."""
    return None if bpy.app.background or context.window is None else context.screen


CLASSES = (MOTIONCLIP_OT_play, MOTIONCLIP_OT_end_preview)
