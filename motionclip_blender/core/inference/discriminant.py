"""Finds the axes in which classes differ most and their own members least: linear discriminant analysis (Fisher, 1936).

What is compared comes from several sources, each with a manner of its own, so a vector is taken as a sum of what its
class and what its source adds: else the mean of a class that one source shows would be the mean of that source.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ..latents.arithmetic import normalised

_SOURCE, _ROUNDS = 10.0, 8  # vectors of a source of whose mean half is taken off; rounds to part it from the classes
_LEAST = 1e-6  # variance that is added
_MOST_SPREADS = 4.0  # a number that is farther from the middle counts as being there


@dataclass(frozen=True, eq=False)
class Discriminant:
    """The axes, and the mean of each of C classes in them. Vectors have D numbers, and K along the axes.

    middle: (D,). spread: (D,) by which numbers are divided; None for vectors whose numbers are of one kind. axes: (D,
    K). means: (C, K) unit vectors, or zeros for a class without members.
    """

    middle: np.ndarray
    axes: np.ndarray
    means: np.ndarray
    spread: np.ndarray | None = None

    def cosines(self, vectors: np.ndarray, means: np.ndarray) -> np.ndarray:
        """Returns the cosines (n, m) of vectors (n, D) to means (m, K), which may be mixed of several classes'."""
        return normalised(_scaled(vectors, self.middle, self.spread) @ self.axes) @ means.T


def fitted(
    vectors: np.ndarray,
    classes: np.ndarray,
    sources: np.ndarray,
    count: int,
    shrunk: float = 1.0,
    dimensions: int | None = None,
    of_kinds: bool = False,
) -> Discriminant:
    """Computes the axes and means of vectors (n, D).

    classes, sources: (n,) of each the index of its class, of `count`, and of its source. shrunk: mean variances that
    are added to those within classes; few members a class tell little of how they differ. dimensions: number of axes,
    the most telling ones; by default as many as numbers. of_kinds: whether the numbers are of several kinds, such as
    metres and radians, so that each counts relative to its own spread.
    """
    vectors, counts = vectors.astype(np.float64), np.bincount(classes, minlength=count)
    middle = vectors.mean(axis=0)
    spread = vectors.std(axis=0) + 1e-6 if of_kinds else None
    vectors = _scaled(vectors, middle, spread)
    means = np.zeros((count, vectors.shape[1]))
    of_sources = np.zeros((sources.max() + 1, vectors.shape[1]))
    for _ in range(_ROUNDS):
        means = _sums(vectors - of_sources[sources], classes, count) / counts.clip(1)[:, None]
        rest = vectors - means[classes]
        of_sources = _sums(rest, sources, len(of_sources)) / (np.bincount(sources) + _SOURCE)[:, None]
    # the square root: a class of hundreds of members would decide alone how those of one class differ
    share = counts[classes] ** -0.5
    rest = vectors - means[classes]
    variances, axes = np.linalg.eigh((rest * share[:, None]).T @ rest / share.sum())
    # classes of one motion each do not tell how their motions differ: then all axes count alike
    axes = axes / np.sqrt(variances.clip(0) + max(shrunk * variances.mean(), _LEAST))
    if dimensions is not None:
        weighted = (means @ axes) * counts[:, None] ** 0.25
        axes = axes @ np.linalg.svd(weighted, full_matrices=False)[2][:dimensions].T
    looks = np.where(counts[:, None] > 0, normalised(means @ axes), 0.0)
    middle, axes, looks = (array.astype(np.float32) for array in (middle, axes, looks))
    return Discriminant(middle, axes, looks, None if spread is None else spread.astype(np.float32))


def _scaled(vectors: np.ndarray, middle: np.ndarray, spread: np.ndarray | None) -> np.ndarray:
    moved = vectors - middle
    return moved if spread is None else np.clip(moved / spread, -_MOST_SPREADS, _MOST_SPREADS)


def _sums(values: np.ndarray, groups: np.ndarray, count: int) -> np.ndarray:
    """Returns the sum of values (n, D) in each of `count` groups (n,)."""
    out = np.zeros((count, values.shape[1]))
    np.add.at(out, groups, values)
    return out
