"""Tells which prompts of expressions mean nothing known.

Where a prompt is read in steps it is refused. In an expression it is made: any text has a latent, and what is added or
subtracted need not be a motion by itself.
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from typing import TYPE_CHECKING

from ..errors import UserError
from ..kept import Kept
from ..prompt_plan.understand import understand
from ..prompt_plan.wording_index import WordingIndex

if TYPE_CHECKING:
    from ..engine import Engine

_KEPT = 16  # expressions: a slider asks for the same one at every step

_told: Kept[WordingIndex, tuple[str, ...]] = Kept(_KEPT)


def guessed(engine: Engine, prompts: Sequence[str]) -> tuple[str, ...]:
    """Returns a sentence for each part of the prompts that is like nothing known; none by a pack that does not carry
    its wordings as texts."""
    if not prompts or not engine.reads_steps:
        return ()
    return _told.of(engine.wordings, tuple(prompts), lambda: _guessed(engine, prompts))


def _guessed(engine: Engine, prompts: Sequence[str]) -> tuple[str, ...]:
    unknown: list[str] = []
    for prompt in prompts:
        with suppress(UserError):  # it cannot be read in steps, which it need not be
            plan, choices = understand(engine, engine.wordings, prompt)
            unknown += [one.said for one, choice in zip(plan.segments, choices, strict=True) if not choice.sure]
    return tuple(f'Nothing known is like "{said}"; what is made of it is a guess.' for said in dict.fromkeys(unknown))
