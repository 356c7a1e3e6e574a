"""Defines the operators that recognise Actions, and that name and tag them."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import bpy
from bpy.app.translations import pgettext_rpt as _
from bpy.props import BoolProperty, IntProperty

from ...core.errors import UserError
from ..generate import generation
from ..generate.action_reading import Read, keys_of
from ..session import SESSION
from ..tasks.background_operator import BackgroundOperator, Reporting, Work
from ..tasks.jobs import sentence
from ..tasks.main_thread import Step, Steps
from . import recognition
from .labels import labels_of
from .recognition import RECOGNITION, Naming

if TYPE_CHECKING:
    import numpy as np

    from ...core.engine import Engine
    from ...core.label_timeline import LabelledPart
    from ...core.motion import Motion
    from ...core.progress import Progress
    from ...core.recognition import Score
    from ...rig.read_action import KeptKeys
    from ...rig.shown import Shown


class _Recognised(NamedTuple):
    """What the worker finds about an Action. uid: its `session_uid`. pose: a representative frame. parts: its labels
    along it, if they were asked for, and the keys that they were found in."""

    uid: int
    scores: list[Score]
    pose: Motion
    parts: list[LabelledPart]
    keys: KeptKeys | Shown


class _Recognising(BackgroundOperator):
    """Base of the operators that recognise Actions. Subclasses implement `end`.

    along: whether to look for several actions one after the other, too, which takes longer.
    """

    along = False

    def chosen(self, armature: bpy.types.Object) -> Steps[dict[str, Read]]:
        """Reads the keys of the Actions to recognise, by name. Raises `UserError` if there are none."""
        action = generation.action_of(armature)
        # an armature moved by strips has no Action
        name, uid = (action.name, action.session_uid) if action is not None else (armature.name, 0)
        keys, self.left_out = yield from keys_of(armature, None, self.as_shown)
        keys.frames_at()  # raises now for an Action that is too long to be recognised
        return {name: Read(uid, keys)}

    def begin(self, context: bpy.types.Context) -> Steps[Work[list[_Recognised]]]:
        from ...rig.target import target_of

        armature, labels = target_of(generation.armature_of(context)).armature, labels_of(context.scene)
        self.armature, self.left_out = armature.session_uid, []
        self.as_shown: bool = context.scene.motionclip.as_shown
        read = yield from self.chosen(armature)
        keys, along = {name: one.keys for name, one in read.items()}, self.along

        def work(engine: Engine, progress: Progress) -> list[_Recognised]:
            from ...core.label_timeline import labelled_parts
            from ...rig.assets import telling_frame

            found = recognition.latents(engine, keys, SESSION.known, progress)
            progress("Comparing with the labels", 1.0)
            recogniser = RECOGNITION.recogniser(engine, labels)
            recognised = []
            for name, latent in found.items():
                motion = keys[name].motion()
                frame = telling_frame(motion)
                parts = labelled_parts(engine, recogniser, motion, progress) if along else []
                pose = motion.crop(frame, frame + 1)
                scores = recogniser.scores(latent, motion)
                recognised.append(_Recognised(read[name].uid, scores, pose, parts, keys[name]))
            return recognised

        return work


class MOTIONCLIP_OT_recognise(_Recognising, bpy.types.Operator):
    """Compare the active armature's Action with the list of labels, and show the nearest ones"""

    bl_idname = "motionclip.recognise"
    bl_label = "What is this Action?"
    bl_options = {"REGISTER"}

    along = True

    def end(self, context: bpy.types.Context, result: list[_Recognised]) -> set[str]:
        from ...rig.timeline import stretch

        for found in result:
            if found.uid:
                per_frame = 1.0 if self.as_shown else stretch(context.scene)
                RECOGNITION.scores[found.uid] = found.scores
                RECOGNITION.parts[found.uid] = recognition.parts_shown(found.parts, found.keys, per_frame)
        told = recognition.described(result[0].scores[:3])
        if len(names := [part.name for part in result[0].parts]) > 1:
            told = f"{told}. " + _("One after the other: {}").format(", ".join(names))
        self.tell(told, self.left_out)
        return {"FINISHED"}


class MOTIONCLIP_OT_mark_parts(Reporting, bpy.types.Operator):
    """Set a marker on the timeline where each part begins, named after what was recognised"""

    bl_idname = "motionclip.mark_parts"
    bl_label = "Set markers"
    bl_options = {"REGISTER", "UNDO"}

    def execute(self, context: bpy.types.Context) -> set[str]:
        try:
            action = generation.action_of(generation.armature_of(context))
        except Exception as error:
            return self.refuse(sentence(error))
        parts = RECOGNITION.parts.get(action.session_uid) if action is not None else None
        if not parts:
            return self.refuse('It is not known what this Action shows; press "What is this Action?" first.')
        markers = context.scene.timeline_markers
        there = {(marker.name, marker.frame) for marker in markers}
        for part in parts:
            if (part.name, part.first) not in there:
                markers.new(part.name, frame=part.first)
        SESSION.error = ""
        self.report({"INFO"}, _("{} markers are on the timeline").format(len(parts)))
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

    def chosen(self, armature: bpy.types.Object) -> Steps[dict[str, Read]]:
        if not self.every:
            return (yield from super().chosen(armature))
        person = armature.name
        found = yield from recognition.all_keys(armature)
        editable = {action.session_uid for action in bpy.data.actions if action.is_editable}
        own = {name: one for name, one in found.items() if one.uid in editable}
        if not own:
            raise UserError(_('This file has no Actions of its own for "{}"; generate one first.').format(person))
        return own

    def end(self, context: bpy.types.Context, result: list[_Recognised]) -> Steps[set[str]]:
        from ...rig.assets import check_markable

        def still_there() -> dict[int, bpy.types.Action]:
            actions = {action.session_uid: action for action in bpy.data.actions}
            there = {found.uid: actions[found.uid] for found in result if found.uid in actions}
            if not there:
                raise UserError(_("The Action was deleted while it was looked at; nothing was changed."))
            for action in there.values():
                check_markable(action)
            return there

        still_there()
        pictures = yield from self._pictures(result)
        there = still_there()
        for found in result:
            if found.uid in there:
                naming = Naming(self.rename, self.tags)
                recognition.file_action(there[found.uid], found.scores, naming, pictures[found.uid])
                RECOGNITION.scores[found.uid] = found.scores
        if len(there) == 1:
            text = _('"{}" is in the Asset Browser now').format(next(iter(there.values())).name)
        else:
            text = _("{} Actions are in the Asset Browser now").format(len(there))
        self.report({"INFO"}, text)
        return {"FINISHED"}

    def _pictures(self, result: list[_Recognised]) -> Steps[dict[int, np.ndarray | None]]:
        """Renders a preview of each Action, one per step; None if the person has no mesh, or was deleted."""
        from ...rig.assets import telling_picture

        pictures: dict[int, np.ndarray | None] = {}
        for i, found in enumerate(result):
            armature = next((one for one in bpy.data.objects if one.session_uid == self.armature), None)
            pictures[found.uid] = telling_picture(armature, found.pose) if armature is not None else None
            yield Step("Drawing the previews", (i + 1) / len(result))
        return pictures


CLASSES = (MOTIONCLIP_OT_recognise, MOTIONCLIP_OT_mark_parts, MOTIONCLIP_OT_tag_action)
