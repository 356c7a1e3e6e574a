"""Converts the list of segments to a timeline, and a timeline to the list."""

from __future__ import annotations

from typing import TYPE_CHECKING

import bpy
from bpy.app.translations import pgettext_rpt as _

from ...core.errors import UserError
from ..generate.recipes import expression_of, pick, plain
from .filling import FILLING

if TYPE_CHECKING:
    from ...core.latents.expression import Expression
    from ...core.latents.terms import Source
    from ...core.recipe.content import Content
    from ...core.recipe.recipe import Recipe
    from ...core.recipe.timeline import Timeline, TimelineSegment

_BETWEEN = ";"  # the wordings of a segment's steps; a wording that has one cannot be shown
_MOST_SHOWN = 2**31 - 1  # the largest integer of a property

# --- from the list


def content_of(scene: bpy.types.Scene) -> Timeline:
    """Returns the content that a scene's list says. Raises `UserError`, with the number of the segment."""
    from ...core.recipe.timeline import Timeline, of_segment

    segments = []
    for number, item in enumerate(scene.motionclip.timeline.segments, 1):
        with of_segment(number):
            segments.append(_segment(scene, item))
    if not segments:
        raise UserError('The list has no segments; press "Add segment", or "Split the prompt".')
    return Timeline(tuple(segments))


def whole_length(scene: bpy.types.Scene) -> int | None:
    """Returns the frames that all segments are to take; None for as long as they take by themselves."""
    asked = scene.motionclip.timeline
    return None if asked.natural else asked.whole


def is_natural(scene: bpy.types.Scene, recipe: Recipe) -> bool:
    """Checks whether a recipe is a timeline that is as long as its segments take, by what the panel says."""
    from ...core.recipe.timeline import Timeline

    return isinstance(recipe.content, Timeline) and whole_length(scene) is None


def _segment(scene: bpy.types.Scene, item: bpy.types.PropertyGroup) -> TimelineSegment:
    from ...core.recipe.timeline import TimelineSegment

    seconds = None if item.natural else plain(item.seconds)
    transition = None if item.smooth else plain(item.transition)
    return TimelineSegment(_content(scene, item), seconds, transition)


def _content(scene: bpy.types.Scene, item: bpy.types.PropertyGroup) -> Content:
    from ...core.latents.expression import Expression
    from ...core.latents.terms import ActionName
    from ...core.recipe.blend import Blend
    from ...core.recipe.plan import PromptPlan
    from ...core.recipe.sum import Sum

    if item.kind == "PROMPT":
        return PromptPlan(item.prompt, scene.motionclip.guess, tuple(item.takes.split(_BETWEEN)), item.seed)
    if item.kind == "EXPRESSION":
        return Sum(Expression.typed(item.expression))
    if item.kind == "ACTION":
        if not item.action.strip():
            raise UserError("The Action has no name; choose one that is there.")
        if item.action not in bpy.data.actions:
            raise UserError(_('There is no Action "{}"; choose one that is there.').format(item.action))
        return Sum(Expression.of(ActionName(item.action)))
    ends = expression_of(item.start, "A"), expression_of(item.end, "B")
    return Blend(*ends, plain(item.factor), item.spherical)


# --- to the list


def show(scene: bpy.types.Scene, recipe: Recipe, natural: bool) -> bool:
    """Fills a scene's list with the segments of a timeline; returns whether all can be shown there.

    Does not change the list for another recipe, or where a segment is of a kind that the list does not have.
    natural: whether the motion is as long as its segments take.
    """
    from ...core.recipe.timeline import Timeline

    content, settings = recipe.content, scene.motionclip
    if not isinstance(content, Timeline) or not all(_can_be_shown(one.content) for one in content.segments):
        return False
    with FILLING:
        asked = settings.timeline
        asked.segments.clear()
        for segment in content.segments:
            _show_segment(settings, asked.segments.add(), segment)
        asked.active = 0
        asked.natural, asked.whole = natural, recipe.frames
    return True


def _can_be_shown(content: Content) -> bool:
    from ...core.recipe.blend import Blend
    from ...core.recipe.plan import PromptPlan
    from ...core.recipe.sum import Sum

    if isinstance(content, Blend):
        return _single(content.start) is not None and _single(content.end) is not None
    if isinstance(content, PromptPlan):
        return content.seed <= _MOST_SHOWN and not any(_BETWEEN in wording for wording in content.takes)
    return isinstance(content, Sum)


def _single(expression: Expression) -> Source | None:
    """Returns the only source of an expression that a row of the panel can show; None for any other expression."""
    from ...core.latents.terms import StyleName, StyleWord

    (term, *more) = expression.terms
    return None if more or term.weight != 1.0 or isinstance(term.source, StyleName | StyleWord) else term.source


def _show_segment(settings: bpy.types.PropertyGroup, item: bpy.types.PropertyGroup, segment: TimelineSegment) -> None:
    from ...core.latents.terms import ActionName
    from ...core.recipe.blend import Blend
    from ...core.recipe.plan import PromptPlan
    from ...core.recipe.sum import Sum

    match segment.content:
        case PromptPlan(prompt, guess, takes, seed):
            item.kind, item.prompt = "PROMPT", prompt
            item.takes, item.seed = f"{_BETWEEN} ".join(takes), seed
            settings.guess = settings.guess or guess
        case Blend(start, end, factor, spherical):
            item.kind, item.factor, item.spherical = "BLEND", factor, spherical
            for picked, one in ((item.start, _single(start)), (item.end, _single(end))):
                if one is not None:
                    pick(picked, one)
        case Sum(expression):
            only = _single(expression)
            if isinstance(only, ActionName):
                item.kind, item.action = "ACTION", only.name
            else:
                item.kind, item.expression = "EXPRESSION", str(expression)
    item.natural, item.smooth = segment.seconds is None, segment.transition is None
    if segment.seconds is not None:
        item.seconds = segment.seconds
    if segment.transition is not None:
        item.transition = segment.transition
