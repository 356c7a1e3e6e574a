"""Combines the upper body of one motion with the lower body of another: by a mask, or by arithmetic of latents."""

from __future__ import annotations

from dataclasses import replace

from ..latents.expression import Expression
from ..latents.terms import Prompt, Term, TextEmbedding
from ..motion import Motion
from ..skeleton import INDEX, JOINTS
from .sum import Sum

STANDING = Prompt("a person stands")
LOWER_BODY = (
    "pelvis",
    *(f"{side}_{joint}" for side in ("left", "right") for joint in ("hip", "knee", "ankle", "foot")),
)
"""Joints that a composition takes from the lower motion, along with the path over the ground."""


def masked(upper: Motion, lower: Motion) -> Motion:
    """Returns legs, hips and the path over the ground of `lower`, and the rest of the body of `upper`.

    The result has the length of the shorter one, and `lower`'s rate. Rotations are relative to the parent joint: the
    upper body leans as in its own motion, but from these hips.
    """
    upper = upper.resample(lower.fps)
    frames = min(len(upper), len(lower))
    upper, lower = upper.crop(0, frames), lower.crop(0, frames)
    rotations = lower.rotations.copy()
    joints = [INDEX[name] for name in JOINTS if name not in LOWER_BODY]
    rotations[:, joints] = upper.rotations[:, joints]
    return replace(lower, rotations=rotations)


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
