"""Defines sums of weighted sources; a prompt alone is the simplest one."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, ClassVar

from ..cleanup.windows import joined
from ..errors import UserError
from ..latents.expression import Expression
from ..latents.sources import summed
from ..latents.terms import Prompt, Source
from ..prompt import checked_prompt
from ..variation.kin import names_a_side
from ..variation.sampling import Said, checked_seed, told_seed, variation
from .content import Content, Decoded

if TYPE_CHECKING:
    import numpy as np

    from ..cleanup.pipeline import CleanUp
    from ..engine import Engine


@dataclass(frozen=True)
class Sum(Content):
    """A motion of one expression.

    seed: which variation of a prompt alone is made; 0 for its own motion. Raises `UserError` for one of another
        expression.
    """

    kind: ClassVar[str] = "sum"
    has_latent: ClassVar[bool] = True

    expression: Expression
    seed: int = 0

    def __post_init__(self) -> None:
        if checked_seed(self.seed) and not self.prompt:
            raise UserError(
                "Variations are made of a prompt alone, by the wordings nearest to it; leave them out (seed 0)."
            )

    @classmethod
    def of_prompt(cls, prompt: str) -> Sum:
        """Makes the sum of a prompt alone. Raises `UserError` for an invalid prompt."""
        return cls(Expression.of(Prompt(checked_prompt(prompt))))

    @property
    def prompt(self) -> str:
        """Returns the prompt if there is no other source, else an empty text."""
        (first, *others) = self.terms
        return first.source.text if not others and first.weight == 1.0 and isinstance(first.source, Prompt) else ""

    @property
    def title(self) -> str:
        return self.expression.title

    @property
    def description(self) -> str:
        return f"“{self.prompt}”{told_seed(self.seed)}" if self.prompt else str(self.expression)

    @property
    def sources(self) -> tuple:
        return (*super().sources, self.seed)

    @property
    def mark(self) -> str:
        return str(self.seed)

    def varied(self, seed: int) -> Sum:
        return replace(self, seed=seed)

    def decode(self, engine: Engine, latents: Mapping[Source, np.ndarray], clean_up: CleanUp) -> Decoded:
        latent, once = summed(engine, self.terms, latents), None
        if self.seed:
            found = variation(engine, latent, self.seed, Said(names_a_side(self.prompt)))
            latent, once = found.latent, [found.facts.after == "hold"]
        (motion,) = joined(engine, latent[None], clean_up.decoded_length, once)
        return Decoded(motion, latent)
