"""What the panels ask for, as recipes."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import bpy
from bpy.app.translations import pgettext_rpt as _

from ...core.errors import UserError

if TYPE_CHECKING:
    from ...core.latents.terms import Source
    from ...core.recipe.recipe import Recipe


def options(scene: bpy.types.Scene) -> dict[str, Any]:
    """What all recipes of the panels have: the length, how Actions are read, loop, in place."""
    from ...core.latents.window_pooling import WindowPooling

    settings = scene.motionclip
    return {
        "frames": settings.frames,
        "reading": WindowPooling(settings.reading, settings.reading_frame),
        "as_shown": settings.as_shown,
        "loop": settings.loop,
        "in_place": settings.in_place,
    }


def source_of(picked: bpy.types.PropertyGroup) -> Source | None:
    """What is picked in a `MOTIONCLIP_PG_source` or a term; None while that is empty."""
    from ...core.latents.terms import ActionName, ImageFile, Prompt, SavedLatent, StyleName
    from ...core.prompt import checked_prompt

    text = getattr(picked, picked.kind.lower())
    if not text.strip():
        return None
    if picked.kind == "PROMPT":
        try:
            return Prompt(checked_prompt(text))
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
    from ...core.latents.terms import ActionName, ImageFile, Prompt, SavedLatent, StyleName

    kinds = {Prompt: "PROMPT", ActionName: "ACTION", ImageFile: "IMAGE", SavedLatent: "LATENT", StyleName: "STYLE"}
    picked.kind = kinds[type(source)]
    (text,) = vars(source).values()
    setattr(picked, picked.kind.lower(), text)


def expression_of(picked: bpy.types.PropertyGroup, called: str) -> str:
    """What is picked, as an expression. Raises `UserError` when that is nothing, or is not there."""
    from ...core.latents.terms import ActionName, SavedLatent, source_text

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
    return source_text(source)


def blend(scene: bpy.types.Scene) -> Recipe:
    """Between A and B. Raises `UserError`."""
    from ...core.recipe.recipe import Recipe

    asked = scene.motionclip.blend
    ends: dict[str, Any] = {"first": expression_of(asked.start, "A"), "second": expression_of(asked.end, "B")}
    return Recipe(way="blend", factor=plain(asked.factor), spherical=asked.spherical, **ends, **options(scene))


def arithmetic(scene: bpy.types.Scene) -> Recipe:
    """The expression. Raises `UserError`, an `ExpressionError` for most of what can be wrong."""
    from ...core.recipe.recipe import Recipe

    return Recipe(scene.motionclip.arithmetic.expression, **options(scene))


def composition(scene: bpy.types.Scene) -> Recipe:
    """Upper over lower body. Raises `UserError`."""
    asked = scene.motionclip.composition
    upper, lower = expression_of(asked.upper, _("Upper")), expression_of(asked.lower, _("Lower"))
    return composed(upper, lower, asked.by, plain(asked.weight), **options(scene))


def composed(upper: str, lower: str, by: str, weight: float, **more: Any) -> Recipe:
    """Upper over lower body, which are expressions. by: "MASK" or "ARITHMETIC"."""
    from ...core.latents.expression import parse
    from ...core.latents.terms import Term, to_text
    from ...core.recipe.composition import STANDING
    from ...core.recipe.recipe import Recipe

    if by == "MASK":
        return Recipe(upper, way="mask", second=lower, **more)
    difference = [Term(weight * term.weight, term.source) for term in parse(upper)]
    return Recipe(to_text([*parse(lower), *difference, Term(-weight, STANDING)]), **more)


SECTIONS = {"blend": blend, "arithmetic": arithmetic, "composition": composition}
"""The parts of the panel with sliders that a motion follows."""


def plain(value: float) -> float:
    """A slider's value as the user sees it: Blender keeps 0.7 as 0.699999988."""
    return float(f"{value:.6g}")
