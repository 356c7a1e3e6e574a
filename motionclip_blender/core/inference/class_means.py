"""Compares latents with what encoded motions of each class look like: linear discriminant analysis (Fisher, 1936).

MotionCLIP recognises a motion by the text that its latent is nearest to. But an encoder does not put the motions of a
class quite where the class's name lies, least of all those of people it has never seen. So a pack may keep the mean
latent of each class's motions, and the axes along which motions of one class differ, which count for less. A label is
compared by both, its text and these means.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from ..latents.arithmetic import normalised
from .tensors import TensorError, Weights

TEXT = 1 / 3
"""Share of the text in the similarity. Chosen on held-out people; from a quarter to a half it makes no difference."""

_NEAR = 20.0  # factor from the cosines of a label to the classes' names to the shares of their means (softmax)
_ARRAYS = {"names", "texts", "middle", "axes", "means", "sharpness"}


class ClassMeans:
    """The mean latents of a pack's classes. C classes, latents of D numbers."""

    def __init__(
        self,
        names: Sequence[str],
        texts: np.ndarray,
        middle: np.ndarray,
        axes: np.ndarray,
        means: np.ndarray,
        sharpness: float,
    ) -> None:
        """Wraps the arrays.

        names: (C,) as labels, such as "jumping jacks". texts: (C, D) embeddings of the names. middle: (D,) the mean
        latent of all motions. axes: (D, D) what a latent is multiplied by, after `middle` is taken from it: it makes
        the spread within classes smaller. means: (C, D) unit vectors in these axes. sharpness: factor from similarities
        to shares, see `recognition.SHARPNESS`.
        """
        self.names, self.texts, self.sharpness = list(names), texts, sharpness
        self._middle, self._axes, self._means = middle, axes, means
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
        return cls(names, found["texts"], middle, axes, found["means"], float(weights.float32("sharpness", 1)[0]))

    def arrays(self) -> dict[str, np.ndarray]:
        """Returns the arrays of a file, from which `of` makes the same."""
        half = {"texts": self.texts, "middle": self._middle, "axes": self._axes, "means": self._means}
        return {
            "names": np.frombuffer("\n".join(self.names).encode(), np.uint8),
            **{name: array.astype(np.float16) for name, array in half.items()},
            "sharpness": np.array([self.sharpness], np.float32),
        }

    def of_labels(self, labels: Sequence[str], vectors: np.ndarray) -> np.ndarray:
        """Returns the means (n, D) that labels are compared with, unit vectors: of a class its own, of other words that
        of the classes whose names are like them.

        vectors: (n, D) the labels' embeddings.
        """
        shares = np.exp(_NEAR * (normalised(vectors) @ normalised(self.texts).T))
        for i, label in enumerate(labels):
            if label in self.names:
                shares[i] = np.eye(len(self.names))[self.names.index(label)]
        return normalised(shares / shares.sum(axis=1, keepdims=True) @ self._means)

    def similarity(self, latents: np.ndarray, means: np.ndarray, vectors: np.ndarray) -> np.ndarray:
        """Returns the similarity of latents (k, D) to labels, (k, n), -1 to 1: the weighted mean of two cosines.

        means: (n, D) as `of_labels` returns them. vectors: (n, D) the labels' embeddings.
        """
        moved = normalised(latents) - self._middle
        looks = normalised(moved @ self._axes) @ means.T
        said = normalised(moved) @ normalised(normalised(vectors) - self._text_middle).T
        return (1 - TEXT) * looks + TEXT * said


def fitted(names: Sequence[str], texts: np.ndarray, latents: np.ndarray, classes: np.ndarray) -> ClassMeans:
    """Computes the means and axes of motions. The sharpness is 1, to be chosen.

    names, texts: as of `ClassMeans`. latents: (m, D) of motions. classes: (m,) of each the index of its name. A class
    without a motion gets no direction, so that only its text counts.
    """
    latents = normalised(latents).astype(np.float64)
    counts = np.bincount(classes, minlength=len(names))
    middle = latents.mean(axis=0)
    means = np.zeros((len(names), latents.shape[1]))
    np.add.at(means, classes, latents)
    means = means / counts.clip(1)[:, None]
    # the square root: a class of hundreds of motions would decide alone how motions of one class differ
    share = counts[classes] ** -0.5
    rest = latents - means[classes]
    within = (rest * share[:, None]).T @ rest / share.sum()
    spread, axes = np.linalg.eigh(within)
    # shrunk by the mean variance: few motions a class tell little of how they differ
    axes = axes / np.sqrt(spread.clip(0) + spread.mean())
    looks = np.where(counts[:, None] > 0, normalised((means - middle) @ axes), 0.0)
    middle, axes, looks = (array.astype(np.float32) for array in (middle, axes, looks))
    return ClassMeans(names, texts, middle, axes, looks, 1.0)
