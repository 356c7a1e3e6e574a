"""Computes the embeddings of captions in CLIP's space, once, and caches them beside the data."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import torch

from motionclip_blender.core.files import write_whole
from motionclip_blender.core.inference.prompt_retrieval import PromptRetrieval
from motionclip_blender.core.model.text_tower import TextTower

from ..data.captions import class_text
from ..data.wordings import table
from ..text_adapter.file import AdapterFile
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
    own: Sequence[Path] = (),
    projected: Callable[[np.ndarray], np.ndarray] | None = None,
    adapter: AdapterFile | None = None,
) -> PromptRetrieval:
    """Makes a `PromptRetrieval` of all wordings that the decoder is trained to answer with one motion, see `table`.

    projected: maps embeddings (n, 512) to the latents' space, if that is another. adapter: as of the training.
    """
    texts, motions, classes, _ = table(split, augment, more, own)
    names = sorted(set(classes))
    embeddings = text_embeddings([*texts, *map(class_text, names)], adapter=adapter)
    if projected is not None:
        embeddings = projected(embeddings)
    return PromptRetrieval.of(
        embeddings[: len(texts)], motions, [names.index(name) for name in classes], embeddings[len(texts) :]
    )
