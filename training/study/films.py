"""Makes the films of a study. Films that are there already are kept, so that a run that was stopped goes on."""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from pathlib import Path

from motionclip_blender.core.console import quiet
from motionclip_blender.core.engine import Engine
from motionclip_blender.core.errors import UserError
from motionclip_blender.core.files import whole_path
from motionclip_blender.core.recipe.make import generate

from .pairs import Pair
from .sources import FilmSource, PackSource, Source


def make_films(pairs: Sequence[Pair], sources: dict[str, Source], frames: int, folder: Path) -> int:
    """Writes the films of all pairs into the page's `folder`, each whole or not at all. Returns how many were new.

    frames: length of those that packs make. They bear no title, because the page shows the prompt.
    Raises `UserError` for a pack that cannot be loaded, a film that cannot be read, or a folder that cannot be written.
    """
    from tqdm import tqdm

    missing = {side: [pair for pair in pairs if not (folder / pair.films[side]).is_file()] for side in sources}
    total = sum(len(of_side) for of_side in missing.values())
    with quiet() as (_, stderr), tqdm(total=total, unit="film", file=stderr, disable=None) as bar:
        for side, source in sources.items():
            if not missing[side]:
                continue
            if isinstance(source, FilmSource):
                for pair in missing[side]:
                    _copy(source.film(pair.prompt), folder / pair.films[side])
                    bar.update()
            else:
                _render(source, missing[side], side, frames, folder, bar)
    return total


def _copy(film: Path, path: Path) -> None:
    with whole_path(path) as target:
        try:
            shutil.copyfile(film, target)
        except OSError as error:
            raise UserError(f"Cannot copy {film} ({error.strerror}); make it readable, and free some space.") from error


def _render(source: PackSource, pairs: Sequence[Pair], side: str, frames: int, folder: Path, bar) -> None:
    import bpy

    from motionclip_blender.rig.armature import add_body
    from motionclip_blender.rig.film import render_film

    engine = Engine(source.folder)
    engine.load()
    bpy.ops.wm.read_factory_settings(use_empty=True)
    person = add_body(engine.body)
    for pair in pairs:
        render_film(person, generate(engine, pair.prompt, frames), folder / pair.films[side], "")
        bar.update()
