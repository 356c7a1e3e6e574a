"""Varies what was chosen for the steps of a prompt."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from ..prompt_plan.choice import Choice
from ..prompt_plan.plan import Segment
from .kin import names_a_side
from .sampling import Said, variation

if TYPE_CHECKING:
    from ..engine import Engine


def varied_choice(engine: Engine, segment: Segment, choice: Choice, seed: int, step: int = 0) -> Choice:
    """Returns the choice with a variation of its motion, and of the one beside it. Raises what `variation` raises.

    step: the number of the step, so that equal steps of a prompt vary differently.
    """
    said = Said(bool(segment.side) or names_a_side(segment.text), segment.measured)
    found = variation(engine, choice.latent, seed, said, choice.motion, 2 * step)
    beside = choice.beside
    if beside is not None:
        said = Said(any(map(names_a_side, segment.together)))
        other = variation(engine, beside.latent, seed, said, beside.motion, 2 * step + 1)
        beside = replace(beside, motion=other.motion, wording=other.wording, latent=other.latent, facts=other.facts)
    return replace(
        choice, motion=found.motion, wording=found.wording, latent=found.latent, facts=found.facts, beside=beside
    )
