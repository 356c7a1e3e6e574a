"""Defines blends: a motion at one place between two others."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, ClassVar

from ..cleanup.windows import joined
from ..errors import UserError
from ..latents.arithmetic import even_factors
from ..latents.expression import Expression
from ..latents.sources import summed, taken_as_they_are
from ..latents.terms import Source
from .content import Content, Decoded
from .interpolation import latents_between

if TYPE_CHECKING:
    import numpy as np

    from ..cleanup.pipeline import CleanUp
    from ..engine import Engine


@dataclass(frozen=True)
class Blend(Content):
    """A motion between `start` (factor 0) and `end` (factor 1). spherical: interpolates spherically instead of
    linearly.

    Raises `UserError` for a factor outside 0 to 1.
    """

    kind: ClassVar[str] = "blend"
    has_latent: ClassVar[bool] = True

    start: Expression
    end: Expression
    factor: float = 0.5
    spherical: bool = False

    def __post_init__(self) -> None:
        check_factor(self.factor)

    @property
    def title(self) -> str:
        return f"{self.start.title} ↔ {self.end.title}"

    @property
    def mark(self) -> str:
        return f"{self.factor:.2f}"

    @property
    def description(self) -> str:
        return f"{self.start} ↔ {self.end}, {self.factor:.2f} of the way"

    def decode(self, engine: Engine, latents: Mapping[Source, np.ndarray], clean_up: CleanUp) -> Decoded:
        latent = self.latents_at(engine, latents, self.factor)
        (motion,) = joined(engine, latent[None], clean_up.decoded_length)
        return Decoded(motion, latent)

    def latents_at(
        self, engine: Engine, latents: Mapping[Source, np.ndarray], factors: np.ndarray | float
    ) -> np.ndarray:
        """Returns the latent (D,) at one factor, or latents (n, D) at n."""
        start, end = (summed(engine, expression.terms, latents) for expression in self.expressions)
        kept = taken_as_they_are(self.start.terms), taken_as_they_are(self.end.terms)
        return latents_between(engine, start, end, factors, self.spherical, kept)

    def stops(self, count: int) -> list[Blend]:
        """Lists `count` even stops, both ends included. Raises `UserError` for too few or too many."""
        return [replace(self, factor=float(factor)) for factor in even_factors(count)]


def check_factor(factor: float) -> None:
    """Raises `UserError` for a factor outside 0 to 1."""
    if not 0.0 <= factor <= 1.0:  # nan included
        raise UserError(f"A blend's factor must lie between 0 and 1, not {factor:g}.")
