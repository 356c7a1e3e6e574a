"""Keeps the expression and the list of its terms equal."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from functools import lru_cache
from typing import TYPE_CHECKING

import bpy

from ...core.errors import ExpressionError
from ..generate import live
from ..generate.recipes import pick, plain, source_of

if TYPE_CHECKING:
    from ...core.latents.terms import Term

_DECIMALS = 3  # decimals of weights that sliders set
_in_step = False


@contextmanager
def keeping_step() -> Iterator[None]:
    """Marks changes inside the block as made by this module, so that they do not count as the user's."""
    global _in_step
    before, _in_step = _in_step, True
    try:
        yield
    finally:
        _in_step = before


@lru_cache(maxsize=8)
def checked(expression: str) -> tuple[tuple[Term, ...], ExpressionError | None]:
    """Returns an expression's terms, or no terms and its error. Cached for panels, which ask with every redraw."""
    from ...core.latents.expression import parse

    try:
        return (parse(expression), None) if expression.strip() else ((), None)
    except ExpressionError as error:
        return (), error


def terms_of(scene: bpy.types.Scene) -> list[Term]:
    """Returns the list's terms without empty ones."""
    from ...core.latents.terms import Term

    found = ((item.weight, source_of(item)) for item in scene.motionclip.arithmetic.terms)
    return [Term(round(plain(weight), _DECIMALS), source) for weight, source in found if source is not None]


def expression_changed(scene: bpy.types.Scene) -> None:
    """Updates the list after the user has edited the expression. An invalid expression does not change the list."""
    if _in_step:
        return
    terms, error = checked(scene.motionclip.arithmetic.expression)
    if error is None:
        _fill(scene, terms)
        live.follow(scene, "arithmetic")


def terms_changed(scene: bpy.types.Scene) -> None:
    """Updates the expression after the user has edited the list."""
    from ...core.latents.terms import to_text

    if _in_step:
        return
    asked = scene.motionclip.arithmetic
    for item in asked.terms:
        if not abs(item.weight) < float("inf"):  # also true for nan, which a script may set
            with keeping_step():
                item.weight = 0.0
    with keeping_step():
        asked.expression = to_text(terms_of(scene))
    live.follow(scene, "arithmetic")


def set_terms(scene: bpy.types.Scene, terms: Iterable[Term]) -> None:
    """Sets both the expression and the list."""
    from ...core.latents.terms import to_text

    terms = list(terms)
    with keeping_step():
        scene.motionclip.arithmetic.expression = to_text(terms)
    _fill(scene, terms)


def _fill(scene: bpy.types.Scene, terms: Sequence[Term]) -> None:
    """Sets the items of the list."""
    asked = scene.motionclip.arithmetic
    with keeping_step():
        while len(asked.terms) > len(terms):
            asked.terms.remove(len(asked.terms) - 1)
        for i, term in enumerate(terms):
            item = asked.terms[i] if i < len(asked.terms) else asked.terms.add()
            pick(item, term.source)
            item.weight = term.weight
        asked.active = max(min(asked.active, len(terms) - 1), 0)
