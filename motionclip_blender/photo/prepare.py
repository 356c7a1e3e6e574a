"""Makes all of a photo that does not depend on the motion: from files to a dressed body before an empty background."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from ..core.body import Body
from ..core.errors import UserError
from ..core.progress import Progress, no_progress
from .acting import opening
from .background import Background, without_person
from .camera import scaled
from .framing import film_size
from .light import Light, guess_light
from .packages import needed
from .terms import Dressed, Fit

PICTURES = (".png", ".jpg", ".jpeg", ".webp", ".bmp", ".tif", ".tiff", ".heic", ".heif", ".avif", ".gif")
"""Endings by which a file is taken for a photo."""

Stage = Callable[[str], AbstractContextManager]


@dataclass(frozen=True, eq=False)
class Prepared:
    """A photo that is ready to be set in motion, at the size of the film.

    picture: (H, W, 3) uint8, the first photo. mask: (H, W) 0..1. fit: its person; the camera is at the film's size.
    body: in the person's shape. remarks: sentences for the user.
    """

    picture: np.ndarray
    mask: np.ndarray
    fit: Fit
    body: Body
    dressed: Dressed
    background: Background
    light: Light
    remarks: tuple[str, ...]


def prepare(
    photos: Sequence[Path],
    body: Body,
    person: int | None = None,
    progress: Progress | None = None,
    stage: Stage = lambda name: nullcontext(),
) -> Prepared:
    """Reads photos of one person, at least one, fits and dresses the body, and takes the person out of the first.

    person: which person of the first photo, counted from 1 by size; by default the largest. stage: wraps each
    stage by its name, to measure it. Raises `UserError` for photos that cannot be read or show nobody, and for packages
    that are missing, and what `progress` raises.
    """
    from .dress import dress
    from .fit import fit
    from .read import focal_of, read_photo
    from .see import see

    step = progress or no_progress
    if not photos:
        raise UserError("No photo was chosen; choose a .jpg or .png file.")
    pictures, seens, fits, remarks = [], [], [], []
    for number, path in enumerate(photos):
        said = f"{path}: " if len(photos) > 1 else ""
        with _named(said):
            with stage("read"):
                step("Reading the photo", 0.0)
                pictures.append(read_photo(path))
            with stage("see"):
                step("Looking for the person", 0.05)
                seens.append(see(pictures[-1], person if number == 0 else None))
            with stage("fit"):
                lens = focal_of(path, pictures[-1])
                fits.append(fit(seens[-1], body, _part(step, 0.1, 0.4), lens))
        remarks += [f"{said}{remark}" for remark in seens[-1].remarks]
    with stage("dress"):
        dressed = dress(pictures, seens, fits, body, _part(step, 0.4, 0.7))
    with stage("background"):
        return _framed(pictures[0], seens[0].mask, fits[0], body, dressed, tuple(remarks), _part(step, 0.7, 1.0))


def _framed(
    photo: np.ndarray,
    mask: np.ndarray,
    fit: Fit,
    body: Body,
    dressed: Dressed,
    remarks: tuple[str, ...],
    step: Progress,
) -> Prepared:
    """Brings everything to the film's size, and takes the person out."""
    cv2 = needed("cv2")
    height, width, _ = photo.shape
    size = film_size(width, height)
    if size != (width, height):
        photo, mask = (cv2.resize(each, size, interpolation=cv2.INTER_AREA) for each in (photo, mask))
    camera = scaled(fit.camera, *size)
    fit = replace(fit, camera=camera)
    shaped = body.shaped(fit.betas)
    points = shaped.posed_vertices(opening(fit, 30.0))[0].astype(np.float64)
    ground = np.array((points[:, 0].mean(), 0.0, points[:, 2].mean()))
    background = without_person(photo, mask, camera, ground, step)
    light = guess_light(photo, mask, camera, points, body.faces, background)
    return Prepared(photo, mask, fit, shaped, dressed, background, light, remarks)


def _part(step: Progress, start: float, end: float) -> Progress:
    return lambda stage, fraction: step(stage, start + (end - start) * fraction)


class _named:
    """Puts the photo's name before the sentence of an error, where there are several photos."""

    def __init__(self, said: str) -> None:
        self._said = said

    def __enter__(self) -> None:
        return None

    def __exit__(self, kind: object, error: BaseException | None, trace: object) -> None:
        if self._said and isinstance(error, UserError) and not str(error).startswith(self._said.rstrip(": ")):
            raise UserError(f"{self._said}{error}") from error
