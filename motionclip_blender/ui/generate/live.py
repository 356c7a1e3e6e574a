"""Updates a motion while the panel's sliders move: the same Action is keyed anew at every step.

A step that takes no longer than a frame of film runs at once, within the slider's own change, so that Blender's undo
step of that slider holds the keys too. Longer steps, such as loading the model or a long motion, run in a worker and
are keyed when they are done. Until then `scene.motionclip.behind` is set; it is kept in the undo step, and when undo
returns there, the motion is updated. The last change always wins.
"""

from __future__ import annotations

import math
import time
from dataclasses import replace
from typing import TYPE_CHECKING, NamedTuple

import bpy

from ...core.errors import UserError
from ...core.progress import Progress
from .. import redraw
from ..addon import model_choice
from ..session import SESSION
from ..tasks.jobs import Job, sentence
from ..timeline import content as timeline
from . import generation, recipes
from .source_data import SourceData

if TYPE_CHECKING:
    from collections.abc import Mapping

    import numpy as np

    from ...core.engine import Engine
    from ...core.latents.terms import Source
    from ...core.recipe.make import Made
    from ...core.recipe.recipe import Recipe

SECTIONS = recipes.SECTIONS | {"timeline": timeline.content_of}
"""The parts of the panel with sliders that a motion follows, each with a function of the scene."""

BUDGET = 0.042
"""Seconds that a step may take and still be done at once."""

_TICK = 0.02
_FRESH = 2.0  # seconds after which Actions and images are read again, because they may have changed


class _Step(NamedTuple):
    """The worker's result: a motion, the request it was made for, and the seconds that decoding took."""

    wanted: generation.Request
    made: Made
    seconds: float


class _Read(NamedTuple):
    """The latents of a recipe's sources, as they were at `time` for an armature and an engine."""

    of: tuple
    latents: Mapping[Source, np.ndarray]
    time: float


class Live:
    """The state of live updates, one object per Blender.

    job: the worker's job for a slider.
    seconds: how long one frame of motion took last.
    natural: the `session_uid` and the recipe of the Action that the worker made last as long as its segments take.
    """

    def __init__(self) -> None:
        self.job: Job[_Step] | None = None
        self.seconds = math.inf  # unknown yet, so the first step runs in the worker
        self.error = ""  # the last error of a slider's step
        self.read: _Read | None = None
        self.natural: tuple[int, Recipe] | None = None
        self.scene = self.armature = 0  # `session_uid`s of the scene and armature to update

    def stop(self) -> None:
        """Gives up what is being made."""
        if self.job is not None:
            self.job.cancel()
        self.job = self.read = None
        if bpy.app.timers.is_registered(_tick):
            bpy.app.timers.unregister(_tick)

    def close(self) -> None:
        """Stops as `stop`, and waits for the worker, because Blender quits."""
        job = self.job
        self.stop()
        if job is not None:
            job.join()


LIVE = Live()


def follow(scene: bpy.types.Scene, section: str) -> None:
    """Brings a scene's active armature's motion to what a part of its panel says, if it was made from the same sources.

    For the changes of properties. section: a key of `SECTIONS`.
    """
    scene.motionclip.behind = ""  # this change replaces an earlier one
    if SESSION.error == LIVE.error:
        SESSION.error = ""
    try:
        armature = generation.armature_in(scene)
        wish = _wish(scene, armature, section)
        if wish is not None and not _at_once(scene, armature, wish):
            scene.motionclip.behind = section
            catch_up(scene)
    except Exception as error:
        _tell(error)


def follows(context: bpy.types.Context, section: str) -> bool:
    """Returns whether the active armature's motion has the sources of a part of the panel, so that it is updated."""
    return _wish(context.scene, generation.armature_of(context), section) is not None


def made_of(scene: bpy.types.Scene, section: str) -> bpy.types.Action | None:
    """Returns the active armature's Action if that has the sources of a part of the panel."""
    armature = generation.armature_in(scene)
    return generation.action_of(armature) if _wish(scene, armature, section) is not None else None


def catch_up(scene: bpy.types.Scene) -> None:
    """Lets the worker bring a scene's active armature's motion to what its panel says, if it is behind."""
    if scene.motionclip.behind and (armature := generation.armature_in(scene)) is not None:
        LIVE.scene, LIVE.armature = scene.session_uid, armature.session_uid
        if not bpy.app.timers.is_registered(_tick):
            bpy.app.timers.register(_tick, first_interval=0.0)


def _wish(scene: bpy.types.Scene, armature: bpy.types.Object | None, section: str) -> Recipe | None:
    """Returns the recipe that the armature's Action should have; None if it was made from something else."""
    from ...rig.action_metadata import recipe_of

    action = generation.action_of(armature)
    try:
        before = recipe_of(action) if action is not None else None
        if before is None:
            return None
        wish = SECTIONS[section](scene)
    except UserError:
        return None
    if wish.sources != before.content.sources:
        return None
    frames = timeline.whole_length(scene) if section == "timeline" else None
    return replace(before, content=wish, frames=frames or before.frames)


