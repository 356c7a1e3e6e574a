"""Reads embeddings of rendered frames of AMASS's recordings, for equation 3."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from motionclip_blender.core.errors import UserError

from ..data.amass.files import FPS
from ..data.amass.shards import Shards
from .crops import Crop
from .rendered_images import RenderedImages, chosen_image, likeness


class CropImages:
    """Reads embeddings of frames from a file as `Frames` does.

    Its "clips" are recordings' paths without ending, its "frames" are counted in AMASS's file, at the file's own rate,
    as `render_pipeline` writes them for AMASS's folder.
    """

    def __init__(self, paths: Path | Sequence[Path], shards: Shards, views_as_one: bool = False) -> None:
        """Reads one file or several. views_as_one: see `RenderedImages.with_views_as_one`.

        Raises `UserError` for a file that is none, or files that show no recording of these shards.
        """
        images = RenderedImages.load(paths)
        images = images.with_views_as_one() if views_as_one else images
        clips, numbers, self._embeddings = images.clips, images.numbers, images.embeddings[0]
        self._shards = shards
        order = np.lexsort((numbers, clips))
        self._rows: dict[str, tuple[list[int], list[int]]] = {}
        for row in order:
            frames, rows = self._rows.setdefault(str(clips[row]), ([], []))
            frames.append(int(numbers[row]))
            rows.append(int(row))
        if self._rows.keys().isdisjoint(_name(origin.path) for origin in shards.origins):
            path = paths if isinstance(paths, Path) else paths[0]
            raise UserError(f"{path} shows no recording of {shards.folder}; render the motions that it was made of.")

    def of(
        self, crops: Sequence[Crop], random: np.random.Generator, texts: np.ndarray | None = None, count: int = 1
    ) -> tuple[np.ndarray, np.ndarray]:
        """Returns an image (n, 512) of each crop, and (n,) whether there is one.

        texts: (n, 512), to take the frames that are most like the crop's text; without them random ones are drawn.
        count: of how many frames, at most, an image is the mean.
        The frames are of the crop itself. The released code takes one of the window that the crop is cut from.
        """
        picked, seen = [], []
        for k, crop in enumerate(crops):
            rows = self._within(crop)
            seen.append(bool(rows))
            frames = self._embeddings[rows]
            worth = None if texts is None or not rows else likeness(frames, texts[k])
            picked.append(chosen_image(frames, random, worth, count) if rows else self._embeddings[0])
        return np.stack(picked).astype(np.float32), np.array(seen)

    def _within(self, crop: Crop) -> list[int]:
        window = self._shards.windows[crop.window]
        origin = self._shards.origins[crop.window]
        frames, rows = self._rows.get(_name(origin.path), ([], []))
        start, stop, rate = window.start + crop.start, window.start + crop.stop, origin.source_fps / FPS
        if self._shards.legacy:
            start, stop, rate = window.start, window.stop, round(rate)
        return rows[bisect_left(frames, start * rate) : bisect_right(frames, (stop - 1) * rate)]


def _name(path: str) -> str:
    return path[: -len(".npz")] if path.lower().endswith(".npz") else path
