"""Compares motions with what those of each class are like: their latents, and what they look like.

MotionCLIP recognises a motion by the text that its latent is nearest to. But an encoder does not put the motions of a
class quite where the class's name lies, least of all those of people it has never seen. So a pack may keep the mean
latent of each class's motions, and the mean of their `core.looks`, each in the axes along which classes differ
(`discriminant`). A label is compared by these means and by its text.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from ..latents.arithmetic import normalised
from .discriminant import Discriminant, fitted
from .tensors import TensorError, Weights

# Shares in the similarity, of latents alone and where a motion's looks are known, too. Chosen on a half of the held-out
# people's clips. Looks carry over to other collections best, and how common a class is among the clips does not.
_LATENTS, _TEXT = 2 / 3, 1 / 3
_LOOKS_SEEN, _LATENTS_SEEN, _TEXT_SEEN = 0.83, 0.13, 0.04

_PRIOR = 0.02  # similarity of latents by which a class of e times as many motions is nearer: walks are common
_SHRUNK = 0.3  # see `discriminant.fitted`, for looks; they are more than the members of most classes
_LOOKS = 100  # axes of looks; more recognise no better
_NEAR = 20.0  # factor from the cosines of a label to the classes' names to the shares of their means (softmax)
_ARRAYS = {"names", "texts", "middle", "axes", "means", "counts", "sharpness"}
_OF_LOOKS = {f"looks_{name}" for name in ("middle", "spread", "axes", "means", "sharpness")}


class ClassMeans:
    """What the motions of a pack's C classes are like. Latents have D numbers, looks F."""

    def __init__(
        self,
        names: Sequence[str],
        texts: np.ndarray,
        counts: np.ndarray,
        latents: Discriminant,
        looks: Discriminant | None = None,
        sharpness: float = 1.0,
        looks_sharpness: float = 1.0,
    ) -> None:
        """Wraps the parts.

        names: (C,) as labels, such as "jumping jacks". texts: (C, D) embeddings of the names. counts: (C,) of the
        motions. looks: None in packs of earlier releases. sharpness, looks_sharpness: factors from similarities to
        shares, see `recognition.SHARPNESS`, without looks and with them.
        """
        self.names, self.texts = list(names), texts
        self.sharpness, self.looks_sharpness = sharpness, looks_sharpness
        self._counts, self._latents, self._looks = counts, latents, looks
        self._priors = _PRIOR * np.log(counts.clip(1) / max(counts.max(), 1))
        self._text_middle = normalised(texts).mean(axis=0)

    @property
    def knows_looks(self) -> bool:
        """Whether motions are compared by their looks, too."""
        return self._looks is not None

    @classmethod
    def of(cls, arrays: dict[str, np.ndarray], width: int) -> ClassMeans:
        """Makes them of a file's arrays. Raises `TensorError` for those of another form.

        width: of the pack's latents.
        """
        if set(arrays) not in (_ARRAYS, _ARRAYS | _OF_LOOKS):
            raise TensorError("it does not hold class means")
        weights = Weights(arrays)
        names = bytes(arrays["names"]).decode("utf-8", "replace").split("\n")
        latents = Discriminant(
            weights.float32("middle", width),
            weights.float32("axes", width, width),
            weights.float32("means", len(names), width),
        )
        texts, counts = weights.float32("texts", len(names), width), weights.float32("counts", len(names))
        sharpness, looks, looks_sharpness = float(weights.float32("sharpness", 1)[0]), None, 1.0
        if "looks_axes" in arrays:
            numbers = np.size(arrays["looks_middle"])
            axes = np.size(arrays["looks_axes"]) // max(numbers, 1)
            looks = Discriminant(
                weights.float32("looks_middle", numbers),
                weights.float32("looks_axes", numbers, axes),
                weights.float32("looks_means", len(names), axes),
                weights.float32("looks_spread", numbers),
            )
            looks_sharpness = float(weights.float32("looks_sharpness", 1)[0])
        return cls(names, texts, counts, latents, looks, sharpness, looks_sharpness)

    def arrays(self) -> dict[str, np.ndarray]:
        """Returns the arrays of a file, from which `of` makes the same."""
        latents, looks = self._latents, self._looks
        half = {"texts": self.texts, "middle": latents.middle, "axes": latents.axes, "means": latents.means}
        single = {"counts": self._counts, "sharpness": np.array([self.sharpness])}
        if looks is not None:
            half |= {"looks_axes": looks.axes, "looks_means": looks.means}
            assert looks.spread is not None  # their numbers are of several kinds
            single |= {"looks_middle": looks.middle, "looks_spread": looks.spread}
            single["looks_sharpness"] = np.array([self.looks_sharpness])
        return {
            "names": np.frombuffer("\n".join(self.names).encode(), np.uint8),
            **{name: array.astype(np.float16) for name, array in half.items()},
            **{name: np.asarray(array, np.float32) for name, array in single.items()},
        }

    def of_labels(self, labels: Sequence[str], vectors: np.ndarray) -> ComparedLabels:
        """Returns what labels are compared by: of a class its own, of other words that of the classes whose names are
        like them.

        vectors: (n, D) the labels' embeddings.
        """
        shares = np.exp(_NEAR * (normalised(vectors) @ normalised(self.texts).T))
        for i, label in enumerate(labels):
            if label in self.names:
                shares[i] = np.eye(len(self.names))[self.names.index(label)]
        shares /= shares.sum(axis=1, keepdims=True)
        return ComparedLabels(
            normalised(shares @ self._latents.means),
            normalised(normalised(vectors) - self._text_middle),
            shares @ self._priors,
            None if self._looks is None else normalised(shares @ self._looks.means),
        )

    def similarity(self, latents: np.ndarray, labels: ComparedLabels, looks: np.ndarray | None = None) -> np.ndarray:
        """Returns the similarity of motions to labels, (k, n), at most 1: the weighted mean of the cosines to their
        means and to their texts; by latents alone less for labels of rare classes.

        latents: (k, D). looks: (k, F) of the same motions, where they are known.
        """
        unit = normalised(latents)
        of_latents = self._latents.cosines(unit, labels.latents)
        of_texts = normalised(unit - self._latents.middle) @ labels.texts.T
        if looks is None or self._looks is None or labels.looks is None:
            return _LATENTS * of_latents + _TEXT * of_texts + labels.priors
        of_looks = self._looks.cosines(looks, labels.looks)
        return _LOOKS_SEEN * of_looks + _LATENTS_SEEN * of_latents + _TEXT_SEEN * of_texts


