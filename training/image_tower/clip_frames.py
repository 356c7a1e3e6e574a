"""Embeds rendered frames by CLIP's own image tower, for equation 3."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import torch

from motionclip_blender.core.clip_weights import ClipSource, clip_file
from motionclip_blender.core.errors import UserError
from motionclip_blender.core.files import write_whole
from motionclip_blender.core.model.clip_towers import ClipImageTower

from .frames import pixels_of, rendered_frames

MODEL = "ViT-B-32-quickgelu"
_BATCH = 64


def embed_by_clip(frames: Path, out: Path, weights: Path | None, model: str = MODEL) -> int:
    """Writes the embeddings of all frames in a folder of `render_pipeline`'s, and returns how many there are.

    weights: CLIP's file; by default the one in the cache. Frames are read one by one, as they come. Raises `UserError`
    for frames or weights that are missing or damaged.
    """
    path = clip_file(model, "openai", ClipSource(weights), lambda *_: None)
    tower = ClipImageTower(path, model).to("cuda" if torch.cuda.is_available() else "cpu")
    clips, numbers, embeddings, mirrored = [], [], [], []
    batch: list[np.ndarray] = []

    def take() -> None:
        embeddings.append(tower.embed(batch).astype(np.float16))
        mirrored.append(tower.embed([image[:, ::-1] for image in batch]).astype(np.float16))
        batch.clear()

    for told, image in rendered_frames(frames):
        clips.append(told["motion"])
        numbers.append(told["frame"])
        batch.append(pixels_of(image, frames))
        if len(batch) == _BATCH:
            take()
    if batch:
        take()
    if not clips:
        raise UserError(f"{frames} shows no frame of a motion; render some with `python -m render_pipeline`.")
    with write_whole(out) as handle:
        np.savez(
            handle, clips=np.array(clips), frames=np.array(numbers), embeddings=np.concatenate(embeddings),
            mirrored=np.concatenate(mirrored),
        )  # fmt: skip
    return len(clips)
