"""Searches Actions of this file and of the asset libraries by a text, and assigns results to the armature."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import bpy
from bpy.app.translations import pgettext_rpt as _
from bpy.props import BoolProperty, StringProperty

from ...core.errors import UserError
from ..generate import generation
from ..recognise import recognition
from ..session import SESSION
from ..tasks.background_operator import BackgroundOperator, Reporting, Work
from ..tasks.jobs import sentence
from ..tasks.main_thread import Steps
from ..translations import said
from .library import LIBRARIES, Shelves
from .properties import IN_LIBRARIES, TEXT
from .results import SEARCH, Hit, Results

if TYPE_CHECKING:
    from ...core.engine import Engine
    from ...core.progress import Progress

SHOWN = 12
"""The number of results that fit into the panel."""


class MOTIONCLIP_OT_search(BackgroundOperator, bpy.types.Operator):
    """Rank the Actions of this file and of the asset libraries by how near they are to the text"""

    bl_idname = "motionclip.search"
    bl_label = "Search Actions by text"
    bl_options = {"REGISTER"}

    text: StringProperty(**TEXT, options={"SKIP_SAVE"})
    in_libraries: BoolProperty(**IN_LIBRARIES, options={"SKIP_SAVE"})

    def begin(self, context: bpy.types.Context) -> Steps[Work[Results]]:
        from ...core.prompt import checked_prompt
        from ...rig.bones import Bones
        from ...rig.library_rig import RigReader
        from ...rig.read_action import ActionReader
        from ...rig.remarks import left_out_of_all
        from ...rig.target import target_of

        panel = context.scene.motionclip_search
        given = self.properties.is_property_set
        self.text = self.text if given("text") else panel.text
        self.in_libraries = self.in_libraries if given("in_libraries") else panel.in_libraries
        if not self.text.strip():
            raise UserError(_("Type what to search for, such as a person walks."))
        text = checked_prompt(self.text)
        armature = generation.armature_of(context)
        beside: list[str] = []
        shelves = Shelves.of(context) if self.in_libraries else None
        target = target_of(armature)
        reader: ActionReader | RigReader
        if isinstance(target, Bones):
            reader = ActionReader.of(armature)
            beside = left_out_of_all(armature)
        elif shelves is not None:
            reader = RigReader(target)
        read = yield from recognition.all_keys(armature)
        keys = {name: one.keys for name, one in read.items()}

        def work(engine: Engine, progress: Progress) -> Results:
            from ...core.recognition import search

            engine.load(lambda stage, fraction: progress(stage, 0.2 * fraction))
            local = recognition.latents(engine, keys, SESSION.known, lambda s, f: progress(s, 0.2 + 0.3 * f))
            latents = {("", name): latent for name, latent in local.items()}
            unseen = [*engine.cut_prompts([text]), *beside]
            if shelves is not None:
                found = LIBRARIES.latents(engine, reader, shelves, lambda s, f: progress(s, 0.5 + 0.5 * f))
                latents.update(found.latents)
                unseen += found.said
            places = {str(i): place for i, place in enumerate(latents)}
            ranked = search(engine, text, dict(zip(places, latents.values(), strict=True)))
            hits = [Hit(places[score.name][1], places[score.name][0], score) for score in ranked[:SHOWN]]
            return Results(text, hits, unseen)

        return work

    def end(self, context: bpy.types.Context, result: Results) -> set[str]:
        SEARCH.results = result._replace(said=[said(sentence) for sentence in result.said])
        if not result.hits:
            text = _("There are no Actions that move this armature")
        else:
            text = _('The nearest Action is "{}"').format(result.hits[0].name)
        self.report({"INFO"}, text)
        return {"FINISHED"}


class MOTIONCLIP_OT_assign_action(Reporting, bpy.types.Operator):
    """Put this Action on the active armature; one of an asset library is copied into this file first"""

    bl_idname = "motionclip.assign_action"
    bl_label = "Assign an Action"
    bl_options = {"REGISTER", "UNDO"}

    name: StringProperty(name="Action", description="The Action's name", options={"SKIP_SAVE"})
    path: StringProperty(
        name="File",
        description="The file that the Action is in; empty for this one",
        subtype="FILE_PATH",
        options={"SKIP_SAVE"},
    )

    @classmethod
    def description(cls, context: bpy.types.Context, properties: bpy.types.OperatorProperties) -> str:
        tip = bpy.app.translations.pgettext_tip
        if not properties.path:
            return tip("Put this Action on the active armature")
        return tip("Copy this Action into this file, and put it on the active armature") + f"\n{properties.path}"

    def execute(self, context: bpy.types.Context) -> set[str]:
        made = None
        try:
            from ...rig.assign import append_action, assign_action
            from ...rig.remarks import why_still
            from ...rig.target import target_of

            bones = target_of(generation.armature_of(context))
            bones.check_keyable()
            armature = bones.armature
            if self.path:
                before = set(bpy.data.actions)
                action = append_action(self.path, self.name)
                made = action if action not in before else None
            else:
                action = bpy.data.actions.get(self.name)
                if action is None:
                    raise UserError(_('There is no Action "{}" any more; search again.').format(self.name))
            assign_action(armature, action)
        except Exception as error:
            if made is not None:
                bpy.data.actions.remove(made)
            return self.refuse(sentence(error))
        self.tell(_('"{}" is on "{}" now').format(action.name, armature.name), why_still(armature))
        return {"FINISHED"}


def place(hit: Hit) -> str:
    """Returns where an Action is, in one word."""
    return Path(hit.path).stem if hit.path else _("this file")


CLASSES = (MOTIONCLIP_OT_search, MOTIONCLIP_OT_assign_action)
