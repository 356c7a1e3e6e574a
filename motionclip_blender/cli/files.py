"""Reads the files that expressions and requests name."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, TextIO

from ..core.errors import ExpressionError, UserError
from ..core.latents import file as latent_file
from ..core.latents.sources import Inputs, names
from ..core.latents.terms import ActionName, ImageFile, Input, SavedLatent, Source, Term
from ..core.motion import Motion
from ..core.motion_files import amass
from .request import CLIP_FILES, check_motion_file
from .scenes import SceneReading

if TYPE_CHECKING:
    import bpy

    from ..core.recipe.recipe import Recipe
    from .report import Report


def read_motion_file(path: Path, scenes: SceneReading, up: str, stderr: TextIO) -> Motion:
    """Reads a motion from an .npz file of the SMPL family, a .blend file, or a file of any person's skeleton, and
    reports on `stderr` how it was read.

    Raises `UserError`.
    up: as `amass.read` takes it.
    """
    check_motion_file(path)
    if path.suffix.lower() == ".npz":
        found = amass.read(path, up)
        if found.notes:
            print(f"{path}: {' '.join(found.notes)}", file=stderr)
        return found.motion
    if path.suffix.lower() in CLIP_FILES:
        return _read_clip(path, scenes.animation, up, stderr)
    from ..rig.blendfile import read_blend

    shown = read_blend(path, scenes.as_shown, scenes.armature)
    if shown.said:
        print(f"{path}: {' '.join(shown.said)}", file=stderr)
    return shown.motion


def _read_clip(path: Path, animation: str, up: str, stderr: TextIO) -> Motion:
    """Reads the clip of that name, or the only one. Raises `UserError`."""
    from ..core.body import Body
    from ..core.progress import no_progress
    from ..rig.interchange.import_task import Reading, read_motions

    found = read_motions([path], Body.load(), Reading(up=up.lower()), no_progress)
    names = ", ".join(f'"{one.name}"' for one in found[:5]) + (" ..." if len(found) > 5 else "")
    if animation:
        found = [one for one in found if one.name == animation]
        if not found:
            raise UserError(f'{path} has no animation "{animation}" of a person, but {names}; choose one.')
    elif len(found) > 1:
        raise UserError(f"{path} holds {len(found)} animations ({names}); choose one with --animation.")
    if found[0].note:
        print(f"{path}: {found[0].note}", file=stderr)
    return found[0].motion


def read_inputs(
    terms: tuple[Term, ...], scenes: SceneReading, up: str, report: Report, stderr: TextIO
) -> Inputs | None:
    """Reads all files that the terms name; returns None where they name none.

    Raises `ExpressionError` for one that cannot be read.
    """
    if not names(terms, Input):
        return None
    with report.stage("files"):
        return _read_inputs(terms, scenes, up, stderr)


def _read_inputs(terms: tuple[Term, ...], scenes: SceneReading, up: str, stderr: TextIO) -> Inputs:
    motions, images, latents, makers = {}, {}, {}, {}
    for term in terms:
        try:
            match term.source:
                case ActionName(name):
                    motions[name] = read_motion_file(Path(name), scenes, up, stderr)
                case ImageFile(name):
                    from ..rig.pictures import read_pixels

                    images[name] = read_pixels(Path(name))
                case SavedLatent(name):
                    latents[name] = latent_file.load(Path(name))
                    makers[name] = latent_file.maker(Path(name))
        except UserError as error:
            raise ExpressionError(term.at, str(error)) from error
    return Inputs(motions, images, latents, makers)


def in_blend(recipes: Sequence[Recipe], found: Inputs | None, armature: bpy.types.Object) -> list[Recipe]:
    """Recipes as a .blend file can follow them: motion files become Actions of `armature`, other files get whole paths.

    found: what `read_inputs` read for them; None when they name no files.
    """
    from ..core.body import Body
    from ..core.prompt import action_name
    from ..core.retarget.between_bodies import fitted
    from ..rig.target import target_of
    from ..rig.write_keys import key_motion

    if found is None:
        return list(recipes)
    there: dict[Source, Source] = {}
    joints = target_of(armature).rest_joints
    body = Body.load().fitted_to(joints)
    for name, motion in found.motions.items():
        if not isinstance(body, Body):
            motion = fitted(motion, Body.load().joints(), body)
        action = key_motion(armature, motion, action_name(Path(name).stem), assign=False)
        there[ActionName(name)] = ActionName(action.name)
    there |= {ImageFile(name): ImageFile(str(Path(name).absolute())) for name in found.images}
    there |= {SavedLatent(name): SavedLatent(str(Path(name).absolute())) for name in found.latents}
    return [recipe.renamed(there) for recipe in recipes]
