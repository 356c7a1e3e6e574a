"""Dresses a body in what photos show of a person."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from ..core.body import Body
from ..core.progress import Progress, no_progress
from .atlas import lay_out
from .fill import Filling
from .offsets import moved_to_outline
from .packages import needed
from .paint import Places, merged, project_photo
from .raster import corner_mean
from .see import Seen
from .skin import Skin
from .surface import Surface
from .terms import Dressed, Fit

_SIZES = (1024, 2048)
_LARGE = 800  # pixels of the person's height from which the larger texture is worth its time


def dress(
    pictures: Sequence[np.ndarray],
    seens: Sequence[Seen],
    fits: Sequence[Fit],
    body: Body,
    progress: Progress | None = None,
) -> Dressed:
    """Makes texture and shape of the clothed person from one or several photos.

    pictures: (H, W, 3) uint8 each, with what was seen in each, and its fit. Raises what `progress` raises.
    """
    progress = progress or no_progress
    stage = "Dressing the body"
    progress(stage, 0.0)
    surface, skins = Surface(body), [Skin(body, fit) for fit in fits]
    offsets = moved_to_outline(skins, seens, surface)
    progress(stage, 0.25)
    tallest = max(int((seen.mask > 0.5).any(axis=1).sum()) for seen in seens)
    size = _SIZES[tallest >= _LARGE]
    atlas, outwards = lay_out(body)
    raster = atlas.texels(size, outwards)
    of_face = raster.face[raster.covered]
    places = Places(raster, atlas.part[of_face], corner_mean(atlas.flat[of_face], raster.shares[raster.covered]))
    progress(stage, 0.45)
    paints = [
        project_photo(picture, seen, skin, skin.vertices(offsets), places)
        for picture, seen, skin in zip(pictures, seens, skins, strict=True)
    ]
    progress(stage, 0.7)
    colours = Filling(body, atlas, places, surface).complete(merged(paints))
    texture = np.zeros((size, size, 3), np.float32)
    texture[raster.covered] = colours
    nearest = needed("scipy.ndimage").distance_transform_edt(
        ~raster.covered, return_distances=False, return_indices=True
    )
    texture = texture[tuple(nearest)]  # colours run on beyond the charts' edges, for filtering
    progress(stage, 1.0)
    return Dressed(offsets, atlas.uv.astype(np.float32), (texture * 255).round().astype(np.uint8))
