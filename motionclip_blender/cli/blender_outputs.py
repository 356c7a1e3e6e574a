"""Writes what needs Blender, of the motions that one request made: .blend files, films, contact sheets, and files for
other programs."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from ..core.body import Body
from ..core.engines import FILE_KINDS
from ..core.key_reduction import Bound
from ..core.latents.sources import Inputs
from ..core.progress import Progress
from ..core.recipe.make import Made
from ..core.recipe.recipe import Recipe
from .files import in_blend
from .form import Form
from .report import Report

if TYPE_CHECKING:
    import bpy


@dataclass(frozen=True)
class _Motions:
    """What is to be keyed. titles: of each motion. found: what was read for the recipes."""

    recipes: Sequence[Recipe]
    made: Sequence[Made]
    titles: Sequence[str]
    found: Inputs | None


def write(
    body: Body,
    recipes: Sequence[Recipe],
    made: Sequence[Made],
    title: str,
    files: Mapping[str, Sequence[Path]],
    found: Inputs | None,
    report: Report,
    bar: Callable[[], AbstractContextManager[Progress]],
    form: Form,
) -> list[str]:
    """Writes `files`: by "blend", "video", "sheet" and the kinds of `core.engines` those of each kind; as many as
    motions where each holds one.

    Clears Blender's data first. recipes, made: of one motion, of the stops of a blend, or of variations. found: what
    was read for the recipes. bar: makes a progress bar. Returns sentences for the user about the character.
    """
    with report.stage("blender"):
        from ..rig.armature import add_body
        from ..rig.blendfile import empty_scene, save_blend
        from ..rig.interchange.export import Wish, write_file
        from ..rig.user_rig import open_rig, save_scene

    motions, titles = [one.motion for one in made], [title]
    if len(made) > 1:
        titles = [f"{title} {recipe.content.mark}" for recipe in recipes]
    for kind in FILE_KINDS:
        if kind in files:
            with report.stage(kind):
                for motion, one, path in zip(motions, titles, files[kind], strict=True):
                    wish = Wish(kind, form.engine, form.root)
                    if form.rig is None:
                        write_file(body, motion, one, path, wish)
                    else:
                        _write_rig(open_rig(*form.rig), motion, one, path, wish)
    if not {"blend", "video", "sheet"} & files.keys():
        return []
    what = _Motions(recipes, made, titles, found)
    if form.rig is not None:
        with report.stage("body"):
            armature = open_rig(*form.rig)
        _pictures(armature, what, title, files, report, bar)  # before the keys, of which the person needs none
        if "blend" not in files:
            return []
        with report.stage("keys"):
            last, said = _key_rig(armature, what, form.reduce_keys)
        with report.stage("save"):
            save_scene(armature, last, files["blend"][0])
        return said
    scene = empty_scene(motions[0])
    with report.stage("body"):
        armature = add_body(body)
    with report.stage("keys"):
        _key(armature, what, form.reduce_keys, 1)
        scene.frame_end = sum(recipe.frames for recipe in recipes)
    if "blend" in files:
        with report.stage("save"):
            save_blend(scene, armature, files["blend"][0])
    _pictures(armature, what, title, files, report, bar)
    return []


def _pictures(
    armature: bpy.types.Object,
    what: _Motions,
    title: str,
    files: Mapping[str, Sequence[Path]],
    report: Report,
    bar: Callable[[], AbstractContextManager[Progress]],
) -> None:
    """Writes films and contact sheets."""
    from ..rig import film

    motions = [one.motion for one in what.made]
    if "video" in files:
        with report.stage("video"), bar() as step:
            for motion, one, path in zip(motions, what.titles, files["video"], strict=True):
                film.render_film(armature, motion, path, one, step)
    if "sheet" in files:
        with report.stage("sheet"), bar() as step:
            if len(motions) > 1:
                rows = list(zip(what.titles, motions, strict=True))
                film.render_rows(armature, rows, files["sheet"][0], progress=step)
            else:
                film.render_sheet(armature, motions[0], files["sheet"][0], title, progress=step)


def _write_rig(armature: bpy.types.Object, motion, name: str, path: Path, wish) -> None:
    """Writes a file for another program of the user's character, from the first frame of its scene on."""
    from ..rig.interchange.export import export
    from ..rig.timeline import scene_of
    from ..rig.write_keys import key_motion

    scene = scene_of(armature)
    start = scene.frame_start
    key_motion(armature, motion, name, start)
    if armature.animation_data is not None:
        armature.animation_data.use_nla = False  # the file holds this motion alone
    export(scene, armature, range(start, start + len(motion)), path, wish, name)


def _key_rig(armature: bpy.types.Object, what: _Motions, reduced: float | None) -> tuple[float, list[str]]:
    """Keys the motions on the user's character, from the first frame of its scene on. Returns the last frame, and
    sentences for the user."""
    from ..rig.remarks import put_to_rest, why_still
    from ..rig.timeline import scene_of

    start = scene_of(armature).frame_start
    _key(armature, what, reduced, start)
    last = start + sum(recipe.frames for recipe in what.recipes) - 1
    return last, [*put_to_rest(armature), *why_still(armature)]


def _key(armature: bpy.types.Object, what: _Motions, reduced: float | None, start: int) -> None:
    """Keys an Action for each motion; several lie one behind the other on an NLA track of their own."""
    from ..rig.action_metadata import key_made
    from ..rig.nla import add_strip
    from ..rig.reduce_keys import reduce_keys

    track = None
    for i, (recipe, one, title) in enumerate(
        zip(in_blend(what.recipes, what.found, armature), what.made, what.titles, strict=True)
    ):
        action = key_made(armature, recipe, one, title, start)
        if reduced is not None:
            reduce_keys(armature, action, Bound(reduced))
        if len(what.made) > 1:
            armature.animation_data.action = None
            if track is None:
                track = armature.animation_data.nla_tracks.new()
                track.name = action.name
            add_strip(armature, action, start + i * recipe.frames, track)