def _at_once(scene: bpy.types.Scene, armature: bpy.types.Object, recipe: Recipe) -> bool:
    """Keys the armature's Action anew, unless that would take too long. Raises `UserError`."""
    chosen, waits = model_choice(bpy.context), _somebody_waits()
    engine = SESSION.engine_at_hand(chosen) if waits else SESSION.engine(chosen)
    if engine is None or (waits and recipe.frames * LIVE.seconds > BUDGET):
        return False
    latents = _latents(engine, scene, armature, recipe)
    if latents is None:
        return False
    wanted = request(scene, armature, recipe, SourceData())
    start = time.perf_counter()
    generation.key(wanted, generation.decoded(engine, wanted, latents))
    LIVE.seconds = (time.perf_counter() - start) / recipe.frames
    return True


def _latents(
    engine: Engine, scene: bpy.types.Scene, armature: bpy.types.Object, recipe: Recipe
) -> Mapping[Source, np.ndarray] | None:
    """Returns the latents of the recipe's sources; their data is read anew only if that was a while ago.

    Returns None when a latent must be computed first and a window waits.
    """
    last, now = LIVE.read, time.monotonic()
    of = (recipe.content.sources, recipe.pooling, armature.session_uid, engine)
    latents: Mapping[Source, np.ndarray] | None
    if last is not None and last.of == of and now - last.time < _FRESH:
        latents = last.latents
    else:
        wanted = request(scene, armature, recipe)
        latents = SESSION.known.at_hand(engine, recipe.terms, wanted.found, recipe.pooling)
        if latents is None and not _somebody_waits():
            latents = generation.latents_of(engine, wanted, SESSION.known)
    LIVE.read = None if latents is None else _Read(of, latents, now)
    return latents


def _somebody_waits() -> bool:
    """Returns whether a window would freeze meanwhile; a script's window does not redraw anyway."""
    return not bpy.app.background


def request(
    scene: bpy.types.Scene, armature: bpy.types.Object, recipe: Recipe, found: SourceData | None = None
) -> generation.Request:
    """Returns a request to key the armature's Action anew by a recipe. Raises `UserError`."""
    wanted = generation.request(scene, armature, recipe, action=generation.action_of(armature), found=found)
    return wanted._replace(natural=timeline.is_natural(scene, recipe))


def _tick() -> float | None:
    """Watches the worker and gives it the next step, until the motion is what the panel says."""
    try:
        return _TICK if _stepped() else None
    except Exception as error:
        LIVE.stop()
        _tell(error)
        return None


def _stepped() -> bool:
    """Runs one step. Returns whether there is more to do."""
    scene = next((one for one in bpy.data.scenes if one.session_uid == LIVE.scene), None)
    armature = next((one for one in bpy.data.objects if one.session_uid == LIVE.armature), None)
    section = scene.motionclip.behind if scene is not None else ""
    if scene is None or not section:  # updated, undone, or deleted
        LIVE.stop()
        return False
    if LIVE.job is not None:
        redraw.sidebars()
        if not LIVE.job.finished:
            return True
        _key_what_came(LIVE.job)
    wish = _wish(scene, armature, section)
    redraw.sidebars()
    if armature is None or wish is None or _shows(scene, armature, wish):
        arrived = True
    elif not (arrived := _at_once(scene, armature, wish)):
        _start(request(scene, armature, wish))
    if arrived:
        scene.motionclip.behind = ""
    return not arrived


def _shows(scene: bpy.types.Scene, armature: bpy.types.Object, wish: Recipe) -> bool:
    """Checks whether the armature's Action is what the panel says: made of this recipe, and as long."""
    from ...rig.action_metadata import recipe_of

    action = generation.action_of(armature)
    if action is None or wish != recipe_of(action):
        return False
    # no recipe says that its length is the natural one
    return not timeline.is_natural(scene, wish) or LIVE.natural == (action.session_uid, wish)


def _key_what_came(job: Job[_Step]) -> None:
    from ...rig.action_metadata import recipe_of

    LIVE.job = None
    if job.error:
        raise UserError(job.error)
    step = job.result
    if step is not None:
        LIVE.seconds = step.seconds / step.wanted.recipe.frames
        action = generation.key(step.wanted, step.made)
        made = recipe_of(action)
        LIVE.natural = (action.session_uid, made) if step.wanted.natural and made is not None else None


def _start(wanted: generation.Request) -> None:
    chosen = model_choice(bpy.context)

    def work(progress: Progress) -> _Step:
        engine = SESSION.engine(chosen)
        latents = generation.latents_of(engine, wanted, SESSION.known, progress)
        start = time.perf_counter()
        made = generation.decoded(engine, wanted, latents)
        return _Step(wanted, made, time.perf_counter() - start)

    LIVE.job = Job(work)


def _tell(error: Exception) -> None:
    """Shows an error in the panel, which keeps showing it."""
    SESSION.error = LIVE.error = sentence(error)
    for scene in bpy.data.scenes:
        if scene.motionclip.behind:
            scene.motionclip.behind = ""
    redraw.sidebars()
