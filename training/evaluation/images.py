"""Embeds rendered frames of the test spans, from the shards of `render_pipeline`."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from motionclip_blender.core.errors import UserError

from ..image_tower.frames import pixels_of, rendered_frames
from .items import Item
from .model import Model


def of_spans(model: Model, folder: Path, items: Sequence[Item], most: int) -> tuple[np.ndarray, np.ndarray]:
    """Returns embeddings (m, latent) of frames of `items`, and (m, n) which of the items each frame shows.

    most: largest number of frames of an item. Raises `UserError` when the folder is missing, holds no shards, a shard
    is damaged, or no frame shows any of the items.
    """
    if not os.path.isdir(folder):
        raise UserError(f"There is no folder {folder}; choose one that `python -m render_pipeline` made.")
    by_clip: dict[str, list[int]] = {}
    for i, item in enumerate(items):
        by_clip.setdefault(item.clip, []).append(i)
    counts: Counter[int] = Counter()
    embeddings, shows = [], []
    for told, image in rendered_frames(folder, by_clip.keys()):
        seconds = told["frame"] / told.get("fps", 30.0)
        shown = [i for i in by_clip[told["motion"]] if items[i].start <= seconds < items[i].end]
        if not shown or all(counts[i] >= most for i in shown):
            continue
        counts.update(shown)
        embeddings.append(model.image(pixels_of(image, folder)))
        shows.append(np.isin(np.arange(len(items)), shown))
    if not embeddings:
        raise UserError(f"No frame in {folder} shows a clip that is tested; render frames of the held-out clips too.")
    return np.stack(embeddings), np.stack(shows)