@dataclass(frozen=True, eq=False)
class ComparedLabels:
    """What n labels are compared by. latents, texts: (n, D) unit vectors. priors: (n,) at most 0. looks: (n, K) unit
    vectors."""

    latents: np.ndarray
    texts: np.ndarray
    priors: np.ndarray
    looks: np.ndarray | None = None


@dataclass(frozen=True, eq=False)
class Seen:
    """Motions of known classes. vectors: (m, D) their latents or their looks. classes, sources: (m,) of each the index
    of its name, and of the collection that it is from."""

    vectors: np.ndarray
    classes: np.ndarray
    sources: np.ndarray


def means_of(names: Sequence[str], texts: np.ndarray, latents: Seen, looks: Seen | None = None) -> ClassMeans:
    """Computes what motions of each class are like. The sharpness is 1, to be chosen. names, texts: as of
    `ClassMeans`."""
    count = len(names)
    of_latents = fitted(normalised(latents.vectors), latents.classes, latents.sources, count)
    of_looks = None
    if looks is not None:
        of_looks = fitted(looks.vectors, looks.classes, looks.sources, count, _SHRUNK, _LOOKS, of_kinds=True)
    counts = np.bincount(latents.classes, minlength=count).astype(np.float32)
    return ClassMeans(names, texts, counts, of_latents, of_looks)
