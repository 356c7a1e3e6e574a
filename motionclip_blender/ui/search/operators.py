"""Search: the Actions of this file and of the asset libraries ranked by a text; a click puts one on the armature."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import bpy
from bpy.app.translations import pgettext_rpt as _
from bpy.props import BoolProperty, PointerProperty, StringProperty

from ...core.errors import UserError
from ..generate import generation
from ..recognise import recognition
from ..session import SESSION
from ..tasks.background_operator import Reporting, Work, Working
from ..tasks.jobs import sentence
from ..tasks.main_thread import Steps
from ..translations import said
from .library import LIBRARIES, Shelves

if TYPE_CHECKING:
    from ...core.engine import Engine
    from ...core.progress import Progress
    from ...core.recognition import Score

SHOWN = 12
"""Results that the panel has room for."""

TEXT = {"name": "Search", "description": "What the person does in the Actions to be found, in English"}
IN_LIBRARIES = {
    "name": "Asset libraries",
    "description": "Look through the Actions that are assets in the libraries of the Preferences, too. The first time "
    "this reads all their files; after that only those that have changed",
    "default": True,
}


class Hit(NamedTuple):
    """An Action that was found. path: its file, empty for this one. score: how near it is."""

    name: str
    path: str
    score: Score


class Results(NamedTuple):
    """What a search found, the nearest first. said: what could not be looked at, and what of the person is left out."""

    text: str
    hits: list[Hit]
    said: list[str]


class Search:
    """One for each Blender. results: of the last search, until another file is opened."""

    def __init__(self) -> None:
        self.results: Results | None = None


SEARCH = Search()


class MOTIONCLIP_PG_search(bpy.types.PropertyGroup):
    """`scene.motionclip_search`. Has no methods, for the reason that `MOTIONCLIP_PG_settings` has none."""

    text: StringProperty(**TEXT)
    in_libraries: BoolProperty(**IN_LIBRARIES)


class MOTIONCLIP_OT_search(Working, bpy.types.Operator):
    """Rank the Actions of this file and of the asset libraries by how near they are to the text"""

    bl_idname = "motionclip.search"
    bl_label = "Search Actions by text"
    bl_options = {"REGISTER"}

    text: StringProperty(**TEXT, options={"SKIP_SAVE"})
    in_libraries: BoolProperty(**IN_LIBRARIES, options={"SKIP_SAVE"})

    def begin(self, context: bpy.types.Context) -> Steps[Work[Results]]:
        from ...core.prompt import checked_prompt
        from ...rig.read_action import Reader
        from ...rig.remarks import left_out_of_all

        panel = context.scene.motionclip_search
        given = self.properties.is_property_set
        self.text = self.text if given("text") else panel.text
        self.in_libraries = self.in_libraries if given("in_libraries") else panel.in_libraries
        if not self.text.strip():
            raise UserError(_("Type what to search for, such as a person walks."))
        text = checked_prompt(self.text)
        armature = generation.armature_of(context)
        reader = Reader.of(armature)
        shelves = Shelves.of(context) if self.in_libraries else None
        beside = [said(sentence) for sentence in left_out_of_all(armature)]
        read = yield from recognition.all_keys(armature)
        keys = {name: one.keys for name, one in read.items()}

        def work(engine: Engine, progress: Progress) -> Results:
            from ...core.recognition import search

            engine.load(lambda stage, fraction: progress(stage, 0.2 * fraction))
            local = recognition.latents(engine, keys, SESSION.known, lambda s, f: progress(s, 0.2 + 0.3 * f))
            latents = {("", name): latent for name, latent in local.items()}
            unseen = list(beside)
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
        SEARCH.results = result
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
            from ...rig.bones import Bones
            from ...rig.remarks import why_still

            armature = generation.armature_of(context)
            Bones.of(armature).check_keyable()
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
    """Where an Action is, in a word."""
    return Path(hit.path).stem if hit.path else _("this file")


def attach() -> None:
    """Adds `scene.motionclip_search`."""
    bpy.types.Scene.motionclip_search = PointerProperty(type=MOTIONCLIP_PG_search)


def detach() -> None:
    """Takes it away."""
    del bpy.types.Scene.motionclip_search


CLASSES = (MOTIONCLIP_PG_search, MOTIONCLIP_OT_search, MOTIONCLIP_OT_assign_action)
