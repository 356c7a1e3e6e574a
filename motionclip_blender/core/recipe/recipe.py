"""Defines recipes: everything that determines a motion, as one plain value.

The panel, the command line and "run again" write recipes; `make.make` makes all of them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from ..errors import UserError
from ..latents.terms import Prompt, Source, Term, TextEmbedding
from ..latents.window_pooling import WindowPooling
from ..prompt import checked_frames
from .content import Content
from .sum import Sum


@dataclass(frozen=True)
class Recipe:
    """A motion to make.

    Raises `UserError` for invalid values, as far as they can be checked without other data.
    content: the sources and how they are combined.
    frames: length at the requested rate, which is the scene's.
    pooling: how Actions become latents.
    loop: whether the last frame flows into the first.
    in_place: whether the path over the ground is removed.
    as_shown: whether Actions are read as Blender shows them, and not by their keys.
    hands_touch: whether arms bend so that hands that touch still do on a body of other proportions.
    """

    content: Content
    frames: int
    pooling: WindowPooling = field(default_factory=WindowPooling)
    loop: bool = False
    in_place: bool = False
    as_shown: bool = False
    hands_touch: bool = False

    def __post_init__(self) -> None:
        checked_frames(self.frames)
        self.content.check(self.frames)

    @classmethod
    def of_prompt(cls, prompt: str, frames: int, **more: Any) -> Recipe:
        """Makes the recipe of a prompt alone. more: the other fields. Raises `UserError` for an invalid prompt."""
        return cls(Sum.of_prompt(prompt), frames, **more)

    @property
    def terms(self) -> tuple[Term, ...]:
        """Lists the terms of all expressions."""
        return self.content.terms

    @property
    def prompt(self) -> str:
        """Returns the prompt if there is no other source, else an empty text."""
        return str(getattr(self.content, "prompt", ""))  # of a sum, and of a prompt that is read in steps

    @property
    def title(self) -> str:
        """Names what is made, without the numbers that a slider may change."""
        return self.content.title

    def straight(self) -> Recipe:
        """Takes every prompt straight from the text: its own embedding, without the wordings nearest to it.

        Raises `UserError` where there is no prompt.
        """
        prompts: dict[Source, Source] = {
            term.source: TextEmbedding(term.source.text) for term in self.terms if isinstance(term.source, Prompt)
        }
        if not prompts:
            raise UserError("There is no prompt that could be taken straight from the text; leave that out.")
        return self.renamed(prompts)

    def lasting(self, frames: int) -> Recipe:
        """Returns the recipe for `frames` frames. Raises `UserError` for an invalid length."""
        return replace(self, content=self.content.lasting(frames), frames=frames)

    def varied(self, seed: int) -> Recipe:
        """Returns the variation with a number; 0 is the recipe's own motion. Raises what `Content.varied` raises."""
        return replace(self, content=self.content.varied(seed))

    def renamed(self, names: Mapping[Source, Source]) -> Recipe:
        """Replaces the sources for which `names` has another."""
        return replace(self, content=self.content.renamed(names))
