"""The upper body of one motion over the lower body of another: by a mask, or by arithmetic of latents."""

from __future__ import annotations

from dataclasses import replace

from ..latents.expression import Expression
from ..latents.terms import Prompt, Term
from ..motion import Motion
from ..skeleton import INDEX, JOINTS
from .sum import Sum

STANDING = Prompt("a person stands")
LOWER_BODY = (
    "pelvis",
    *(f"{side}_{joint}" for side in ("left", "right") for joint in ("hip", "knee", "ankle", "foot")),
)
"""Joints that a composition takes from the lower motion, with the way over the ground."""


def masked(upper: Motion, lower: Motion) -> Motion:
    """Legs, hips and the way over the ground of `lower`, all else of `upper`.

    As long as the shorter one, at `lower`'s rate. Rotations are relative to the parent joint: the upper body leans as
    it does in its own motion, from these hips.
    """
    upper = upper.resample(lower.fps)
    frames = min(len(upper), len(lower))
    upper, lower = upper.crop(0, frames), lower.crop(0, frames)
    rotations = lower.rotations.copy()
    joints = [INDEX[name] for name in JOINTS if name not in LOWER_BODY]
    rotations[:, joints] = upper.rotations[:, joints]
    return replace(lower, rotations=rotations)


def composed_sum(upper: Expression, lower: Expression, weight: float = 1.0) -> Sum:
    """lower + weight * (upper - "a person stands").

    MotionCLIP's figure 10, whose edits read base - start + end: (walk, Standing, drink from mug) is
    walk - Standing + drink from mug. While a person stands only the upper body has something to do, so the difference
    of an action to standing is taken for what its upper body does, and is added to what the legs do. Nothing but the
    latents' geometry keeps the legs out of it; `masked` does so by force.
    """
    added = (Term(weight * term.weight, term.source) for term in upper.terms)
    return Sum(Expression((*lower.terms, *added, Term(-weight, STANDING))))
