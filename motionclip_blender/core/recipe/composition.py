"""Combines the upper body of one motion with the lower body of another by arithmetic of latents."""

from __future__ import annotations

from ..latents.expression import Expression
from ..latents.terms import Prompt, Term, TextEmbedding
from .sum import Sum

STANDING = Prompt("a person stands")


def composed_sum(upper: Expression, lower: Expression, weight: float = 1.0) -> Sum:
    """Returns the sum lower + weight * (upper - "a person stands").

    MotionCLIP's figure 10, whose edits read base - start + end: (walk, Standing, drink from mug) is walk - Standing +
    drink from mug. While a person stands, an action only needs the upper body; so the difference of an action to
    standing is taken for the upper body's part, and is added to the lower motion. Only the latents' geometry keeps the
    legs unchanged; `masked` enforces it.
    """
    straight = any(isinstance(term.source, TextEmbedding) for term in (*upper.terms, *lower.terms))
    standing = TextEmbedding(STANDING.text) if straight else STANDING
    added = (Term(weight * term.weight, term.source) for term in upper.terms)
    return Sum(Expression((*lower.terms, *added, Term(-weight, standing))))
