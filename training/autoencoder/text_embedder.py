"""Provides the text tower that embeds a run's texts."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import torch

from motionclip_blender.core.clip_weights import ClipSource, clip_file
from motionclip_blender.core.errors import UserError
from motionclip_blender.core.model.clip_towers import ClipTextTower

from ..text_adapter.file import AdapterFile
from .config import MINILM
from .crops import Embed
from .embeddings import embedded, shipped_tower

_BATCH = 256  # texts at a time


def text_embedder(name: str, file: Path | None = None, adapter: AdapterFile | None = None) -> Embed:
    """Returns the text tower of a run.

    Texts are cut to the length that the tower reads, and a message says so. Raises `UserError` for weights that are
    missing, damaged or of another model.
    name: "minilm", or open_clip's name of a CLIP of OpenAI's.
    file: its weights, by default those in the cache.
    adapter: what comes after "minilm".
    """
    if name == MINILM:
        tower = shipped_tower(adapter)
        return lambda texts: embedded(tower, list(texts))
    try:
        path = clip_file(name, "openai", ClipSource(file), lambda *_: None)
    except UserError as error:
        if file is not None:
            raise
        raise UserError(
            f"The weights of {name} are not here; give their file with --clip, or --clip minilm for the text tower "
            "that ships."
        ) from error
    return _ClipTexts(path, name)


class _ClipTexts:
    """CLIP's own text tower, on the GPU if there is one; its embeddings are not normalised."""

    def __init__(self, path: Path, name: str) -> None:
        self._tower = ClipTextTower(path, name).to("cuda" if torch.cuda.is_available() else "cpu")

    def __call__(self, texts: Sequence[str]) -> np.ndarray:
        for text in texts:
            if left := self._tower.left_out(text):
                print(f"CLIP reads 77 tokens; the last {left} of this text are left out: {text[:80]}", file=sys.stderr)
        return np.concatenate([self._tower.embed(texts[i : i + _BATCH]) for i in range(0, len(texts), _BATCH)])
