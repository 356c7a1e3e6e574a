"""Motions between two: at one place, or on the way from the first to the second over time."""

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
        """An engine, of which this alone is asked."""

        def motion_latents(self, latents: np.ndarray) -> np.ndarray: ...


STOPS = 9
"""Latents decoded between both ends. The decoder goes over from one motion to the other within a fifth of the way, so
five stops would leave only one in between."""


def latents_between(
    engine: MotionLatents, start: np.ndarray, end: np.ndarray, factors: np.ndarray | float, spherical: bool = False
) -> np.ndarray:
    """What lies between two latents (D,), as `latents.blend`, but by the motions that they make.

    Captions of two motions lie where the decoder tells them sharply apart: on the straight way from one to the other
    nearly all change comes in the middle fifth. From the latent of the one's motion to that of the other's it comes
    evenly, and with less detour; figures are in `docs/evaluation.md`. At 0 and 1 it is `start` and `end` themselves.
    """
    factors = np.asarray(factors, np.float32)
    there, back = engine.motion_latents(np.stack((start, end)))
    way = blend(there, back, factors, spherical)
    whole = blend(start, end, factors, spherical)
    return np.where(((factors == 0) | (factors == 1))[..., None], whole, way)


def interpolate(
    engine: Engine,
    start: np.ndarray,
    end: np.ndarray,
    frames: int,
    factors: np.ndarray | None = None,
    spherical: bool = False,
    stops: int = STOPS,
) -> Motion:
    """A motion of `frames` frames at the pack's rate from latent `start` to latent `end`, both (D,), not cleaned up.

    factors: (frames,) where between them each frame is, 0 to 1; evenly from 0 to 1 by default. stops: how many latents
    are decoded, in one pass of the decoder; between two of them poses are mixed.
    """
    at = np.linspace(0.0, 1.0, frames) if factors is None else np.asarray(factors, np.float64)
    if at.shape != (frames,):
        raise UserError(f"A blend over {frames} frames needs as many factors, not {at.size}.")
    if not (np.isfinite(at).all() and (at >= 0).all() and (at <= 1).all()):
        raise UserError("A blend's factors must lie between 0 and 1.")
    latents = latents_between(engine, start, end, even_factors(stops), spherical)
    return mixed(joined(engine, latents, frames), at * (stops - 1))
