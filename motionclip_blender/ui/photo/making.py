"""Makes the scene of a photo in three steps: `request` and `show` in the main thread, `make` between them in any."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import bpy
from bpy.app.translations import pgettext_rpt as _

from ...core.errors import UserError
from ..generate import generation
from ..generate.framing import View, look_through
from ..generate.recipes import SECTIONS, options
from ..session import SESSION
from ..timeline.content import content_of
from .settings import copy_settings

if TYPE_CHECKING:
    from ...core.engine import Engine
    from ...core.motion import Motion
    from ...core.progress import Progress
    from ...core.recipe.recipe import Recipe
    from ...photo.framing import Framing
    from ...photo.prepare import Prepared
    from ...photo.terms import Fit

_FOLLOW = {"AUTO": None, "ALWAYS": True, "NEVER": False}


class Request(NamedTuple):
    """What is asked for, as plain values.

    photos, person: what the scene is made from. fit: that of the scene that is there; None where one is to be made.
    recipe: of the motion, as a request to make it; or None, and `motion` is one that is there, called `title`.
    scene: the `session_uid` of the scene whose settings they are.
    """

    photos: tuple[Path, ...]
    person: int
    fit: Fit | None
    recipe: generation.Request | None
    motion: Motion | None
    title: str
    fps: float
    follow: bool | None
    scene: int


@dataclass(frozen=True, eq=False)
class Result:
    """photo: what was made of it; None where the scene is there. notes: sentences for the user."""

    photo: Prepared | None
    motion: Motion
    framed: Framing
    notes: tuple[str, ...]


def request(context: bpy.types.Context) -> Request:
    """Checks and collects everything. Raises `UserError`."""
    from ...photo.packages import needed
    from ...rig.photo.note import photo_scene
    from ...rig.timeline import scene_fps

    scene = context.scene
    asked = scene.motionclip.photo
    photos = tuple(Path(bpy.path.abspath(one.path)) for one in asked.photos if one.path)
    there = photo_scene(scene)
    if not photos and there is None:
        raise UserError("No photo was chosen; choose a .jpg or .png file.")
    same = there is not None and (not photos or (tuple(map(str, photos)), asked.person) == (there.photos, there.person))
    if not same:
        for path in photos:
            if not path.is_file():
                raise UserError(_("There is no file {}; choose one that is there.").format(path))
        for package in ("cv2", "PIL", "scipy", "mediapipe"):
            needed(package)  # before the work, in the main thread
    fit = there.fit if same and there is not None else None
    recipe, motion, title = None, None, ""
    armature = there.armature if there is not None else generation.armature_of(context)
    if asked.motion == "ACTION":
        motion, title = _of_action(asked.action, armature, scene)
    else:
        made_of = _recipe(scene)
        title = made_of.title
        recipe = generation.request(scene, None, made_of, found=_sources(scene, armature, made_of))
        if asked.motion == "TIMELINE":
            recipe = recipe._replace(natural=scene.motionclip.timeline.natural)
    return Request(photos, asked.person, fit, recipe, motion, title, scene_fps(scene), _FOLLOW[asked.follow],
                   scene.session_uid)  # fmt: skip


def _recipe(scene: bpy.types.Scene) -> Recipe:
    from ...core.recipe.plan import PromptPlan
    from ...core.recipe.recipe import Recipe

    settings, more = scene.motionclip, options(scene)
    kind = settings.photo.motion
    if kind == "TIMELINE":
        return Recipe(content_of(scene), **(more | {"frames": settings.timeline.whole}))
    if kind != "PROMPT":
        return Recipe(SECTIONS[kind.lower()](scene), **more)
    if settings.steps and not settings.straight:
        return Recipe(PromptPlan(settings.prompt, settings.guess), **more)
    recipe = Recipe.of_prompt(settings.prompt, **more)
    return recipe.straight() if settings.straight else recipe


def _sources(scene: bpy.types.Scene, armature: bpy.types.Object | None, recipe: Recipe):
    from ..generate.source_data import read_sources

    return read_sources(scene, armature, recipe.terms, recipe.as_shown)


def _of_action(
    action: bpy.types.Action | None, armature: bpy.types.Object | None, scene: bpy.types.Scene
) -> tuple[Motion, str]:
    from ...rig.read_action import read_motion
    from ...rig.timeline import scene_fps

    if action is None:
        raise UserError("No Action was chosen; choose one of this file.")
    if armature is None:
        raise UserError(_('Select the armature that "{}" moves, so that it can be read.').format(action.name))
    return read_motion(armature, action, scene_fps(scene)), action.name


def make(engine: Engine, wanted: Request, progress: Progress) -> Result:
    """Does all the work. Does not use Blender. Raises `UserError`."""
    from ...photo.acting import HOLD, acted
    from ...photo.framing import framing
    from ...photo.prepare import prepare

    photo = None
    fit = wanted.fit
    notes: tuple[str, ...] = ()
    if fit is None:
        photo = prepare(wanted.photos, engine.body, wanted.person if wanted.person > 1 else None, progress)
        fit, notes = photo.fit, photo.remarks
    body = engine.body.shaped(fit.betas)
    motion = wanted.motion
    if wanted.recipe is not None:
        asked = wanted.recipe._replace(joints=body.joints())
        if not asked.natural:  # the film begins with the photo's pose
            frames = asked.recipe.frames - round(HOLD * wanted.fps / 30)
            asked = asked._replace(recipe=asked.recipe.lasting(max(frames, 2)))
        made = generation.make(engine, asked, SESSION.known, progress)
        motion, notes = made.motion, (*notes, *made.notes)
    assert motion is not None
    motion, said = acted(engine, body, fit, body.on_floor(motion))
    return Result(photo, motion, framing(motion, body, fit.camera, wanted.follow), (*notes, *said))


def show(context: bpy.types.Context, wanted: Request, result: Result) -> bpy.types.Scene:
    """Gives the person of the scene the motion, in a new scene where there is none yet. Returns the scene.

    After a failure no new scene remains. Raises `UserError`.
    """
    from ...rig.photo.note import photo_scene
    from ...rig.photo.scene import build, perform
    from ...rig.rollback import whole_or_nothing

    before = generation.existing_scene(wanted.scene)
    if result.photo is None:
        there = photo_scene(before)
        if there is None:
            raise UserError("The scene is no longer that of a photo; animate the photo anew.")
        perform(there, result.motion, result.framed, wanted.title, before.frame_start)
        return before
    name = wanted.photos[0].stem[:40]
    window = context.window
    shown = window.scene
    try:
        with whole_or_nothing():
            scene = bpy.data.scenes.new(name)
            scene.render.fps, scene.render.fps_base = before.render.fps, before.render.fps_base
            window.scene = scene  # Blender makes bones only in the scene that is shown
            with bpy.context.temp_override(scene=scene, view_layer=scene.view_layers[0]):
                made = build(scene, result.photo, name, wanted.photos, wanted.person)
            perform(made, result.motion, result.framed, wanted.title)
            copy_settings(before.motionclip, scene.motionclip)
    except BaseException:
        window.scene = shown
        raise
    _look_through_camera(context, scene)
    return scene


def _look_through_camera(context: bpy.types.Context, scene: bpy.types.Scene) -> None:
    for area in context.window.screen.areas:
        if area.type == "VIEW_3D":
            view = area.spaces.active
            region = next(region for region in area.regions if region.type == "WINDOW")
            look_through(View(area, region, view), scene.camera, scene)
            view.overlay.show_floor = view.overlay.show_axis_x = view.overlay.show_axis_y = False
            view.shading.type, view.shading.light, view.shading.color_type = "SOLID", "FLAT", "TEXTURE"
