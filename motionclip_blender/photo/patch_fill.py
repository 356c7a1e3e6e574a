"""Paints a hole of a picture with patches of its surroundings."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from .packages import needed

_REACH = 3  # pixels from a patch's middle to its edge
_SIDE = 2 * _REACH + 1
_FINEST = 300  # pixels of the longer side on which patches are sought; the full picture takes them from there
_COARSEST = 24  # pixels of the shorter side of the coarsest picture
_ROUNDS = (8, 4, 3, 2)  # of search and vote, from the coarsest level on
_SEARCHES = 2
_LEAST = 60  # patches to choose from, below which colours are only led into the hole
_ROW = 40.0  # price of a patch from another row, for the picture's whole height, as a difference of each value
_DEEP = 1.3  # a pixel counts by this factor less for each pixel that it lies deeper in the hole


def filled(picture: np.ndarray, hole: np.ndarray, check: Callable[[], None] | None = None) -> np.ndarray:
    """Returns the picture (H, W, 3) uint8 with `hole` (H, W) bool painted; outside of it nothing changes.

    Every part of the hole becomes a blend of patches from elsewhere, which agree where they overlap, from coarse to
    fine (Wexler et al., 2007; the search is PatchMatch, Barnes et al., 2009). Patches from the same height of the
    picture are preferred: floor and horizon stay level. The same picture gives the same result. check: called now and
    then, to end the work by an exception.
    """
    cv2 = needed("cv2")
    if not hole.any():
        return picture.copy()
    if hole.all():
        raise ValueError("nothing of the picture is left to paint with")
    height, width = hole.shape
    sizes = [_size(width, height, min(1.0, _FINEST / max(width, height)))]
    while min(sizes[-1]) > 2 * _COARSEST:
        sizes.append((max(sizes[-1][0] // 2, 1), max(sizes[-1][1] // 2, 1)))
    rng = np.random.default_rng(0)
    level: _Level | None = None
    for number, size in enumerate(reversed(sizes)):
        small = cv2.resize(picture, size, interpolation=cv2.INTER_AREA)
        open_here = cv2.resize(hole.astype(np.float32), size, interpolation=cv2.INTER_AREA) > 0.01
        if level is None:
            small = cv2.inpaint(small, open_here.astype(np.uint8), 3, cv2.INPAINT_TELEA)
        level = _Level.of(small.astype(np.float32), open_here, level, rng)
        if level is None:
            return _led_in(cv2, picture, hole)
        for _ in range(_ROUNDS[min(number, len(_ROUNDS) - 1)]):
            if check is not None:
                check()
            level.search(rng)
            level.vote()
    assert level is not None
    return level.enlarged(cv2, picture, hole)


def _size(width: int, height: int, scale: float) -> tuple[int, int]:
    return max(round(width * scale), 1), max(round(height * scale), 1)


def _led_in(cv2, picture: np.ndarray, hole: np.ndarray) -> np.ndarray:
    out = cv2.inpaint(picture, hole.astype(np.uint8), 5, cv2.INPAINT_TELEA)
    return np.where(hole[..., None], out, picture)


class _Level:
    """A picture (h, w, 3) of one size, its hole, and for each place whose patch touches the hole the patch it takes.

    at: (n, 2) rows and columns of these places. source: (n, 2) where their patches come from.
    """

    def __init__(self, image: np.ndarray, hole: np.ndarray, at: np.ndarray, allowed: np.ndarray, depth: np.ndarray):
        self.image, self.hole, self.at, self.allowed, self.depth = image, hole, at, allowed, depth
        self.source = np.zeros_like(at)
        self.price = np.full(len(at), np.inf, np.float32)
        self._number = np.full(hole.shape, -1, np.int64)
        self._number[at[:, 0], at[:, 1]] = np.arange(len(at))
        self._places = np.argwhere(allowed)

    @classmethod
    def of(cls, image: np.ndarray, hole: np.ndarray, coarser: _Level | None, rng: np.random.Generator) -> _Level | None:
        """Starts a level with what the coarser one has found; None if there are too few patches to choose from."""
        cv2 = needed("cv2")
        touched = cv2.dilate(hole.astype(np.uint8), np.ones((_SIDE, _SIDE), np.uint8)) > 0
        allowed = ~touched
        allowed[:_REACH] = allowed[-_REACH:] = False
        allowed[:, :_REACH] = allowed[:, -_REACH:] = False
        if allowed.sum() < _LEAST:
            return None
        depth = cv2.distanceTransform(hole.astype(np.uint8), cv2.DIST_L2, 3)
        level = cls(image, hole, np.argwhere(touched), allowed, depth)
        places = level._places
        level.source = places[rng.integers(0, len(places), len(level.at))]
        if coarser is not None:
            level._take_over(coarser)
        return level

    def _take_over(self, coarser: _Level) -> None:
        scale = np.array(self.hole.shape) / np.array(coarser.hole.shape)
        near = np.minimum((self.at / scale).astype(int), np.array(coarser.hole.shape) - 1)
        number = coarser._number[near[:, 0], near[:, 1]]
        known = np.flatnonzero(number >= 0)
        moved = np.round((coarser.source[number[known]] - coarser.at[number[known]]) * scale).astype(int)
        there = self.at[known] + moved
        fits = self._is_allowed(there)
        self.source[known[fits]] = there[fits]
        self.price[:] = -1.0  # to vote by what the coarser level says
        self.vote()

    def _is_allowed(self, places: np.ndarray) -> np.ndarray:
        h, w = self.hole.shape
        inside = (places >= 0).all(axis=1) & (places[:, 0] < h) & (places[:, 1] < w)
        held = np.clip(places, 0, (h - 1, w - 1))
        return inside & self.allowed[held[:, 0], held[:, 1]]

    def _patches(self) -> np.ndarray:
        edge = np.pad(self.image, ((_REACH, _REACH), (_REACH, _REACH), (0, 0)), mode="reflect")
        return np.lib.stride_tricks.sliding_window_view(edge, (_SIDE, _SIDE), axis=(0, 1))  # type: ignore[call-overload]

    def search(self, rng: np.random.Generator) -> None:
        """Finds better patches for the picture as it is: those beside the neighbours' ones, and random ones."""
        patches = self._patches()
        mine = patches[self.at[:, 0], self.at[:, 1]].reshape(len(self.at), -1)
        row = _ROW**2 / self.hole.shape[0] ** 2

        def price(some: np.ndarray, source: np.ndarray) -> np.ndarray:
            apart = mine[some] - patches[source[:, 0], source[:, 1]].reshape(len(some), -1)
            level = row * (source[:, 0] - self.at[some, 0]) ** 2
            return np.einsum("nk,nk->n", apart, apart) / apart.shape[1] + level

        every = np.arange(len(self.at))
        self.price = price(every, self.source).astype(np.float32)

        def offer(some: np.ndarray, source: np.ndarray) -> None:
            fits = self._is_allowed(source)
            some, source = some[fits], source[fits]
            if not len(some):
                return
            found = price(some, source)
            better = found < self.price[some]
            self.price[some[better]], self.source[some[better]] = found[better], source[better]

        h, w = self.hole.shape
        for _ in range(_SEARCHES):
            for step in ((0, 1), (0, -1), (1, 0), (-1, 0)):
                beside = self.at - step
                held = np.clip(beside, 0, (h - 1, w - 1))
                number = np.where((beside == held).all(axis=1), self._number[held[:, 0], held[:, 1]], -1)
                some = np.flatnonzero(number >= 0)
                offer(some, self.source[number[some]] + step)
            reach = max(h, w)
            while reach >= 2:
                offer(every, self.source + rng.integers(-reach, reach + 1, self.source.shape))
                reach //= 3

    def vote(self) -> None:
        """Paints the hole with the mean of all patches that cover a pixel, the better ones more."""
        total = np.zeros((*self.hole.shape, 4), np.float64)
        trust = self._trust()
        h, w = self.hole.shape
        for dy in range(-_REACH, _REACH + 1):
            for dx in range(-_REACH, _REACH + 1):
                step = np.array((dy, dx))
                to = self.at + step
                inside = (to >= 0).all(axis=1) & (to[:, 0] < h) & (to[:, 1] < w)
                to, source = to[inside], self.source[inside] + step
                weight = trust[inside, None]
                colour = self.image[source[:, 0], source[:, 1]]
                # each place occurs once for one offset
                total[to[:, 0], to[:, 1]] += np.concatenate((colour * weight, weight), axis=1)
        here = self.hole & (total[..., 3] > 0)
        self.image = self.image.copy()
        self.image[here] = total[here][:, :3] / total[here][:, 3:]

    def _trust(self) -> np.ndarray:
        shallow = _DEEP ** -self.depth[self.at[:, 0], self.at[:, 1]].astype(np.float64)
        if (self.price < 0).all():
            return shallow + 1e-12
        spread = max(float(np.percentile(self.price, 75)), 1e-3)
        return shallow * np.exp(-self.price.astype(np.float64) / (2 * spread)) + 1e-12

    def enlarged(self, cv2, picture: np.ndarray, hole: np.ndarray) -> np.ndarray:
        """Paints the hole of the full picture by the same patches, at its own resolution."""
        height, width = hole.shape
        scale = np.array((height / self.hole.shape[0], width / self.hole.shape[1]))
        out = cv2.resize(self.image, (width, height), interpolation=cv2.INTER_CUBIC)
        if max(scale) > 1.2:
            out = out + self._details(cv2, picture, hole, scale)
        out = np.clip(np.round(out), 0, 255).astype(np.uint8)
        soft = cv2.GaussianBlur(hole.astype(np.float32), (0, 0), 1.0)[..., None]
        blended = np.round(picture + (out - picture.astype(np.float32)) * np.clip(2 * soft - 0.5, 0, 1)).astype(
            np.uint8
        )
        return np.where(hole[..., None], blended, picture)

    def _details(self, cv2, picture: np.ndarray, hole: np.ndarray, scale: np.ndarray) -> np.ndarray:
        """Returns what the full picture shows beyond the small one, at the places that the patches come from."""
        height, width = hole.shape
        small = cv2.resize(picture, self.hole.shape[::-1], interpolation=cv2.INTER_AREA)
        fine = picture - cv2.resize(small, (width, height), interpolation=cv2.INTER_CUBIC).astype(np.float32)
        at = np.argwhere(hole)
        near = np.minimum((at / scale).astype(int), np.array(self.hole.shape) - 1)
        number = self._number[near[:, 0], near[:, 1]]
        details = np.zeros((height, width, 3), np.float32)
        known = number >= 0
        at, number = at[known], number[known]
        there = at + np.round((self.source[number] - self.at[number]) * scale).astype(int)
        there = np.clip(there, 0, (height - 1, width - 1))
        taken = fine[there[:, 0], there[:, 1]]
        taken[hole[there[:, 0], there[:, 1]]] = 0.0
        details[at[:, 0], at[:, 1]] = taken
        return details
