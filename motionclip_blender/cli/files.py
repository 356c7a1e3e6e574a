"""The files that expressions and questions name."""

from __future__ import annotations

from pathlib import Path

from ..core import amass, latent_file
from ..core.errors import UserError
from ..core.motion import Motion
from ..core.sources import Material
from ..core.terms import ActionName, ExpressionError, ImageFile, SavedLatent, Term
from .request import check_motion_file


def read_motion_file(path: Path) -> Motion:
    """The motion in an .npz file of AMASS's SMPL-X form, or in a .blend file. Raises `UserError`."""
    check_motion_file(path)
    if path.suffix.lower() == ".npz":
        return amass.load(path)
    from ..rig.blendfile import read_blend

    return read_blend(path)


def material(terms: tuple[Term, ...]) -> Material:
    """All files that the terms name. Raises `ExpressionError` for one that cannot be read."""
    motions, images, latents = {}, {}, {}
    for term in terms:
        try:
            match term.source:
                case ActionName(name):
                    motions[name] = read_motion_file(Path(name))
                case ImageFile(name):
                    from ..rig.pictures import read_pixels

                    images[name] = read_pixels(Path(name))
                case SavedLatent(name):
                    latents[name] = latent_file.load(Path(name))
        except UserError as error:
            raise ExpressionError(term.at, str(error)) from error
    return Material(motions, images, latents)
