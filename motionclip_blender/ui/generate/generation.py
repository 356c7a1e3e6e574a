"""Turns a recipe into keys in three steps: `request` and `key` run in the main thread, `make` between them in any
thread."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import partial
from typing import TYPE_CHECKING, NamedTuple

import bpy
from bpy.app.translations import pgettext_rpt as _

from ...core.errors import ExpressionError, UserError
from ...core.prompt import action_name
from .source_data import SourceData, read_sources

if TYPE_CHECKING:
    import numpy as np

    from ...core.engine import Engine
    from ...core.latents.cache import LatentCache
    from ...core.latents.terms import Source
    from ...core.progress import Progress
    from ...core.recipe.make import Made
    from ...core.recipe.recipe import Recipe


class Request(NamedTuple):
    """A request for a motion, as plain values.

    It holds no Blender data, so that undo, deleting and loading files are safe while the worker runs.
    scene, armature: the `session_uid`s of the scene and of the object; the latter is 0 for a body that will be added.
    fps: the scene's rate.
    action: the `session_uid` of the armature's Action whose keys are replaced; 0 for a new Action.
    found: the data of the sources that the recipe names.
    joints: (55, 3) the armature's joints at rest, see `Bones.rest_joints`; None for a new body.
    natural: whether the motion is as long as its steps or segments take, instead of the recipe's length.
    """

    recipe: Recipe
    start_frame: int
    scene: int
    fps: float
    armature: int
    action: int = 0
    found: SourceData = SourceData()
    joints: np.ndarray | None = None
    natural: bool = False

    def made_into(self, made: Made) -> Recipe:
        """Returns the recipe at the length of the motion that was made."""
        return self.recipe.lasting(len(made.motion)) if self.natural else self.recipe


def armature_of(context: bpy.types.Context) -> bpy.types.Object | None:
    """Returns the armature to work on: the active one, that of the active mesh, or the only visible character."""
    return _worked_on(context.active_object, context.view_layer)


def _worked_on(active: bpy.types.Object | None, layer: bpy.types.ViewLayer) -> bpy.types.Object | None:
    found = active.find_armature() if active is not None and active.type == "MESH" else active
    if found is not None and found.type == "ARMATURE":
        return found
    there = characters(layer)
    return there[0] if len(there) == 1 else None


_MOST_RIGS = 8  # files with more visible armatures are looked through for SMPL-X's only, because panels ask often


def characters(layer: bpy.types.ViewLayer) -> list[bpy.types.Object]:
    """Returns the armatures that are visible in a view layer and that motions fit. Fast in a file that has none."""
    if not len(bpy.data.armatures):
        return []
    from ...rig.target import is_target

    seen = [one for one in layer.objects if one.type == "ARMATURE" and one.visible_get(view_layer=layer)]
    if len(seen) > _MOST_RIGS:
        seen = [one for one in seen if "pelvis" in one.data.bones]
    return [one for one in seen if is_target(one)]


def armature_in(scene: bpy.types.Scene) -> bpy.types.Object | None:
    """Returns the armature that is active in a scene; in a scene other than the context's, that of its first view
    layer."""
    if scene == bpy.context.scene:
        return armature_of(bpy.context)
    layer = scene.view_layers[0]
    return _worked_on(layer.objects.active, layer)


def action_of(armature: bpy.types.Object | None) -> bpy.types.Action | None:
    """Returns the armature's Action."""
    data = armature.animation_data if armature is not None else None
    return data.action if data is not None else None


def made_here(context: bpy.types.Context) -> tuple[bpy.types.Action, Recipe]:
    """Returns the active armature's Action and its recipe. Raises `UserError` if there is no Action or no recipe."""
    from ...rig.action_metadata import recipe_of
    from ...rig.shown import playing_strips
    from ...rig.target import target_of

    armature = target_of(armature_of(context)).armature
    action = action_of(armature)
    if action is None and armature.animation_data is not None and playing_strips(armature.animation_data):
        raise UserError(_('Strips move "{}"; assign the Action of one of them first.').format(armature.name))
    if action is None:
        raise UserError(_('"{}" has no Action; assign or generate one first.').format(armature.name))
    recipe = recipe_of(action)
    if recipe is None:
        raise UserError(_('The Action "{}" was not made here, so it cannot be run again.').format(action.name))
    return action, recipe


