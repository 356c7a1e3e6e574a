"""Reads rendered frames from the shards of `render_pipeline`."""

from __future__ import annotations

import io
import tarfile
from collections.abc import Container, Iterator
from pathlib import Path

import numpy as np

from motionclip_blender.core.errors import UserError
from motionclip_blender.core.json_text import parsed_json

_IMAGES = (".png", ".jpg", ".jpeg", ".webp")


def rendered_frames(folder: Path, clips: Container[str] | None = None) -> Iterator[tuple[dict, bytes]]:
    """Yields the JSON and the image's bytes of every frame, or of those of `clips`, in the order of the shards.

    Raises `UserError` when the folder holds no shards, or one is damaged.
    """
    shards = sorted(folder.glob("*.tar"))
    if not shards:
        raise UserError(f"{folder} holds no shards (.tar files); choose what `python -m render_pipeline` made.")
    for shard in shards:
        try:
            with tarfile.open(shard) as tar:
                # the files of a sample follow each other (WebDataset), and render_pipeline puts the image first
                image: tuple[str, tarfile.TarInfo] | None = None
                for entry in tar:
                    key, dot, ending = entry.name.partition(".")
                    if dot + ending in _IMAGES:
                        image = key, entry
                    elif ending == "json" and image and image[0] == key:
                        told = parsed_json(tar.extractfile(entry).read())
                        if (clips is None or told["motion"] in clips) and isinstance(told["frame"], int):
                            yield told, tar.extractfile(image[1]).read()
        except (OSError, tarfile.TarError, ValueError, KeyError, TypeError) as error:
            raise UserError(f"{shard} is no shard of rendered frames, or damaged; render it again.") from error


def pixels_of(image: bytes, folder: Path) -> np.ndarray:
    """Decodes an image to pixels (H, W, 3) uint8. Raises `UserError` when it cannot be read."""
    from PIL import Image

    try:
        return np.asarray(Image.open(io.BytesIO(image)).convert("RGB"))
    except OSError as error:
        raise UserError(f"A picture in {folder} cannot be read; render it again.") from error
