"""Defines the base class of all kinds of recipe."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from typing import TYPE_CHECKING, ClassVar, NamedTuple

from ..errors import UserError
from ..latents.expression import Expression
from ..latents.terms import Source, Term

if TYPE_CHECKING:
    import numpy as np

    from ..cleanup.pipeline import CleanUp
    from ..engine import Engine
    from ..motion import Motion
    from ..prompt_plan.told import Step


class Decoded(NamedTuple):
    """A motion at the pack's rate, before the clean-up, and the latent (D,) that it was decoded from, if it is a single
    one.

    notes, steps, starts, natural: as in `make.Made`.
    """

    motion: Motion
    latent: np.ndarray | None = None
    notes: tuple[str, ...] = ()
    steps: tuple[Step, ...] = ()
    starts: tuple[int, ...] = ()
    natural: bool = False


@dataclass(frozen=True)
class Content(ABC):
    """The content of a recipe. A kind is a frozen dataclass; its fields of type `Expression` are its sources.

    kind: its name in stored recipes.
    has_latent: whether its motions are decoded from a single latent.
    """

    kind: ClassVar[str]
    has_latent: ClassVar[bool]

    @property
    @abstractmethod
    def title(self) -> str:
        """Names what is made, without the numbers that a slider may change."""

    @property
    @abstractmethod
    def description(self) -> str:
        """Describes what is made, with all of the user's choices."""

    @abstractmethod
    def decode(self, engine: Engine, latents: Mapping[Source, np.ndarray], clean_up: CleanUp) -> Decoded:
        """Decodes one motion, joined and combined, which `clean_up` then finishes.

        latents: (D,) of every source of `terms`.
        clean_up: gives the number of frames to decode: `decoded_length` of a single latent, `length` of motions that
            are combined.
        """

    def check(self, frames: int) -> None:  # noqa: B027, most kinds are of any length
        """Raises `UserError` when no motion of `frames` frames, at the requested rate, can be made of it."""

    def lasting(self, frames: int) -> Content:
        """Returns the content for a motion of `frames` frames; contents that know no length return themselves."""
        return self

    def varied(self, seed: int) -> Content:
        """Returns the variation with a number, of which 0 is the content without variation. Raises `UserError` for a
        number that is none, and for a content other than a prompt."""
        if seed == 0:
            return self
        raise UserError("Variations are made of a prompt alone; leave them out (seed 0), or ask for a prompt.")

    @property
    def mark(self) -> str:
        """Tells the content from others of a row, such as the number of a variation; empty without one."""
        return ""

    @property
    def expressions(self) -> tuple[Expression, ...]:
        values = (getattr(self, field.name) for field in fields(self))
        return tuple(value for value in values if isinstance(value, Expression))

    @property
    def terms(self) -> tuple[Term, ...]:
        """Lists the terms of all expressions: what `latents.sources.Inputs` must hold."""
        return tuple(term for expression in self.expressions for term in expression.terms)

    @property
    def sources(self) -> tuple:
        """Returns the kind and the sources, which are equal for two contents that differ in numbers only."""
        return self.kind, *(tuple(term.source for term in expression.terms) for expression in self.expressions)

    @property
    def typed(self) -> bool:
        """Tells whether a user typed it, as one expression of several terms, so that errors may name characters."""
        return len(self.expressions) == 1 and bool(self.expressions[0].text) and len(self.terms) > 1

    def renamed(self, names: Mapping[Source, Source]) -> Content:
        """Replaces the sources for which `names` has another."""
        values = {field.name: getattr(self, field.name) for field in fields(self)}
        found = {name: value.renamed(names) for name, value in values.items() if isinstance(value, Expression)}
        return replace(self, **found)
