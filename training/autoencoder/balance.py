"""Decides how often each sample is drawn: no class and no source outweighs all others."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from ..data.splits import source_of
from .dataset import Sample

_ROUNDS = 50
_CLOSE = 1e-4


def weights(
    samples: Sequence[Sample], counted: np.ndarray, most_of_class: float = 1.0, most_of_source: float = 1.0
) -> np.ndarray:
    """Returns how often each of the samples is drawn, as shares of all that are counted; zeros for the others.

    counted: (n,) bool. most_of_class, most_of_source: the largest share that a class and a source may have. Where there
    are too few of them for that, all have the same.
    """
    # square roots: long recordings and frequent actions weigh more, but don't outweigh all others
    lengths = np.sqrt([s.length for s in samples]) * counted
    of_action = dict.fromkeys({s.action for s in samples}, 0.0)
    for sample, weight in zip(samples, lengths, strict=True):
        of_action[sample.action] += weight
    weight = lengths / np.sqrt([of_action[s.action] or 1.0 for s in samples])
    weight = weight / max(weight.sum(), 1e-9)
    groups = [
        (most, np.unique([name(s) for s in samples], return_inverse=True)[1])
        for most, name in ((most_of_class, _class), (most_of_source, _source))
        if most < 1
    ]
    return _capped(weight, groups) if groups and weight.any() else weight


def _class(sample: Sample) -> str:
    return sample.action


def _source(sample: Sample) -> str:
    return source_of(sample.clip)


def _capped(weight: np.ndarray, groups: list[tuple[float, np.ndarray]]) -> np.ndarray:
    """Returns weights whose groups have at most their share. groups: the largest share, and the group of each (n,)."""
    for _ in range(_ROUNDS):
        worst = 1.0
        for most, of in groups:
            shares = np.bincount(of, weight)
            most = max(most, 1 / np.count_nonzero(shares))  # all at their largest share must make a whole
            fit = _level(shares, most)
            factor = np.divide(fit, shares, out=np.ones_like(shares), where=shares > 0)
            weight = weight * factor[of]
            worst = max(worst, shares.max() / most)
        if worst < 1 + _CLOSE:
            break
    return weight


def _level(shares: np.ndarray, most: float) -> np.ndarray:
    """Returns shares of at most `most`, where the others keep their proportions and all sum to 1."""
    full = np.zeros(len(shares), bool)
    fit = shares
    for _ in range(len(shares)):
        if not (fit > most * (1 + 1e-9)).any():
            break
        full |= fit > most
        rest = shares[~full].sum()
        fit = np.where(full, most, shares * (1 - most * full.sum()) / max(rest, 1e-12))
    return fit
