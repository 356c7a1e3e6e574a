"""Defines motions that change from one to another along the clip."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, ClassVar

import numpy as np

from ..errors import UserError
from ..latents.expression import Expression
from ..latents.sources import summed, taken_as_they_are
from ..latents.terms import Source
from .blend import check_factor
from .content import Content, Decoded
from .interpolation import interpolate

if TYPE_CHECKING:
    from ..cleanup.pipeline import CleanUp
    from ..engine import Engine


@dataclass(frozen=True)
class Travel(Content):
    """A motion from `start` to `end` over time.

    Raises `UserError` for factors outside 0 to 1.
    factors: position of each frame between them, 0 to 1; empty for evenly from 0 to 1.
    spherical: as in a blend.
    """

    kind: ClassVar[str] = "travel"
    has_latent: ClassVar[bool] = False

    start: Expression
    end: Expression
    factors: tuple[float, ...] = ()
    spherical: bool = False

    def __post_init__(self) -> None:
        for factor in self.factors:
            check_factor(factor)

    def check(self, frames: int) -> None:
        if self.factors and len(self.factors) != frames:
            raise UserError(f"A blend over {frames} frames needs as many factors, not {len(self.factors)}.")

    def lasting(self, frames: int) -> Travel:
        return self if len(self.factors) == frames else replace(self, factors=())

    @property
    def title(self) -> str:
        return f"{self.start.title} → {self.end.title}"

    @property
    def description(self) -> str:
        return f"{self.start} → {self.end}, over time"

    def decode(self, engine: Engine, latents: Mapping[Source, np.ndarray], clean_up: CleanUp) -> Decoded:
        start, end = (summed(engine, expression.terms, latents) for expression in self.expressions)
        factors = None
        if self.factors:
            at = np.arange(clean_up.length) * (clean_up.fps / engine.pack.fps)
            factors = np.interp(at, np.arange(len(self.factors)), self.factors)
        kept = taken_as_they_are(self.start.terms), taken_as_they_are(self.end.terms)
        return Decoded(interpolate(engine, start, end, clean_up.length, factors, self.spherical, as_they_are=kept))
