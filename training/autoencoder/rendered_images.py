"""Reads the embeddings of rendered frames, and chooses which of a window's frames it is aligned to (equation 3)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from motionclip_blender.core.errors import UserError

from ..text_adapter.file import check_same


@dataclass(frozen=True)
class RenderedImages:
    """The embeddings of rendered frames, as `python -m training images embed` writes them.

    clips: (n,) names. numbers: (n,) the frames that they show. embeddings: (2, n, 512), of the pictures and of their
    mirror images. text_adapter: digest of that of the texts near which they lie; empty without one.
    """

    clips: np.ndarray
    numbers: np.ndarray
    embeddings: np.ndarray
    text_adapter: str = ""

    @classmethod
    def load(cls, paths: Path | Sequence[Path]) -> RenderedImages:
        """Reads one file or several. Raises `UserError` for one that is damaged, or files of several text adapters."""
        paths = [paths] if isinstance(paths, Path) else paths
        parts = [cls._of_file(path) for path in paths]
        for path, part in zip(paths, parts, strict=True):
            check_same(part.text_adapter, parts[0].text_adapter, f"{path} was made", "embed all frames by one tower")
        return cls(
            np.concatenate([part.clips for part in parts]),
            np.concatenate([part.numbers for part in parts]),
            np.concatenate([part.embeddings for part in parts], axis=1),
            parts[0].text_adapter,
        )

    @classmethod
    def _of_file(cls, path: Path) -> RenderedImages:
        try:
            with np.load(path, allow_pickle=False) as data:
                embeddings = np.stack((data["embeddings"], data["mirrored"]))
                adapter = str(data["text_adapter"]) if "text_adapter" in data else ""
                return cls(data["clips"], data["frames"], embeddings, adapter)
        except Exception as error:
            raise UserError(f"{path} holds no embeddings of frames; `python -m training images` makes them.") from error

    def with_views_as_one(self) -> RenderedImages:
        """Returns one embedding for each frame of a clip: the mean over its views, where there are several."""
        shown = np.stack([np.unique(self.clips, return_inverse=True)[1], self.numbers], axis=1)
        _, first, group = np.unique(shown, axis=0, return_index=True, return_inverse=True)
        means = np.zeros((2, len(first), self.embeddings.shape[-1]), np.float32)
        for means_of_side, of_side in zip(means, self.embeddings, strict=True):
            np.add.at(means_of_side, group.reshape(-1), of_side)
        means /= np.bincount(group.reshape(-1))[:, None]
        return RenderedImages(self.clips[first], self.numbers[first], means, self.text_adapter)


def chosen_image(
    frames: np.ndarray, random: np.random.Generator, worth: np.ndarray | None = None, count: int = 1
) -> np.ndarray:
    """Returns the mean (512,) of up to `count` of frames (k, 512): of those with the largest worth (k,), or of random
    ones without it."""
    if count == 1:
        return frames[random.integers(len(frames)) if worth is None else np.argmax(worth)]
    order = random.permutation(len(frames)) if worth is None else np.argsort(-worth, kind="stable")
    return frames[order[:count]].mean(axis=0, dtype=np.float32)


def likeness(frames: np.ndarray, text: np.ndarray) -> np.ndarray:
    """Returns (k,), as which frames (k, 512) are most like a text (512,): their cosines, times its length."""
    return frames @ text / np.maximum(np.linalg.norm(frames, axis=1), 1e-9)
