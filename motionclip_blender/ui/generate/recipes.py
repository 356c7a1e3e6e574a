"""Converts the panels' settings to recipes."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import bpy
from bpy.app.translations import pgettext_rpt as _

from ...core.errors import UserError

if TYPE_CHECKING:
    from ...core.latents.expression import Expression
    from ...core.latents.terms import Source
    from ...core.recipe.content import Content


def options(scene: bpy.types.Scene) -> dict[str, Any]:
    """Returns the options that all recipes of the panels have: the length, the pooling of Actions, loop, in place,
    hands that touch."""
    from ...core.latents.window_pooling import WindowPooling

    settings = scene.motionclip
    return {
        "frames": settings.frames,
        "pooling": WindowPooling(settings.reading, settings.reading_frame),
        "as_shown": settings.as_shown,
        "loop": settings.loop,
        "in_place": settings.in_place,
        "hands_touch": settings.hands_touch,
    }


def source_of(picked: bpy.types.PropertyGroup) -> Source | None:
    """Returns the source chosen in a `MOTIONCLIP_PG_source` or a term; None if it is empty."""
    from ...core.latents.terms import (
        ActionName,
        ImageFile,
        Prompt,
        SavedLatent,
        StyleName,
        StyleWord,
        TextEmbedding,
    )
    from ...core.prompt import checked_prompt

    text = getattr(picked, picked.kind.lower())
    if not text.strip():
        return None
    texts: dict[str, Callable[[str], Source]] = {"PROMPT": Prompt, "TEXT": TextEmbedding, "WORD": StyleWord}
    if picked.kind in texts:
        try:
            return texts[picked.kind](checked_prompt(text))
        except UserError:
            return None
    kinds: dict[str, Callable[[str], Source]] = {
        "ACTION": ActionName,
        "IMAGE": ImageFile,
        "LATENT": SavedLatent,
        "STYLE": StyleName,
    }
    return kinds[picked.kind](text)


def pick(picked: bpy.types.PropertyGroup, source: Source) -> None:
    """Sets a `MOTIONCLIP_PG_source` or a term to `source`."""
    from ...core.latents.terms import (
        ActionName,
        ImageFile,
        Prompt,
        SavedLatent,
        StyleName,
        StyleWord,
        TextEmbedding,
    )

    kinds = {
        Prompt: "PROMPT", ActionName: "ACTION", ImageFile: "IMAGE", SavedLatent: "LATENT", StyleName: "STYLE",
        TextEmbedding: "TEXT", StyleWord: "WORD",
    }  # fmt: skip
    picked.kind = kinds[type(source)]
    setattr(picked, picked.kind.lower(), source.name)


def expression_of(picked: bpy.types.PropertyGroup, called: str) -> Expression:
    """Returns the chosen source as an expression. Raises `UserError` when there is none, or it does not exist."""
    from ...core.latents.expression import Expression
    from ...core.latents.terms import ActionName, SavedLatent

    source = source_of(picked)
    missing = None
    match source:
        case None:
            text = _("{} is empty; type a prompt there, or choose an Action, an image or a saved latent.")
            raise UserError(text.format(called))
        case ActionName(name) if name not in bpy.data.actions:
            missing = _('there is no Action "{}"').format(name)
        case SavedLatent(name) if name not in picked.id_data.motionclip.latents:
            missing = _('there is no saved latent "{}"').format(name)
    if missing:
        raise UserError(_("{}: {}; choose one that is there.").format(called, missing))
    return Expression.of(source)


def given_or_picked(
    operator: bpy.types.Operator, name: str, picked: bpy.types.PropertyGroup, called: str
) -> Expression:
    """Returns the expression that a script gave an operator as its property `name`, else what the panel says.

    Keeps that in the property, so that "Adjust Last Operation" shows it. Raises `UserError`.
    """
    from ...core.latents.expression import Expression

    if operator.properties.is_property_set(name):
        return Expression.typed(getattr(operator, name))
    found = expression_of(picked, called)
    setattr(operator, name, str(found))
    return found


def blend(scene: bpy.types.Scene) -> Content:
    """Returns the content of a blend between A and B. Raises `UserError`."""
    from ...core.recipe.blend import Blend

    asked = scene.motionclip.blend
    ends = expression_of(asked.start, "A"), expression_of(asked.end, "B")
    return Blend(*ends, plain(asked.factor), asked.spherical)


def arithmetic(scene: bpy.types.Scene) -> Content:
    """Returns the content of the expression. Raises `UserError`, mostly an `ExpressionError`."""
    from ...core.latents.expression import Expression
    from ...core.recipe.sum import Sum

    return Sum(Expression.typed(scene.motionclip.arithmetic.expression))


def composition(scene: bpy.types.Scene) -> Content:
    """Returns the content of a composition of upper and lower body. Raises `UserError`."""
    asked = scene.motionclip.composition
    upper, lower = expression_of(asked.upper, _("Upper")), expression_of(asked.lower, _("Lower"))
    return composed(upper, lower, asked.by, plain(asked.weight))


def composed(upper: Expression, lower: Expression, by: str, weight: float) -> Content:
    """Returns the content of a composition. by: "MASK" or "ARITHMETIC"."""
    from ...core.recipe.composition import composed_sum
    from ...core.recipe.mask import Mask

    return Mask(upper, lower) if by == "MASK" else composed_sum(upper, lower, weight)


SECTIONS = {"blend": blend, "arithmetic": arithmetic, "composition": composition}
"""The parts of the panel that are a single content, each with a function of the scene."""


def plain(value: float) -> float:
    """Returns a slider's value as the user sees it: Blender stores 0.7 as 0.699999988."""
    return float(f"{value:.6g}")
