"""Computes the embeddings of captions and frames in CLIP's space, once, and caches them beside the data."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import torch

from motionclip_blender.core.errors import UserError
from motionclip_blender.core.files import write_whole
from motionclip_blender.core.inference.prompt_retrieval import PromptRetrieval
from motionclip_blender.core.model.text_tower import TextTower

from ..data.captions import class_text
from ..data.wordings import table
from ..text_adapter.file import AdapterFile, check_same
from ..text_tower import minilm
from .config import TrainConfig
from .dataset import Sample

_BATCH = 64
_CACHE = "text_embeddings.npz"


class Captions:
    """The embeddings of the samples' captions, (512,) float32 each.

    names: (C, 512), the bare names of their classes. actions: (n,), the class of each sample, as a row of `names`.
    """

    def __init__(self, samples: list[Sample], cache: Path | None = None, adapter: AdapterFile | None = None) -> None:
        """cache: see `text_embeddings`. adapter: what all texts are read through."""
        classes, self.actions = np.unique([s.action for s in samples], return_inverse=True)
        names = [class_text(name) for name in classes]
        texts = sorted({*names, *(text for s in samples for text in (*s.captions, *s.prompts))})
        embeddings = text_embeddings(texts, cache, adapter)
        at = {text: embeddings[i] for i, text in enumerate(texts)}
        self.captions = [np.stack([at[text] for text in s.captions]) for s in samples]
        self.prompts = [np.stack([at[text] for text in s.prompts]) if s.prompts else None for s in samples]
        self.names = np.stack([at[name] for name in names])
        self.mean = embeddings.mean(axis=0)

    def of(self, chosen: np.ndarray, names: float, random: np.random.Generator) -> np.ndarray:
        """Draws one caption (n, 512) of each chosen sample, or the name of its class for a share `names` of them."""
        told = np.stack([self.captions[i][random.integers(len(self.captions[i]))] for i in chosen])
        named = random.uniform(size=len(chosen)) < names
        return np.where(named[:, None], self.names[self.actions[chosen]], told)

    def prompts_of(self, chosen: np.ndarray, config: TrainConfig, random: np.random.Generator) -> np.ndarray:
        """Draws a place (n, 512) near the wordings of each chosen exemplar."""
        places = []
        for i in chosen:
            wordings = self.prompts[i]
            a, b = wordings[random.integers(len(wordings), size=2)]
            place = a + random.uniform() * (b - a) if random.uniform() < config.mix else a
            noise = random.normal(size=place.shape)
            share = random.uniform(0, config.noise) * np.linalg.norm(place) / np.linalg.norm(noise)
            places.append(place + share * noise)
        return np.stack(places)


@torch.no_grad()
def whiten(layer: torch.nn.Linear, captions: np.ndarray, floor: float = 0.3) -> None:
    """Sets `layer` to whiten embeddings (n, 512) of captions (ZCA): mean 0 and variance 1 in every direction.

    floor: added to every variance, as a share of their mean, so that the noise in directions in which captions hardly
    differ is not amplified.
    """
    captions = captions.astype(np.float64)
    variances, directions = np.linalg.eigh(np.cov(captions.T))
    mean_variance = variances.sum() / np.count_nonzero(variances > 1e-6)
    whitening = (directions / np.sqrt(variances.clip(0) + floor * mean_variance)) @ directions.T
    # rescaled to the embeddings' own scale, for which the other settings are tuned
    whitening *= 0.4 / np.sqrt(1 + floor)
    layer.weight.copy_(torch.from_numpy(whitening))
    layer.bias.copy_(torch.from_numpy(-whitening @ captions.mean(axis=0)))


def text_embeddings(texts: list[str], cache: Path | None = None, adapter: AdapterFile | None = None) -> np.ndarray:
    """Returns embeddings (n, 512) float32 of texts.

    cache: a folder that keeps them for the next run with the same texts and adapter.
    """
    tower = [minilm.SPEC.sha256, *([adapter.digest] if adapter else [])]
    digest = hashlib.sha256("\n".join([*tower, *texts]).encode()).hexdigest()
    kept = cache / _CACHE if cache else None
    if kept and kept.is_file():
        try:
            with np.load(kept, allow_pickle=False) as data:
                if str(data["digest"]) == digest:
                    return data["embeddings"]
        except Exception:  # a damaged cache is computed again
            kept.unlink(missing_ok=True)
    embeddings = embedded(shipped_tower(adapter), texts)
    if kept:
        with write_whole(kept) as handle:
            np.savez(handle, digest=np.array(digest), embeddings=embeddings)
    return embeddings


def shipped_tower(adapter: AdapterFile | None = None) -> TextTower:
    """Loads the text tower that ships with the extension, with an adapter after it if one is given."""
    return TextTower(minilm.SPEC, minilm.text_projection(), adapter.adapter() if adapter else None)


def embedded(tower: TextTower, texts: Sequence[str]) -> np.ndarray:
    """Returns the embeddings of texts, (n, 512) float32."""
    # prompts of similar length together, which reduces padding
    order = sorted(range(len(texts)), key=lambda i: len(texts[i]))
    embeddings = np.empty((len(texts), minilm.SPEC.width), np.float32)
    for start in range(0, len(order), _BATCH):
        part = order[start : start + _BATCH]
        embeddings[part] = tower.embed([texts[i] for i in part])
    return embeddings


def prompt_retrieval(
    split: str | None = None,
    augment: bool = True,
    more: bool = False,
    projected: Callable[[np.ndarray], np.ndarray] | None = None,
    adapter: AdapterFile | None = None,
) -> PromptRetrieval:
    """Makes a `PromptRetrieval` of all wordings that the decoder is trained to answer with one motion, see `table`.

    projected: maps embeddings (n, 512) to the latents' space, if that is another. adapter: as of the training.
    """
    texts, motions, classes, _ = table(split, augment, more)
    names = sorted(set(classes))
    embeddings = text_embeddings([*texts, *map(class_text, names)], adapter=adapter)
    if projected is not None:
        embeddings = projected(embeddings)
    return PromptRetrieval.of(
        embeddings[: len(texts)], motions, [names.index(name) for name in classes], embeddings[len(texts) :]
    )


class Frames:
    """The embeddings of rendered frames by clip, for the loss of equation 3.

    The file is written by `python -m training images embed`: "clips" (n,) names, "frames" (n,) numbers at 30 fps,
    "embeddings" (n, 512), and "mirrored" (n, 512) of the pictures' mirror images; "text_adapter", the digest of that of
    the texts near which they lie, if they lie near such.
    """

    def __init__(self, path: Path, samples: list[Sample], text_adapter: str = "") -> None:
        """text_adapter: digest of that of the run. Raises `UserError` for a file that is damaged, or of another."""
        try:
            with np.load(path, allow_pickle=False) as data:
                clips, numbers = data["clips"], data["frames"]
                embeddings = np.stack((data["embeddings"], data["mirrored"]))
                made = str(data["text_adapter"]) if "text_adapter" in data else ""
        except Exception as error:
            raise UserError(f"{path} holds no embeddings of frames; `python -m training images` makes them.") from error
        check_same(made, text_adapter, f"{path} was made", "embed the frames by an image tower of the same adapter")
        rows: dict[str, list[int]] = {}
        for row in np.argsort(numbers, kind="stable"):
            rows.setdefault(str(clips[row]), []).append(int(row))
        self._of: list[tuple[np.ndarray, np.ndarray]] = []
        for sample in samples:
            places = {row: sample.place(int(numbers[row])) for row in rows.get(sample.clip, [])}
            inside = {row: place for row, place in places.items() if place is not None}
            self._of.append((np.array([*inside.values()]), embeddings[int(sample.is_mirrored), [*inside]]))

    def of(
        self, chosen: np.ndarray, shown: np.ndarray, random: np.random.Generator, texts: np.ndarray | None = None
    ) -> tuple[np.ndarray, np.ndarray]:
        """Returns a frame (n, 512) of each window of chosen samples, and (n,) whether it has one.

        shown: (n, 2), the frames of its sample that a window begins with and ends before. texts: (n, 512), to take the
        frame that is most like the window's text; without them a random one is drawn.
        """
        picked, known = [], []
        for k, i in enumerate(chosen):
            places, embeddings = self._of[i]
            frames = embeddings[slice(*np.searchsorted(places, shown[k]))]
            known.append(len(frames) > 0)
            text = None if texts is None else texts[k]
            picked.append(chosen_frame(frames, random, text) if len(frames) else np.ones(minilm.SPEC.width))
        return np.stack(picked).astype(np.float32), np.array(known)


def chosen_frame(frames: np.ndarray, random: np.random.Generator, text: np.ndarray | None = None) -> np.ndarray:
    """Returns one of frames (k, 512): that with the largest cosine to a text (512,), or a random one without it."""
    if text is None:
        return frames[random.integers(len(frames))]
    return frames[np.argmax(frames @ text / np.maximum(np.linalg.norm(frames, axis=1), 1e-9))]
