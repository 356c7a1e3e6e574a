"""Finds the known motion at whose wordings a latent lies.

A prompt is answered by a mean of the wordings of one motion, and that mean may lie nearer to a single wording of
another motion than to any of its own. So a latent is compared with all that wordings of one motion can be mixed to: the
cone of their directions. Its distance is what non-negative least squares leave over (Lawson and Hanson, 1974).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ..latents.arithmetic import normalised

_COMPARED = 6  # motions whose wordings are mixed for a latent: those with the most similar wordings or centre
_KEPT = 64  # results that are kept: the details and the hands of a motion, and its end, ask for the same latents
_RIDGE = 1e-6  # keeps the wordings of a motion apart where they are alike
_TOLERANCE = 1e-4


@dataclass(frozen=True)
class Near:
    """The known motion that a latent lies nearest to.

    distance: to the cone of its wordings, 0 (a mean of them) to 1 (across), the sine of the angle. second: the distance
    to the next motion's wordings.
    """

    motion: int
    distance: float
    second: float


class NearestMotions:
    """The wordings of known motions, by motion."""

    def __init__(self, directions: np.ndarray, motions: np.ndarray) -> None:
        """Sorts directions (n, D) of wordings, each of length 1, by their motions (n,)."""
        self._directions, self._by_motion = directions, np.argsort(motions, kind="stable")
        self._motions, self._starts = np.unique(motions[self._by_motion], return_index=True)
        self._rows = np.split(self._by_motion, self._starts[1:])
        self._centres = normalised(np.add.reduceat(directions[self._by_motion], self._starts))
        self._products: dict[int, np.ndarray] = {}
        self._found: dict[bytes, Near] = {}

    def of(self, directions: np.ndarray) -> list[Near]:
        """Returns what is nearest to directions (m, D), each of length 1. The last `_KEPT` results are cached."""
        keys = [direction.tobytes() for direction in directions]
        known = {key: self._found[key] for key in keys if key in self._found}
        new = {key: i for i, key in enumerate(keys) if key not in known}
        if new:
            asked = directions[[*new.values()]]
            of_wordings, of_centres = asked @ self._directions.T, asked @ self._centres.T
            known |= zip(new, map(self._nearest, of_wordings, of_centres), strict=True)
            self._found = dict([*(self._found | known).items()][-_KEPT:])
        return [known[key] for key in keys]

    def _nearest(self, alike: np.ndarray, centres: np.ndarray) -> Near:
        """Returns what is nearest to a latent, given its cosines (n,) to wordings and (K,) to the motions' centres."""
        best = np.maximum(np.maximum.reduceat(alike[self._by_motion], self._starts), centres)
        compared = np.argsort(-best, kind="stable")[:_COMPARED]
        distances = [self._distance(int(i), alike[self._rows[i]]) for i in compared]
        first = int(np.argmin(distances))
        others = distances[:first] + distances[first + 1 :]
        return Near(int(self._motions[compared[first]]), distances[first], min(others, default=1.0))

    def _distance(self, i: int, alike: np.ndarray) -> float:
        if i not in self._products:
            own = self._directions[self._rows[i]].astype(np.float64)
            self._products[i] = own @ own.T + _RIDGE * np.eye(len(own))
        return float(np.sqrt(max(1.0 - _mixed_length(self._products[i], alike.astype(np.float64)), 0.0)))


def _mixed_length(products: np.ndarray, alike: np.ndarray) -> float:
    """Returns the squared length of the best non-negative mixture of wordings for a direction of length 1.

    products: (k, k) of the wordings. alike: (k,) of them and the direction.
    """
    used = alike > 0
    shares = _mixture(products, alike, used)
    while (shares < 0).any():  # a mixture of many is found sooner by leaving wordings out than by taking them in
        used &= shares > 0
        shares = _mixture(products, alike, used)
    for _ in range(3 * len(alike)):
        gain = np.where(used, -np.inf, alike - products @ shares)
        if gain.max() <= _TOLERANCE:
            break
        used[gain.argmax()] = True
        while ((wanted := _mixture(products, alike, used)) < 0).any():
            falls = np.flatnonzero(wanted < 0)
            ways = shares[falls] / (shares[falls] - wanted[falls])
            shares = shares + ways.min() * (wanted - shares)
            used[falls[ways.argmin()]] = False
            shares = np.where(used, shares, 0.0)
        shares = wanted
    return float(alike @ shares)


def _mixture(products: np.ndarray, alike: np.ndarray, used: np.ndarray) -> np.ndarray:
    """Returns the shares (k,) of the best mixture, also negative, of the wordings that are `used` (k,)."""
    shares, rows = np.zeros(len(alike)), np.flatnonzero(used)
    shares[rows] = np.linalg.solve(products[rows[:, None], rows], alike[rows])
    return shares
