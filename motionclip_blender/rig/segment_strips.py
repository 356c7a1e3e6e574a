"""Keys a timeline as Actions, one for each segment, and lets NLA strips play them."""

from __future__ import annotations

from dataclasses import replace

import bpy

from ..core.errors import UserError
from ..core.prompt_plan.told import Step
from ..core.recipe.make import Made
from ..core.recipe.recipe import Recipe
from ..core.recipe.timeline import Timeline
from .action_metadata import key_made
from .nla import in_row
from .target import target_of


def key_segments(
    armature: bpy.types.Object, recipe: Recipe, made: Made, start_frame: int = 1, rate: float | None = None
) -> list[bpy.types.Action]:
    """Keys each segment of a timeline that was made as a new Action, and returns the Actions.

    Strips on a new NLA track play them one after the other, which is the same motion as that of one Action: each
    begins in the frame in which the one before ends. Every Action keeps the recipe of its own segment. recipe: of a
    `Timeline`. rate: as for `key_motion`. Raises its errors, and those of `nla.in_row`; then leaves nothing behind.
    """
    timeline = recipe.content
    assert isinstance(timeline, Timeline)
    actions: list[bpy.types.Action] = []
    edges = _edges(made)
    try:
        for segment, first, end in zip(timeline.segments, edges, edges[1:], strict=False):
            stop = end + 1
            part = replace(recipe, content=segment.content, frames=stop - first)
            own = made._replace(
                motion=made.motion.crop(first, stop), latent=None, steps=_within(made.steps, first, stop), starts=()
            )
            name = segment.content.title
            actions.append(key_made(armature, part, own, name, start_frame + first, assign=False, rate=rate))
        in_row(armature, actions, start_frame, recipe.title, touching=True)
        target_of(armature).prepare()
    except BaseException:
        bpy.data.batch_remove(actions)
        raise
    return actions


def _edges(made: Made) -> list[int]:
    """Returns the first frame of each segment, and the last of all: ascending, so that no strip is without a length."""
    last, many = len(made.motion) - 1, len(made.starts)
    if last < many:
        raise UserError(f"The motion has {last + 1} frames, too few for {many} strips; make it longer.")
    edges = [min(start, last - many + i) for i, start in enumerate(made.starts)]
    for i in range(1, many):
        edges[i] = max(edges[i], edges[i - 1] + 1)
    return [*edges, last]


def _within(steps: tuple[Step, ...], first: int, stop: int) -> tuple[Step, ...]:
    """Returns the steps that begin in a part of the motion, with frames counted from its start."""
    return tuple(
        replace(step, first=step.first - first, last=min(step.last, stop - 1) - first)
        for step in steps
        if first <= step.first < stop - 1
    )
