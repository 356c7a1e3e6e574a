"""The expression and the list of its terms, which say the same."""

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

_DECIMALS = 3  # of weights that sliders write
_in_step = False


@contextmanager
def keeping_step() -> Iterator[None]:
    """While one of expression and list is set from the other, which is no change of the user's."""
    global _in_step
    before, _in_step = _in_step, True
    try:
        yield
    finally:
        _in_step = before


@lru_cache(maxsize=8)
def checked(expression: str) -> tuple[tuple[Term, ...], ExpressionError | None]:
    """An expression's terms, or none and what is wrong with it. For panels, which ask with every redraw."""
    from ...core.latents.expression import parse

    try:
        return (parse(expression), None) if expression.strip() else ((), None)
    except ExpressionError as error:
        return (), error


def terms_of(scene: bpy.types.Scene) -> list[Term]:
    """The list's terms, without those that are still empty."""
    from ...core.latents.terms import Term

    found = ((item.weight, source_of(item)) for item in scene.motionclip.arithmetic.terms)
    return [Term(round(plain(weight), _DECIMALS), source) for weight, source in found if source is not None]


def expression_changed(scene: bpy.types.Scene) -> None:
    """The user has typed an expression: the list shows its terms. One that cannot be read leaves the list alone."""
    if _in_step:
        return
    terms, error = checked(scene.motionclip.arithmetic.expression)
    if error is None:
        _fill(scene, terms)
        live.follow(scene, "arithmetic")


def terms_changed(scene: bpy.types.Scene) -> None:
    """The user has changed the list: the expression says the same."""
    from ...core.latents.terms import to_text

    if _in_step:
        return
    asked = scene.motionclip.arithmetic
    for item in asked.terms:
        if not abs(item.weight) < float("inf"):  # nan included, which a script may set
            with keeping_step():
                item.weight = 0.0
    with keeping_step():
        asked.expression = to_text(terms_of(scene))
    live.follow(scene, "arithmetic")


def set_terms(scene: bpy.types.Scene, terms: Iterable[Term]) -> None:
    """Both the expression and the list."""
    from ...core.latents.terms import to_text

    terms = list(terms)
    with keeping_step():
        scene.motionclip.arithmetic.expression = to_text(terms)
    _fill(scene, terms)


def _fill(scene: bpy.types.Scene, terms: Sequence[Term]) -> None:
    asked = scene.motionclip.arithmetic
    with keeping_step():
        while len(asked.terms) > len(terms):
            asked.terms.remove(len(asked.terms) - 1)
        for i, term in enumerate(terms):
            item = asked.terms[i] if i < len(asked.terms) else asked.terms.add()
            pick(item, term.source)
            item.weight = term.weight
        asked.active = max(min(asked.active, len(terms) - 1), 0)
