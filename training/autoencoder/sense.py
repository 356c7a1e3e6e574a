"""Fits what tells texts about what a body does from others with the same verbs (`core.prompt_plan.sense`).

A text has a dozen of some twelve thousand words, so only these are kept, and the equations are solved without ever
being written down, which would take gigabytes and minutes. In sixteen bits the numbers are the same.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from motionclip_blender.core.prompt_plan.word_features import WORDS, WordVectors

_RARE = 3  # least number of texts with a feature that is used
_RIDGE = 1.0  # chosen on lines that were not learned from: 0.3 and 3 tell them apart as well
_EXACT = 1e-12  # residual, as a share of the right side, at which an equation is solved; the numbers have sixteen bits


def fitted(
    bodily: Sequence[str], others: Sequence[str], of_bodily: np.ndarray, of_others: np.ndarray
) -> tuple[list[str], np.ndarray]:
    """Fits a ridge regression with equal weights of both kinds of texts. Returns the known features and the numbers
    of `Sense`.

    of_bodily, of_others: (n, D), (m, D) the texts' directions in CLIP's space.
    """
    texts = [*bodily, *others]
    words = WordVectors.of(texts, _RARE)
    x = _Features(np.concatenate((of_bodily, of_others)), words, texts)
    truth = np.repeat((1.0, -1.0), (len(bodily), len(others)))
    weight = np.repeat((len(texts) / 2 / len(bodily), len(texts) / 2 / len(others)), (len(bodily), len(others)))
    middle, mean = x.summed(weight) / weight.sum(), np.average(truth, weights=weight)

    def summed(each: np.ndarray) -> np.ndarray:
        """Returns the sums (F,) over texts of their centred and weighted features."""
        each = weight * each
        return x.summed(each) - middle * each.sum()

    def product(model: np.ndarray) -> np.ndarray:
        return summed(x.told(model) - middle @ model) + _RIDGE * model

    model = _solved(product, summed(truth - mean), x.squared(weight) - weight.sum() * middle**2 + _RIDGE)
    return list(words.known), np.concatenate((words.weights, model, [mean - middle @ model])).astype(np.float16)


class _Features:
    """The features (n, F) of n texts: directions (n, D), and the known words, of which only those that are there are
    kept."""

    def __init__(self, directions: np.ndarray, words: WordVectors, texts: Sequence[str]) -> None:
        self._directions, self._words = directions.astype(np.float64), len(words.known)
        columns = [np.array(words.indices(text), int) for text in texts]
        self._rows = np.repeat(np.arange(len(texts)), [len(of_text) for of_text in columns])
        self._columns = np.concatenate([np.zeros(0, int), *columns])
        values = [WORDS * words.vector(text)[of_text] for text, of_text in zip(texts, columns, strict=True)]
        self._values = np.concatenate([np.zeros(0), *values])

    def told(self, model: np.ndarray) -> np.ndarray:
        """Returns the sums (n,) over features, each with its number in `model` (F,)."""
        width = self._directions.shape[1]
        of_words = self._values * model[width:][self._columns]
        return self._directions @ model[:width] + np.bincount(self._rows, of_words, len(self._directions))

    def summed(self, each: np.ndarray) -> np.ndarray:
        """Returns the sums (F,) over texts, each with its number in `each` (n,)."""
        of_words = np.bincount(self._columns, self._values * each[self._rows], self._words)
        return np.concatenate((each @ self._directions, of_words))

    def squared(self, each: np.ndarray) -> np.ndarray:
        """Returns the sums (F,) over texts of the squared features, each with its number in `each` (n,)."""
        of_words = np.bincount(self._columns, self._values**2 * each[self._rows], self._words)
        return np.concatenate((each @ self._directions**2, of_words))


def _solved(product: Callable[[np.ndarray], np.ndarray], right: np.ndarray, diagonal: np.ndarray) -> np.ndarray:
    """Solves a symmetric, positive definite equation by conjugate gradients (Hestenes and Stiefel, 1952).

    product: by its matrix (F, F). right, diagonal: (F,) its right side, and the matrix's diagonal.
    """
    found, left = np.zeros_like(right), right.copy()
    scaled = left / diagonal
    way, slope = scaled, left @ scaled
    for _ in range(10 * len(right)):  # of which it takes a few hundred
        if np.linalg.norm(left) <= _EXACT * np.linalg.norm(right):
            break
        along = product(way)
        step = slope / (way @ along)
        found += step * way
        left -= step * along
        scaled = left / diagonal
        before, slope = slope, left @ scaled
        way = scaled + slope / before * way
    return found
