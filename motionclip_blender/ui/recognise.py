"""The operators that say what an Action is, and that name and tag Actions by it."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import bpy
from bpy.app.translations import pgettext_rpt as _
from bpy.props import BoolProperty, IntProperty

from ..core.errors import UserError
from . import generation, recognition
from .labels import labels_of
from .recognition import RECOGNITION, Naming
from .session import SESSION
from .working import Work, Working

if TYPE_CHECKING:
    import numpy as np

    from ..core.engine import Engine
    from ..core.motion import Motion
    from ..core.progress import Progress
    from ..core.recognition import Score
    from ..rig.keys import KeptKeys


class _Recognised(NamedTuple):
    """What the worker finds about an Action. uid: its `session_uid`. pose: one frame that stands for it."""

    uid: int
    scores: list[Score]
    pose: Motion


class _Recognising(Working):
    """To be written: `end`."""

    def chosen(self, armature: bpy.types.Object | None) -> dict[str, KeptKeys]:
        """The keys of the Actions to look at, by name. Raises `UserError` when there are none."""
        from ..rig.keys import kept_keys

        keys = kept_keys(armature)
        return {generation.action_of(armature).name: keys}

    def begin(self, context: bpy.types.Context) -> Work[list[_Recognised]]:
        armature, labels = generation.armature_of(context), labels_of(context.scene)
        keys = self.chosen(armature)
        uids = {name: bpy.data.actions[name].session_uid for name in keys}
        self.armature = armature.session_uid

        def work(engine: Engine, progress: Progress) -> list[_Recognised]:
            from ..rig.assets import telling_frame

            found = recognition.latents(engine, keys, SESSION.known, progress)
            progress("Comparing with the labels", 1.0)
            recogniser = RECOGNITION.recogniser(engine, labels)
            recognised = []
            for name, latent in found.items():
                motion = keys[name].motion()
                frame = telling_frame(motion)
                recognised.append(_Recognised(uids[name], recogniser.scores(latent), motion.crop(frame, frame + 1)))
            return recognised

        return work


class MOTIONCLIP_OT_recognise(_Recognising, bpy.types.Operator):
    """Compare the active armature's Action with the list of labels, and show the nearest ones"""

    bl_idname = "motionclip.recognise"
    bl_label = "What is this Action?"
    bl_options = {"REGISTER"}

    def end(self, context: bpy.types.Context, result: list[_Recognised]) -> set[str]:
        for found in result:
            RECOGNITION.scores[found.uid] = found.scores
        self.report({"INFO"}, recognition.described(result[0].scores[:3]))
        return {"FINISHED"}


class MOTIONCLIP_OT_tag_action(_Recognising, bpy.types.Operator):
    """Mark the Action as an asset: with the nearest labels as its name, tags and description, and a preview picture"""

    bl_idname = "motionclip.tag_action"
    bl_label = "Name and tag for the Asset Browser"
    bl_options = {"REGISTER", "UNDO"}

    rename: BoolProperty(name="Rename", description="Call the Action what the nearest label says", default=True)
    tags: IntProperty(name="Tags", description="How many of the nearest labels become tags", default=3, min=1, max=10)
    every: BoolProperty(
        name="All Actions",
        description="Name and tag all Actions of this file that move the active armature, not only its own",
    )

    def chosen(self, armature: bpy.types.Object | None) -> dict[str, KeptKeys]:
        if not self.every:
            return super().chosen(armature)
        found = recognition.all_keys(armature)
        own = {name: keys for name, keys in found.items() if bpy.data.actions[name].is_editable}
        if not own:
            text = _('This file has no Actions of its own for "{}"; generate one first.')
            raise UserError(text.format(armature.name))
        return own

    def end(self, context: bpy.types.Context, result: list[_Recognised]) -> set[str]:
        from ..rig.assets import check_markable

        actions = {action.session_uid: action for action in bpy.data.actions}
        there = [found for found in result if found.uid in actions]
        if not there:
            raise UserError(_("The Action was deleted while it was looked at; nothing was changed."))
        for found in there:
            check_markable(actions[found.uid])
        pictures = self._pictures(context, there)
        for found, picture in zip(there, pictures, strict=True):
            naming = Naming(self.rename, self.tags)
            recognition.file_action(actions[found.uid], found.scores, naming, picture)
            RECOGNITION.scores[found.uid] = found.scores
        if len(there) == 1:
            text = _('"{}" is in the Asset Browser now').format(actions[there[0].uid].name)
        else:
            text = _("{} Actions are in the Asset Browser now").format(len(there))
        self.report({"INFO"}, text)
        return {"FINISHED"}

    def _pictures(self, context: bpy.types.Context, there: list[_Recognised]) -> list[np.ndarray | None]:
        """A preview of each; None where the person has no mesh, or is gone."""
        from ..rig.assets import telling_picture

        armature = next((found for found in bpy.data.objects if found.session_uid == self.armature), None)
        if armature is None:
            return [None] * len(there)
        pictures = []
        context.window_manager.progress_begin(0, len(there))
        try:
            for found in there:
                pictures.append(telling_picture(armature, found.pose))
                context.window_manager.progress_update(len(pictures))
        finally:
            context.window_manager.progress_end()
        return pictures


CLASSES = (MOTIONCLIP_OT_recognise, MOTIONCLIP_OT_tag_action)