def request(
    scene: bpy.types.Scene,
    armature: bpy.types.Object | None,
    recipe: Recipe,
    start_frame: int = 1,
    action: bpy.types.Action | None = None,
    found: SourceData | None = None,
) -> Request:
    """Checks everything that can be checked before the work, and gathers what the recipe names. Raises `UserError`.

    armature: None for a body that is added when the motion is there. action: the armature's, to be keyed anew from its
    own first frame on; by default the motion becomes a new one. found: what was gathered before.
    """
    from ...rig.target import target_of
    from ...rig.timeline import scene_fps
    from ...rig.write_keys import check_span

    joints = None
    if armature is not None:
        bones = target_of(armature)
        bones.check_keyable()
        joints = bones.rest_joints
        if not action and bones_asked(scene, armature) is not None and recipe.loop:
            raise UserError(_("A loop repeats all bones without end; key all bones, or turn Loop off."))
    check_span(start_frame, start_frame + recipe.frames - 1)
    if found is None:
        with _places_of(recipe):
            found = read_sources(scene, armature, recipe.terms, recipe.as_shown)
    uid = action.session_uid if action is not None else 0
    uid_of = armature.session_uid if armature is not None else 0
    return Request(recipe, start_frame, scene.session_uid, scene_fps(scene), uid_of, uid, found, joints)


def make(engine: Engine, wanted: Request, known: LatentCache, progress: Progress | None = None) -> Made:
    """Makes the motion, exactly as long as requested at the scene's rate. Does not use Blender."""
    from ...core.recipe.make import make as made_of

    if wanted.natural:
        engine.load(progress)
        latents = latents_of(engine, wanted, known, progress)
        return decoded(engine, wanted, latents)
    body = engine.body.fitted_to(wanted.joints)
    found = partial(latents_of, engine, wanted, known)
    made = made_of(engine, wanted.recipe, wanted.fps, progress=progress, latents_of=found, body=body)
    return made.noting(other_packs(engine, wanted))


def decoded(engine: Engine, wanted: Request, latents: Mapping[Source, np.ndarray]) -> Made:
    """Makes the motion from the latents of its sources, the fast part of `make`. Does not use Blender."""
    from ...core.recipe.make import as_long_as_it_takes
    from ...core.recipe.make import decoded as decoded_of

    recipe = wanted.recipe
    if wanted.natural:
        recipe = as_long_as_it_takes(engine, recipe, latents, wanted.fps)
    made = decoded_of(engine, recipe, latents, wanted.fps, engine.body.fitted_to(wanted.joints))
    return made.noting(other_packs(engine, wanted))


def other_packs(engine: Engine, wanted: Request) -> tuple[str, ...]:
    """Returns a sentence for each saved latent of the recipe that another pack made."""
    from ...core.latents.sources import of_other_packs

    return of_other_packs(engine, wanted.recipe.terms, wanted.found.makers)


def latents_of(engine: Engine, wanted: Request, known: LatentCache, progress: Progress | None = None) -> dict:
    """Computes the latents of the recipe's sources, the slow part of `make`. Does not use Blender."""
    with _places_of(wanted.recipe):
        return known.of(engine, wanted.recipe.terms, wanted.found, wanted.recipe.pooling, progress)


def key(wanted: Request, made: Made) -> bpy.types.Action:
    """Keys the motion on the armature, as a new Action or over the keys of the requested one, and returns the Action.

    Raises `UserError` when the armature was deleted or cannot be keyed, and when it has another Action meanwhile.
    """
    from ...rig.action_metadata import key_made, recipe_of, rekey_made

    armature, recipe = armature_for(wanted), wanted.made_into(made)
    if not wanted.action:
        bones = bones_asked(scene_of(wanted), armature)
        action = key_made(armature, recipe, made, recipe.title, wanted.start_frame, rate=wanted.fps, bones=bones)
        reduce_if_asked(scene_of(wanted), armature, action, bones)
        return action
    action = action_of(armature)
    if action is None or action.session_uid != wanted.action:
        raise UserError("The armature got another Action while the motion was made; nothing was changed.")
    before = recipe_of(action)
    rekey_made(armature, recipe, made, wanted.fps)
    # named after what it is made from, unless the user has named it otherwise
    if before is not None and before.title != recipe.title and action.name == action_name(before.title):
        action.name = action_name(recipe.title)
    return action


