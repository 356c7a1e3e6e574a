"""Makes motions between two latents: at one place, or from the first to the second over time."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from ..cleanup.mixing import mixed
from ..cleanup.windows import joined
from ..errors import UserError
from ..latents.arithmetic import blend, even_factors
from ..motion import Motion

if TYPE_CHECKING:
    from typing import Protocol

    from ..engine import Engine

    class MotionLatents(Protocol):
        """The part of an engine that interpolation needs."""

        def motion_latents(self, latents: np.ndarray, played: bool) -> np.ndarray: ...


STOPS = 9
"""Latents decoded along the whole path, both ends included. The decoder changes from one motion to the other within a
fifth of the path, so five stops would leave only one in between."""


_OWN = 0.125
"""The part of the path in which an end's own latent is left for that of its motion: a step of `STOPS`."""


def latents_between(
    engine: MotionLatents,
    start: np.ndarray,
    end: np.ndarray,
    factors: np.ndarray | float,
    spherical: bool = False,
    as_they_are: tuple[bool, bool] = (False, False),
) -> np.ndarray:
    """Interpolates between two latents (D,) float32, as `blend`, but along the latents of the motions that they make.

    Between captions of two motions the decoder changes abruptly: on the straight path nearly all change comes in the
    middle fifth. Between the latents of their motions it comes evenly, and with less detour; figures are in
    `docs/evaluation.md`. So the path changes from an end's own latent to that of its motion within the first eighth,
    linearly, so that nothing jumps. At 0 and 1 the result is `start` and `end` themselves.

    as_they_are: which of the ends are not replaced by the latent of their motion.
    """
    factors = np.asarray(factors, np.float32)
    ends = np.stack((start, end))
    there = ends.copy()
    if beside := [i for i, kept in enumerate(as_they_are) if not kept]:
        there[beside] = engine.motion_latents(ends[beside], played=True)
    way = blend(there[0], there[1], factors, spherical)
    for own, at, distance in zip(ends, there, (factors, 1 - factors), strict=True):
        way = way + np.maximum(1 - distance / _OWN, 0)[..., None] * (own - at)
    whole = blend(start, end, factors, spherical)
    between = np.where(((factors == 0) | (factors == 1))[..., None], whole, way)
    return between.astype(np.float32, copy=False)  # numpy 1 makes a single factor float64


def interpolate(
    engine: Engine,
    start: np.ndarray,
    end: np.ndarray,
    frames: int,
    factors: np.ndarray | None = None,
    spherical: bool = False,
    stops: int = STOPS,
    as_they_are: tuple[bool, bool] = (False, False),
) -> Motion:
    """Returns a motion of `frames` frames at the pack's rate from latent `start` to latent `end`, both (D,), not
    cleaned up.

    factors: (frames,) position of each frame between them, 0 to 1; evenly from 0 to 1 by default.
    stops: how many latents are decoded, in one pass of the decoder; between two of them poses are mixed.
    as_they_are: as for `latents_between`.
    """
    at = np.linspace(0.0, 1.0, frames) if factors is None else np.asarray(factors, np.float64)
    if at.shape != (frames,):
        raise UserError(f"A blend over {frames} frames needs as many factors, not {at.size}.")
    if not (np.isfinite(at).all() and (at >= 0).all() and (at <= 1).all()):
        raise UserError("A blend's factors must lie between 0 and 1.")
    latents = latents_between(engine, start, end, even_factors(stops), spherical, as_they_are)
    return mixed(joined(engine, latents, frames), at * (stops - 1))
