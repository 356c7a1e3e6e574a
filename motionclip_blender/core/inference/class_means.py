"""Compares latents with what encoded motions of each class look like: linear discriminant analysis (Fisher, 1936).

MotionCLIP recognises a motion by the text that its latent is nearest to. But an encoder does not put the motions of a
class quite where the class's name lies, least of all those of people it has never seen. So a pack may keep the mean
latent of each class's motions, and the axes along which motions of one class differ, which count for less. A label is
compared by both, its text and these means.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from ..latents.arithmetic import normalised
from .tensors import TensorError, Weights

TEXT = 1 / 3
"""Share of the text in the similarity. Chosen on a half of the held-out people's clips."""

_PRIOR = 0.02  # similarity by which a class of e times as many motions is nearer: walks are common

_SOURCE, _ROUNDS = 10.0, 8  # motions of a source of whose mean half is taken off; rounds to part it from the classes
_NEAR = 20.0  # factor from the cosines of a label to the classes' names to the shares of their means (softmax)
_ARRAYS = {"names", "texts", "middle", "axes", "means", "counts", "sharpness"}


class ClassMeans:
    """The mean latents of a pack's classes. C classes, latents of D numbers."""

    def __init__(
        self,
        names: Sequence[str],
        texts: np.ndarray,
        middle: np.ndarray,
        axes: np.ndarray,
        means: np.ndarray,
        counts: np.ndarray,
        sharpness: float,
    ) -> None:
        """Wraps the arrays.

        names: (C,) as labels, such as "jumping jacks". texts: (C, D) embeddings of the names. middle: (D,) the mean
        latent of all motions. axes: (D, D) what a latent is multiplied by, after `middle` is taken from it: it makes
        the spread within classes smaller. means: (C, D) unit vectors in these axes. counts: (C,) of the motions.
        sharpness: factor from similarities to shares, see `recognition.SHARPNESS`.
        """
        self.names, self.texts, self.sharpness = list(names), texts, sharpness
        self._middle, self._axes, self._means, self._counts = middle, axes, means, counts
        self._priors = _PRIOR * np.log(counts.clip(1) / max(counts.max(), 1))
        self._text_middle = normalised(texts).mean(axis=0)

    @classmethod
    def of(cls, arrays: dict[str, np.ndarray], width: int) -> ClassMeans:
        """Makes them of a file's arrays. Raises `TensorError` for those of another form.

        width: of the pack's latents.
        """
        if set(arrays) != _ARRAYS:
            raise TensorError("it does not hold class means")
        weights = Weights(arrays)
        names = bytes(arrays["names"]).decode("utf-8", "replace").split("\n")
        found = {name: weights.float32(name, len(names), width) for name in ("texts", "means")}
        middle, axes = weights.float32("middle", width), weights.float32("axes", width, width)
        counts, sharpness = weights.float32("counts", len(names)), float(weights.float32("sharpness", 1)[0])
        return cls(names, found["texts"], middle, axes, found["means"], counts, sharpness)

    def arrays(self) -> dict[str, np.ndarray]:
        """Returns the arrays of a file, from which `of` makes the same."""
        half = {"texts": self.texts, "middle": self._middle, "axes": self._axes, "means": self._means}
        return {
            "names": np.frombuffer("\n".join(self.names).encode(), np.uint8),
            **{name: array.astype(np.float16) for name, array in half.items()},
            "counts": self._counts.astype(np.float32),
            "sharpness": np.array([self.sharpness], np.float32),
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
            normalised(shares @ self._means),
            normalised(normalised(vectors) - self._text_middle),
            shares @ self._priors,
        )

    def similarity(self, latents: np.ndarray, labels: ComparedLabels) -> np.ndarray:
        """Returns the similarity of latents (k, D) to labels, (k, n), at most 1: the weighted mean of the cosines to
        their means and to their texts, and less for labels of rare classes."""
        moved = normalised(latents) - self._middle
        looks = normalised(moved @ self._axes) @ labels.means.T
        return (1 - TEXT) * looks + TEXT * normalised(moved) @ labels.texts.T + labels.priors


@dataclass(frozen=True, eq=False)
class ComparedLabels:
    """What n labels are compared by. means, texts: (n, D) unit vectors. priors: (n,) at most 0."""

    means: np.ndarray
    texts: np.ndarray
    priors: np.ndarray


def fitted(
    names: Sequence[str], texts: np.ndarray, latents: np.ndarray, classes: np.ndarray, sources: np.ndarray
) -> ClassMeans:
    """Computes the means and axes of motions. The sharpness is 1, to be chosen.

    A latent is taken as a sum of what its class and what its source adds: else the mean of a class that one collection
    shows would be the mean of that collection's skeleton and manner.

    names, texts: as of `ClassMeans`. latents: (m, D) of motions. classes: (m,) of each the index of its name. sources:
    (m,) of each the index of the collection that it is from. A class without a motion gets no direction, so that only
    its text counts.
    """
    latents = normalised(latents).astype(np.float64)
    counts = np.bincount(classes, minlength=len(names))
    middle = latents.mean(axis=0)
    means = np.zeros((len(names), latents.shape[1]))
    of_sources = np.zeros((sources.max() + 1, latents.shape[1]))
    for _ in range(_ROUNDS):
        means = _sums(latents - middle - of_sources[sources], classes, len(names)) / counts.clip(1)[:, None]
        rest = latents - middle - means[classes]
        of_sources = _sums(rest, sources, len(of_sources)) / (np.bincount(sources) + _SOURCE)[:, None]
    # the square root: a class of hundreds of motions would decide alone how motions of one class differ
    share = counts[classes] ** -0.5
    rest = latents - middle - means[classes]
    within = (rest * share[:, None]).T @ rest / share.sum()
    spread, axes = np.linalg.eigh(within)
    # shrunk by the mean variance: few motions a class tell little of how they differ
    axes = axes / np.sqrt(spread.clip(0) + spread.mean())
    looks = np.where(counts[:, None] > 0, normalised(means @ axes), 0.0)
    middle, axes, looks = (array.astype(np.float32) for array in (middle, axes, looks))
    return ClassMeans(names, texts, middle, axes, looks, counts, 1.0)


def _sums(values: np.ndarray, groups: np.ndarray, count: int) -> np.ndarray:
    """Returns the sum of values (m, D) in each of `count` groups (m,)."""
    out = np.zeros((count, values.shape[1]))
    np.add.at(out, groups, values)
    return out
