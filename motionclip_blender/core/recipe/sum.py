"""Defines sums of weighted sources; a prompt alone is the simplest one."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from ..cleanup.windows import joined
from ..latents.expression import Expression
from ..latents.sources import summed
from ..latents.terms import Prompt, Source
from ..prompt import checked_prompt
from .content import Content, Decoded

if TYPE_CHECKING:
    import numpy as np

    from ..cleanup.pipeline import CleanUp
    from ..engine import Engine


@dataclass(frozen=True)
class Sum(Content):
    """A motion of one expression."""

    kind: ClassVar[str] = "sum"
    has_latent: ClassVar[bool] = True

    expression: Expression

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
        return f"“{self.prompt}”" if self.prompt else str(self.expression)

    def decode(self, engine: Engine, latents: Mapping[Source, np.ndarray], clean_up: CleanUp) -> Decoded:
        latent = summed(engine, self.terms, latents)
        (motion,) = joined(engine, latent[None], clean_up.decoded_length)
        return Decoded(motion, latent)
