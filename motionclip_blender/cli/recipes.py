"""Converts the options of the command line to a recipe."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..core.errors import UserError
from ..core.latents.expression import Expression
from ..core.latents.terms import ImageFile
from ..core.prompt import checked_frames
from .arguments import FRAMES, manner_of, options_given, refuse

if TYPE_CHECKING:  # they import numpy, which would delay --help
    from ..core.latents.window_pooling import WindowPooling
    from ..core.recipe.recipe import Recipe

_DIGITS = 10  # digits from which on a frame number is longer than any motion


def recipe_of(given: argparse.Namespace) -> tuple[Recipe, str]:
    """Returns the recipe that the options describe, and its title."""
    recipe, title = _recipe_of(given)
    return recipe.straight() if given.straight else recipe, title


def reads_steps(given: argparse.Namespace) -> bool:
    """Tells whether the prompt is read in steps: unless the options name something that steps do not have."""
    latent = getattr(given, "latent", None)  # not all requests write one
    return not (given.straight or latent is not None) if given.plan is None else given.plan


def check_reading(given: argparse.Namespace, asked: str) -> None:
    """Raises `UserError` for options about a prompt's steps that do not go with what is asked, or with each other."""
    if asked != "prompt":
        refuse(given, ("plan", "take") if asked == "timeline" else ("plan", "guess", "take"), "goes with a prompt only")
    elif given.plan and given.straight:
        raise UserError("A prompt is read in steps or taken straight, not both; leave out --plan or --straight.")
    elif not reads_steps(given) and (meant := options_given(given, ("guess", "take"))):
        other = "no-plan" if given.plan is False else "straight" if given.straight else "latent"
        raise UserError(f"{meant[0]} goes with a prompt that is read in steps; leave out --{other}.")


def _recipe_of(given: argparse.Namespace) -> tuple[Recipe, str]:
    from ..core.recipe.blend import Blend
    from ..core.recipe.mask import Mask
    from ..core.recipe.plan import PromptPlan
    from ..core.recipe.recipe import Recipe
    from ..core.recipe.sum import Sum
    from ..core.recipe.travel import Travel

    frames = checked_frames(FRAMES if given.frames is None else given.frames)
    more: dict[str, Any] = {"pooling": pooling_of(given.reading), **manner_of(given)}
    if given.prompt is not None:
        if reads_steps(given):
            content = PromptPlan(given.prompt, given.guess)
            for step, wording in map(_take, given.take or ()):
                content = content.taking(step, wording)
            recipe = Recipe(content, frames, **more)
        else:
            recipe = Recipe.of_prompt(given.prompt, frames, **more)
        return recipe, recipe.title
    if given.timeline is not None:
        from .timeline_file import check_files, read_timeline

        timeline = read_timeline(given.timeline, given.guess)
        check_files(timeline)
        return Recipe(timeline, frames, **more), timeline.title
    if given.image is not None:
        return Recipe(Sum(Expression.of(ImageFile(given.image))), frames, **more), Path(given.image).name
    if given.expression is not None:
        return Recipe(Sum(Expression.typed(given.expression)), frames, **more), _title(given.expression)
    start, end = map(Expression.of_text, given.blend or given.mask)
    if given.mask is not None:
        return Recipe(Mask(start, end), frames, **more), _title(" over ".join(given.mask))
    title = _title(" → ".join(given.blend))
    if given.travel:
        return Recipe(Travel(start, end, spherical=given.spherical), frames, **more), title
    if given.factor is None:
        return Recipe(Blend(start, end, spherical=given.spherical), frames, **more), title
    return Recipe(Blend(start, end, given.factor, given.spherical), frames, **more), f"{title} {given.factor:.2f}"


def _take(text: str) -> tuple[int, str]:
    """Parses what a step is taken for, `STEP=WORDING`."""
    step, given, wording = text.partition("=")
    if not (given and wording.strip() and step.strip().isdecimal() and len(step) < _DIGITS):
        raise UserError(f"--take says the number of a step and a wording, such as 2=walks backward, not {text!r}.")
    return int(step), wording.strip().strip('"')


def _title(text: str) -> str:
    return " ".join(text.split())


def pooling_of(text: str | None) -> WindowPooling:
    from ..core.latents.window_pooling import POOLINGS, WindowPooling

    if text is None:
        return WindowPooling()
    if text.isdecimal() and len(text) < _DIGITS:
        return WindowPooling("frame", int(text))
    if text not in POOLINGS or text == "frame":
        raise UserError(f"--reading takes average, first, typical or the number of a frame, not {text!r}.")
    return WindowPooling(text)
