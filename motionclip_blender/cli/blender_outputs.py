"""Writes what needs Blender, of the motions that one request made: .blend files, films, contact sheets, and files for
other programs."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
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
from .report import Report

if TYPE_CHECKING:
    import bpy


def write(
    body: Body,
    recipes: Sequence[Recipe],
    made: Sequence[Made],
    title: str,
    files: Mapping[str, Sequence[Path]],
    found: Inputs | None,
    report: Report,
    bar: Callable[[], AbstractContextManager[Progress]],
    engine: str = "",
    root: str = "",
    reduce_keys: float | None = None,
) -> None:
    """Writes `files`: by "blend", "video", "sheet" and the kinds of `core.engines` those of each kind; as many as
    motions where each holds one.

    Clears Blender's data first. recipes, made: of one motion, of the stops of a blend, or of variations. found: what
    was read for the recipes. bar: makes a progress bar. engine, root: as `rig.interchange.export.Wish` takes
    them. reduce_keys: the bound in degrees for the keys of a .blend file; None for a key on every frame.
    """
    with report.stage("blender"):
        from ..rig import film
        from ..rig.armature import add_body
        from ..rig.blendfile import empty_scene, save_blend
        from ..rig.interchange.export import Wish, write_file

    motions, titles = [one.motion for one in made], [title]
    if len(made) > 1:
        titles = [f"{title} {recipe.content.mark}" for recipe in recipes]
    for kind in FILE_KINDS:
        if kind in files:
            with report.stage(kind):
                for motion, one, path in zip(motions, titles, files[kind], strict=True):
                    write_file(body, motion, one, path, Wish(kind, engine, root))
    if not {"blend", "video", "sheet"} & files.keys():
        return
    scene = empty_scene(motions[0])
    with report.stage("body"):
        armature = add_body(body)
    with report.stage("keys"):
        _key(armature, recipes, made, titles, found, reduce_keys)
        scene.frame_end = sum(recipe.frames for recipe in recipes)
    if "blend" in files:
        with report.stage("save"):
            save_blend(scene, armature, files["blend"][0])
    if "video" in files:
        with report.stage("video"), bar() as step:
            for motion, one, path in zip(motions, titles, files["video"], strict=True):
                film.render_film(armature, motion, path, one, step)
    if "sheet" in files:
        with report.stage("sheet"), bar() as step:
            if len(made) > 1:
                rows = list(zip(titles, motions, strict=True))
                film.render_rows(armature, rows, files["sheet"][0], progress=step)
            else:
                film.render_sheet(armature, motions[0], files["sheet"][0], title, progress=step)


def _key(
    armature: bpy.types.Object,
    recipes: Sequence[Recipe],
    made: Sequence[Made],
    titles: Sequence[str],
    found: Inputs | None,
    reduced: float | None,
) -> None:
    """Keys an Action for each motion; several lie one behind the other on an NLA track."""
    from ..rig.action_metadata import key_made
    from ..rig.nla import add_strip
    from ..rig.reduce_keys import reduce_keys

    followed = in_blend(recipes, found, armature)
    for i, (recipe, one, title) in enumerate(zip(followed, made, titles, strict=True)):
        action = key_made(armature, recipe, one, title)
        if reduced is not None:
            reduce_keys(armature, action, Bound(reduced))
        if len(made) > 1:
            armature.animation_data.action = None
            add_strip(armature, action, 1 + i * recipe.frames)
