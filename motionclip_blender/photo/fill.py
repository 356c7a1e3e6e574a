"""Completes what no photo shows of the body: its mirror image first, then its other side, then what lies around."""

from __future__ import annotations

import numpy as np

from ..core.body import Body
from ..core.skeleton import INDEX
from .atlas import PARTS, Atlas
from .paint import Paint, Places
from .surface import Surface

_KNOWN = 0.25  # weight from which a texel's own colour is taken whole
_NEAR = 0.02  # how closely even values follow given ones
_FADE = 0.0005  # makes shifts of colours fade within a hand's breadth
_CROWN = 0.82  # part of the head's height above which its colour is that of the hair
_HEAD = next(number for number, part in enumerate(PARTS) if part.name == "head")


class Filling:
    """Completes paint on a body's atlas."""

    def __init__(self, body: Body, atlas: Atlas, places: Places, surface: Surface) -> None:
        self._body, self._atlas, self._places, self._surface = body, atlas, places, surface
        raster = places.raster
        covered = raster.covered
        self._corners = body.faces[raster.face[covered]]
        self._shares = raster.shares[covered].astype(np.float64)
        self._index = np.full(covered.shape, -1)
        self._index[covered] = np.arange(covered.sum())

    def complete(self, paint: Paint) -> np.ndarray:
        """Returns the colours (n, 3) of all texels of the atlas."""
        known = paint
        for counterpart in (self._atlas.mirrored, self._atlas.behind):
            known = self._filled(known, counterpart)
        values, weights = self._on_vertices(known.colours, known.weights)
        values, weights = self._with_hair(values, weights)
        even = self._off_vertices(self._surface.spread(values, weights, _NEAR))
        share = np.clip(known.weights / _KNOWN, 0, 1)[:, None]
        return np.clip(known.colours * share + even * (1 - share), 0, 1)

    def _filled(self, paint: Paint, counterpart) -> Paint:
        """Fills unknown texels with the colours of their counterparts, shifted so that they meet what is known."""
        places = self._places
        part, flat = counterpart(places.part, places.flat)
        other = self._at(part, flat)
        usable = other >= 0
        if counterpart == self._atlas.behind:
            usable &= places.part != _HEAD  # the back of the head is no face
        weights = np.where(usable, paint.weights[other], 0.0)
        colours = np.where(usable[:, None], paint.colours[other], 0.0)
        both = np.minimum(weights, paint.weights)
        shift, near = self._on_vertices(paint.colours - colours, both)
        if near.sum() > 0:
            colours = colours + self._off_vertices(self._surface.spread(shift, near, _NEAR, _FADE))
        own = np.clip(paint.weights / _KNOWN, 0, 1)
        lent = (1 - own) * np.clip(weights / _KNOWN, 0, 1)
        total = own + lent
        mixed = (paint.colours * own[:, None] + colours * lent[:, None]) / np.maximum(total, 1e-6)[:, None]
        return Paint(
            np.where(total[:, None] > 1e-6, mixed, paint.colours).astype(np.float32),
            np.maximum(paint.weights, np.minimum(total * _KNOWN, _KNOWN)),
        )

    def _at(self, part: np.ndarray, flat: np.ndarray) -> np.ndarray:
        """Returns the texels at places of the atlas, -1 where no face lies."""
        size = len(self._index)
        pixel = np.floor(self._atlas.placed(part, flat) * (size, -size) + (0, size)).astype(int)
        inside = ((pixel >= 0) & (pixel < size)).all(axis=1)
        pixel = np.where(inside[:, None], pixel, 0)
        found = self._index[pixel[:, 1], pixel[:, 0]]
        lies = inside & (found >= 0)
        lies &= self._places.part[found] == part
        return np.where(lies, found, -1)

    def _on_vertices(self, values: np.ndarray, weights: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Returns the means (V, C) of texels' values around each vertex, and the weights (V,) of these means."""
        count = len(self._body.template)
        shares = (self._shares * weights[:, None]).ravel()
        ids = self._corners.ravel()
        total = np.bincount(ids, shares, count)
        means = (
            np.stack([np.bincount(ids, shares * np.repeat(channel, 3), count) for channel in values.T], axis=1)
            / np.maximum(total, 1e-9)[:, None]
        )
        return means, np.clip(total, 0, 1)

    def _off_vertices(self, values: np.ndarray) -> np.ndarray:
        return np.einsum("nkc,nk->nc", values[self._corners], self._shares)

    def _with_hair(self, values: np.ndarray, weights: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Gives the unseen back of the head the colour of its crown, if that is seen."""
        body = self._body
        own = body.weights[:, [INDEX["head"], INDEX["jaw"]]].sum(axis=1) > 0.6
        height = body.template[:, 1]
        low, high = height[own].min(), height[own].max()
        middle = body.joints()[INDEX["head"]]
        crown = own & (height > low + _CROWN * (high - low)) & (weights > 0.3)
        behind = own & (weights < 0.05) & (body.template[:, 2] < middle[2]) & (height > middle[1])
        if crown.sum() < 10:
            return values, weights
        values, weights = values.copy(), weights.copy()
        values[behind] = np.median(values[crown], axis=0)
        weights[behind] = 0.05
        return values, weights
