"""Defines masks: the upper body of one motion over the lower body of another."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

import numpy as np

from ..cleanup.windows import joined
from ..latents.expression import Expression
from ..latents.sources import summed
from ..latents.terms import Source
from ..modifiers.upper_body import masked
from .content import Content, Decoded

if TYPE_CHECKING:
    from ..cleanup.pipeline import CleanUp
    from ..engine import Engine


@dataclass(frozen=True)
class Mask(Content):
    """The legs and the path over the ground of `lower`, and the rest of the body of `upper`."""

    kind: ClassVar[str] = "mask"
    has_latent: ClassVar[bool] = False

    upper: Expression
    lower: Expression

    @property
    def title(self) -> str:
        return f"{self.upper.title} / {self.lower.title}"

    @property
    def description(self) -> str:
        return f"{self.upper} over {self.lower}"

    def decode(self, engine: Engine, latents: Mapping[Source, np.ndarray], clean_up: CleanUp) -> Decoded:
        both = np.stack([summed(engine, expression.terms, latents) for expression in self.expressions])
        return Decoded(masked(*joined(engine, both, clean_up.length)))
