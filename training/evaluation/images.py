"""Rendered frames of the test spans, from the shards of `render_pipeline`."""

from __future__ import annotations

import io
import json
import tarfile
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np

from motionclip_blender.core.errors import UserError

from .items import Item
from .model import Model

_IMAGES = (".png", ".jpg", ".jpeg", ".webp")


def of_spans(model: Model, folder: Path, items: Sequence[Item], most: int) -> tuple[np.ndarray, np.ndarray]:
    """(m, latent) embeddings of frames of `items`, and (m, n) which of the items each frame shows.

    most: frames of an item at most. Raises `UserError` when the folder is missing, holds no shards, a shard is
    damaged, or none of its frames shows one of the items.
    """
    if not folder.is_dir():
        raise UserError(f"There is no folder {folder}; choose one that `python -m render_pipeline` made.")
    by_clip: dict[str, list[int]] = {}
    for i, item in enumerate(items):
        by_clip.setdefault(item.clip, []).append(i)
    counts: Counter[int] = Counter()
    embeddings, shows = [], []
    for told, image in _frames(folder, by_clip.keys()):
        seconds = told["frame"] / told.get("fps", 30.0)
        shown = [i for i in by_clip[told["motion"]] if items[i].start <= seconds < items[i].end]
        if not shown or all(counts[i] >= most for i in shown):
            continue
        counts.update(shown)
        embeddings.append(model.image(_pixels(image, folder)))
        shows.append(np.isin(np.arange(len(items)), shown))
    if not embeddings:
        raise UserError(f"No frame in {folder} shows a clip that is tested; render frames of the held-out clips too.")
    return np.stack(embeddings), np.stack(shows)


def _frames(folder: Path, clips: set[str]) -> Iterator[tuple[dict, bytes]]:
    """What the JSON says and the image's bytes, of every frame of `clips`, in the order of the shards."""
    shards = sorted(folder.glob("*.tar"))
    if not shards:
        raise UserError(f"{folder} holds no shards (.tar files); choose what `python -m render_pipeline` made.")
    for shard in shards:
        try:
            with tarfile.open(shard) as tar:
                # WebDataset's order: the files of a sample follow each other, and its image comes first here
                image: tuple[str, tarfile.TarInfo] | None = None
                for entry in tar:
                    key, dot, ending = entry.name.partition(".")
                    if dot + ending in _IMAGES:
                        image = key, entry
                    elif ending == "json" and image and image[0] == key:
                        told = json.load(tar.extractfile(entry))
                        if told["motion"] in clips and isinstance(told["frame"], int):
                            yield told, tar.extractfile(image[1]).read()
        except (OSError, tarfile.TarError, ValueError, KeyError, TypeError) as error:
            raise UserError(f"{shard} is no shard of rendered frames, or damaged; render it again.") from error


def _pixels(image: bytes, folder: Path) -> np.ndarray:
    """(H, W, 3) uint8."""
    from PIL import Image

    try:
        return np.asarray(Image.open(io.BytesIO(image)).convert("RGB"))
    except OSError as error:
        raise UserError(f"A picture in {folder} cannot be read; render it again.") from error