def bones_asked(scene: bpy.types.Scene, armature: bpy.types.Object) -> set[str] | None:
    """Returns the bones that the scene's settings have keyed; None for all. Raises `UserError` if there are none."""
    from ...rig.keyed_bones import chosen_bones

    return chosen_bones(armature, scene.motionclip.keyed_bones)


def reduce_if_asked(
    scene: bpy.types.Scene, armature: bpy.types.Object, action: bpy.types.Action, bones: set[str] | None = None
) -> None:
    """Reduces the keys of a new Action, or of some bones in it, if the scene's settings ask for it."""
    settings = scene.motionclip
    if settings.reduce_keys:
        from ...core.key_reduction import Bound
        from ...rig.reduce_keys import reduce_keys

        reduce_keys(armature, action, Bound(settings.reduce_degrees, settings.reduce_millimetres), bones)


def key_row(
    wanted: Request, recipes: Sequence[Recipe], motions: Sequence[Made], as_strips: bool
) -> list[bpy.types.Action]:
    """Keys several motions, each as a new Action that is named with its factor.

    Raises `UserError` when the armature was deleted or cannot be keyed; then leaves nothing behind.
    as_strips: whether the armature's NLA stack plays them one after the other; otherwise the armature keeps its Action.
    """
    from ...core.recipe.make import blend_of
    from ...rig.action_metadata import key_made
    from ...rig.nla import in_row
    from ...rig.target import target_of

    armature, actions = armature_for(wanted), []
    try:
        for recipe, made in zip(recipes, motions, strict=True):
            name = f"{blend_of(recipe).factor:.2f} {recipe.title}"
            actions.append(key_made(armature, recipe, made, name, wanted.start_frame, assign=False, rate=wanted.fps))
            reduce_if_asked(scene_of(wanted), armature, actions[-1])
        if as_strips:
            in_row(armature, actions, wanted.start_frame, wanted.recipe.title)
            target_of(armature).prepare()
    except BaseException:
        bpy.data.batch_remove(actions)
        raise
    return actions


def remarks(wanted: Request) -> list[str]:
    """Returns what the user should know about the keyed motion: why it may look different in Blender, and what was left
    out."""
    from ...rig.remarks import put_to_rest, why_still

    armature = armature_for(wanted)
    new = [] if wanted.action else put_to_rest(armature)
    return [*new, *why_still(armature), *wanted.found.said]


def scene_of(wanted: Request) -> bpy.types.Scene:
    """Returns the scene of a request, whichever is shown now. Raises `UserError` when it was deleted."""
    return existing_scene(wanted.scene)


def existing_scene(uid: int) -> bpy.types.Scene:
    """Returns the scene with a `session_uid`. Raises `UserError` when it was deleted."""
    scene = next((one for one in bpy.data.scenes if one.session_uid == uid), None)
    if scene is None:
        raise UserError("The scene was deleted while the motion was made; nothing was changed.")
    return scene


def armature_for(wanted: Request) -> bpy.types.Object:
    """Raises `UserError` when it is gone."""
    armature = next((found for found in bpy.data.objects if found.session_uid == wanted.armature), None)
    if armature is None or not armature.users_scene:
        raise UserError("The armature was deleted while the motion was made; nothing was changed.")
    return armature


@contextmanager
def _places_of(recipe: Recipe) -> Iterator[None]:
    """Errors name the character of an expression only where the user has typed one, with several terms."""
    try:
        yield
    except ExpressionError as error:
        if recipe.content.typed:
            raise
        raise UserError(error.sentence) from error
