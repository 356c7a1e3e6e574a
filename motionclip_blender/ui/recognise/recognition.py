"""What is this Action? Scores of labels, and names and tags made of them."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING, NamedTuple

import bpy
from bpy.app.translations import pgettext_rpt as _

from ...core.errors import UserError
from ..generate.source_data import SourceData
from ..tasks.main_thread import Step, Steps

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import numpy as np

    from ...core.engine import Engine
    from ...core.latents.cache import LatentCache
    from ...core.progress import Progress
    from ...core.recognition import Recogniser, Score
    from ...rig.read_action import KeptKeys

RECOGNISED_NOTE = "recognised"
"""Custom property of an Action: what its description was written from; only such descriptions are written over."""


class Recognition:
    """One for each Blender. scores: of Actions by their `session_uid`, the nearest label first."""

    def __init__(self) -> None:
        self.scores: dict[int, list[Score]] = {}
        self._made_for: tuple | None = None
        self._recogniser: Recogniser | None = None

    def recogniser(self, engine: Engine, labels: Sequence[str]) -> Recogniser:
        """For these labels, kept until they or the engine change. For the worker."""
        from ...core.recognition import Recogniser

        if self._made_for is None or self._made_for[0] is not engine or self._made_for[1] != labels:
            self._recogniser = Recogniser(engine, labels)
            self._made_for = engine, labels
        return self._recogniser

    def let_go(self) -> None:
        """Forgets the engine, and keeps what was found with it."""
        self._made_for = self._recogniser = None

    def forget(self) -> None:
        """Lets go of everything."""
        self.scores.clear()
        self.let_go()


RECOGNITION = Recognition()


def latents(
    engine: Engine, keys: Mapping[str, KeptKeys], known: LatentCache, progress: Progress
) -> dict[str, np.ndarray]:
    """The latents (D,) of Actions by their names, all of each Action averaged. Only new ones are worked out."""
    from ...core.errors import ExpressionError
    from ...core.latents.terms import ActionName, Term
    from ...core.latents.window_pooling import WindowPooling

    terms = [Term(1.0, ActionName(name)) for name in keys]
    try:
        found = known.of(engine, terms, SourceData(keys=keys), WindowPooling(), progress)
    except ExpressionError as error:  # nobody has typed an expression
        raise UserError(error.sentence) from error
    return {name: found[ActionName(name)] for name in keys}


class Read(NamedTuple):
    """An Action that was read. uid: its `session_uid`, for it may be renamed or deleted afterwards."""

    uid: int
    keys: KeptKeys


def all_keys(armature: bpy.types.Object | None) -> Steps[dict[str, Read]]:
    """The keys of every Action of this file that moves the armature's joints, by name; an Action a step.

    Of two with one name, the file's own is taken. Raises `UserError` for an armature that is no SMPL-X one.
    """
    from ...rig.read_action import ActionReader, copied_curves

    reader, uid = ActionReader.of(armature), armature.session_uid
    found: dict[str, Read] = {}
    places = [(action.name, action.library and action.library.filepath) for action in bpy.data.actions]
    for i, place in enumerate(places):
        action = bpy.data.actions.get(place)
        armature = next((one for one in bpy.data.objects if one.session_uid == uid), None)
        if armature is None:
            raise UserError("The armature was deleted while its Actions were read; nothing was changed.")
        if action is not None and action.name not in found:
            with suppress(UserError):  # it moves something else, or for hours
                keys = reader.keys(copied_curves(action, armature))
                keys.frames_at()
                found[action.name] = Read(action.session_uid, keys)
        yield Step("Reading the Actions", (i + 1) / len(places))
    return found


# --- names and tags


class Naming(NamedTuple):
    """How an Action is filed. rename: whether it takes the name of the nearest label. tags: how many."""

    rename: bool
    tags: int


def file_action(action: bpy.types.Action, scores: Sequence[Score], naming: Naming, picture: np.ndarray | None) -> None:
    """Makes an Action an asset with name, tags and description of its nearest labels, and a preview picture.

    A description that somebody wrote stays, and so do catalog, author and further tags. Raises `UserError` for an
    Action of another file.
    """
    from ...core.prompt import action_name
    from ...rig.assets import mark

    best = scores[: naming.tags]
    mark(action, picture, [score.name for score in best])
    if naming.rename and action.name.rpartition(".")[0] != best[0].name:  # "walk.001" is one already
        action.name = action_name(best[0].name)
    data = action.asset_data
    if not data.description or data.description == action.get(RECOGNISED_NOTE):
        data.description = action[RECOGNISED_NOTE] = described(best)


def described(scores: Sequence[Score]) -> str:
    """Labels and their shares, as a sentence."""
    return _("Recognised as {}").format(", ".join(f"{score.name} ({score.share:.0%})" for score in scores))
