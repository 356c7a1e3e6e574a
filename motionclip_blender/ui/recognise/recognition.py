"""Recognises Actions: ranks labels, and names and tags Actions by them."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import bpy
from bpy.app.translations import pgettext_rpt as _

from ...core.errors import UserError
from ..generate.action_reading import Read, keys_of_all
from ..generate.source_data import SourceData
from ..tasks.main_thread import Steps

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import numpy as np

    from ...core.engine import Engine
    from ...core.label_timeline import LabelledPart
    from ...core.latents.cache import LatentCache
    from ...core.progress import Progress
    from ...core.recognition import Recogniser, Score
    from ...rig.read_action import KeptKeys
    from ...rig.shown import Shown

RECOGNISED_NOTE = "recognised"
"""Custom property of an Action: the description that recognition wrote. Only such a description is replaced."""


class PartShown(NamedTuple):
    """A part of an Action with one label. first, last: frames of the scene. share: of the label, 0 to 1."""

    name: str
    first: int
    last: int
    share: float


class Recognition:
    """The results of recognition, one object per Blender.

    scores: by the Action's `session_uid`, the nearest label first.
    parts: by the same, what the Action shows one after the other.
    """

    def __init__(self) -> None:
        self.scores: dict[int, list[Score]] = {}
        self.parts: dict[int, list[PartShown]] = {}
        self._made_for: tuple | None = None
        self._recogniser: Recogniser | None = None

    def recogniser(self, engine: Engine, labels: Sequence[str]) -> Recogniser:
        """Returns the recogniser for these labels, kept until they or the engine change. For the worker."""
        from ...core.recognition import Recogniser

        kept = self._recogniser
        if kept is None or self._made_for is None or self._made_for[0] is not engine or self._made_for[1] != labels:
            self._recogniser = kept = Recogniser(engine, labels)
            self._made_for = engine, labels
        return kept

    def let_go(self) -> None:
        """Releases the engine, and keeps the scores."""
        self._made_for = self._recogniser = None

    def clear(self) -> None:
        """Forgets what was recognised."""
        self.scores.clear()
        self.parts.clear()

    def forget(self) -> None:
        """Releases everything."""
        self.clear()
        self.let_go()


RECOGNITION = Recognition()


def latents(
    engine: Engine, keys: Mapping[str, KeptKeys | Shown], known: LatentCache, progress: Progress
) -> dict[str, np.ndarray]:
    """Returns the latents (D,) of Actions by name, averaged over each Action. Computes only those not cached."""
    from ...core.errors import ExpressionError
    from ...core.latents.terms import ActionName, Term
    from ...core.latents.window_pooling import WindowPooling

    terms = [Term(1.0, ActionName(name)) for name in keys]
    try:
        found = known.of(engine, terms, SourceData(keys=keys), WindowPooling(), progress)
    except ExpressionError as error:  # the user has typed no expression that the error could refer to
        raise UserError(error.sentence) from error
    return {name: found[ActionName(name)] for name in keys}


def parts_shown(parts: Sequence[LabelledPart], keys: KeptKeys | Shown, frames_per_frame: float) -> list[PartShown]:
    """Returns the parts of an Action with their frames of the scene.

    frames_per_frame: frames in which `keys` counts, per frame of the scene.
    """

    def frame(seconds: float) -> int:
        return round((keys.first + seconds * keys.rate) / frames_per_frame)

    lasts = [*(frame(part.end) - 1 for part in parts[:-1]), round(keys.last / frames_per_frame)]
    return [PartShown(part.name, frame(part.start), last, part.share) for part, last in zip(parts, lasts, strict=True)]


def all_keys(armature: bpy.types.Object | None) -> Steps[dict[str, Read]]:
    """Reads the keys of every Action of this file that moves the armature's joints and that is not too long to be
    recognised, by name. Raises `UserError` if the armature is no person's."""
    return keys_of_all(armature, lambda keys: keys.frames_at())


# --- names and tags


class Naming(NamedTuple):
    """How an Action is filed. rename: whether to rename it after the nearest label. tags: the number of tags."""

    rename: bool
    tags: int


def file_action(action: bpy.types.Action, scores: Sequence[Score], naming: Naming, picture: np.ndarray | None) -> None:
    """Makes an Action an asset with name, tags and description from its nearest labels, and a preview picture.

    A description that the user wrote is kept, and so are catalog, author and other tags. Raises `UserError` for an
    Action that is linked from another file.
    """
    from ...core.prompt import action_name
    from ...rig.assets import mark

    best = scores[: naming.tags]
    mark(action, picture, [score.name for score in best])
    if naming.rename and action.name.rpartition(".")[0] != best[0].name:  # "walk.001" has this name already
        action.name = action_name(best[0].name)
    data = action.asset_data
    if not data.description or data.description == action.get(RECOGNISED_NOTE):
        data.description = action[RECOGNISED_NOTE] = described(best)


def described(scores: Sequence[Score]) -> str:
    """Returns labels and their shares as a sentence."""
    return _("Recognised as {}").format(", ".join(f"{score.name} ({score.share:.0%})" for score in scores))
