"""Stores recipes as text in Actions: one line of JSON with a `version`.

Version 2 holds the name and the fields of the content beside those of the recipe. Version 1, of the releases 0.3 and
0.4, has no `version`: it is flat, with two expressions and the name of their combination. Both are read, 2 is written.
What older releases do not know, the number of a variation and hands that touch, is written only where it is not 0.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import fields
from functools import cache
from typing import Any, get_type_hints

from ..errors import UserError
from ..json_text import parsed_json
from ..latents.expression import Expression
from ..latents.terms import (
    ActionName,
    ImageFile,
    Prompt,
    SavedLatent,
    Source,
    StyleName,
    StyleWord,
    Term,
    TextEmbedding,
    to_text,
)
from ..latents.window_pooling import WindowPooling
from ..prompt import checked_prompt
from .blend import Blend
from .content import Content
from .mask import Mask
from .plan import PromptPlan
from .recipe import Recipe
from .sum import Sum
from .timeline import Timeline, TimelineSegment
from .travel import Travel

VERSION = 2
CONTENTS: Mapping[str, type[Content]] = {
    content.kind: content for content in (Sum, Blend, Travel, Mask, PromptPlan, Timeline)
}
"""Every kind of content that is stored, by its name."""

_SOURCES: Mapping[str, type[Source]] = {
    "prompt": Prompt, "action": ActionName, "image": ImageFile, "latent": SavedLatent, "style": StyleName,
    "text": TextEmbedding, "word": StyleWord,
}  # fmt: skip
_NEWER = ("seed", "hands_touch")
_SOURCE_NAMES = {source: name for name, source in _SOURCES.items()}


def to_json(recipe: Recipe) -> str:
    """Writes one line, which `from_json` reads back as an equal recipe."""
    values = {"version": VERSION, "content": recipe.content.kind, **_written(recipe.content), **_written(recipe)}
    return json.dumps(values, ensure_ascii=False)


def from_json(text: str) -> Recipe:
    """Reads a recipe. Raises `UserError` for text that is no recipe, or one of a later version."""
    try:
        values = parsed_json(text)
        if not isinstance(values, dict):
            raise TypeError(f"{type(values).__name__} is no recipe")
        if "version" not in values:
            return _of_version_1(values)
        if type(version := values.pop("version")) is not int or version != VERSION:
            raise ValueError(f"version {version!r} is unknown")
        content = _content(values)
        return Recipe(content, **_read(Recipe, values))
    except (ValueError, TypeError, KeyError, OverflowError) as error:
        raise UserError("What this motion was made from cannot be read; make it anew.") from error


# --- fields, by their types


def _written(value: Recipe | Content) -> dict[str, object]:
    """Returns the fields of a recipe or a content; those of a recipe without its content."""
    found = {one.name: getattr(value, one.name) for one in fields(value)}
    plain = {name: _plain(one) for name, one in found.items() if not isinstance(one, Content)}
    return {name: one for name, one in plain.items() if name not in _NEWER or one}


def _plain(value: object) -> object:
    match value:
        case Expression():
            return value.text or [_plain(term) for term in value.terms]
        case Term(weight, source):
            return {"weight": weight, _SOURCE_NAMES[type(source)]: source.name}
        case WindowPooling(how, frame):
            return {"how": how, "frame": frame}
        case TimelineSegment(content, seconds, transition):
            return {"content": content.kind, **_written(content), "seconds": seconds, "transition": transition}
        case tuple():
            return [_plain(one) for one in value]
    return value


@cache
def _types(owner: type) -> Mapping[str, object]:
    """Returns the type of every field of a dataclass."""
    hints = get_type_hints(owner)
    return {field.name: hints[field.name] for field in fields(owner)}


def _read(owner: type, values: Mapping[str, object]) -> dict[str, Any]:
    """Reads keywords for `owner`. Raises `TypeError` for values of another type, `KeyError` for unknown fields."""
    return {name: _READERS[_types(owner)[name]](value) for name, value in values.items()}


def _content(values: dict[str, object]) -> Content:
    """Reads a content, and takes its fields out of `values`."""
    kind = CONTENTS[_text(values.pop("content"))]
    return kind(**_read(kind, {name: values.pop(name) for name in _types(kind) if name in values}))


def _of_type(*types: type) -> Callable[[object], Any]:
    """Returns a reader of values that have exactly one of these types: True is no number."""

    def reader(value: object) -> Any:
        if type(value) not in types:
            raise TypeError(f"{value!r} is of another type")
        return value

    return reader


_whole, _flag, _text, _list = _of_type(int), _of_type(bool), _of_type(str), _of_type(list)


def _number(value: object) -> float:
    return float(_of_type(int, float)(value))


def _numbers(value: object) -> tuple[float, ...]:
    return tuple(map(_number, _list(value)))


def _texts(value: object) -> tuple[str, ...]:
    return tuple(map(_text, _list(value)))


def _pooling(value: object) -> WindowPooling:
    return WindowPooling(**_read(WindowPooling, _of_type(dict)(value)))


def _expression(value: object) -> Expression:
    if isinstance(value, str):
        return Expression.typed(value)
    return Expression(tuple(map(_term, _list(value))))


def _term(value: object) -> Term:
    values = dict(_of_type(dict)(value))
    weight = _number(values.pop("weight"))
    ((name, text),) = values.items()
    source = _SOURCES[name](_text(text))
    if isinstance(source, Prompt | TextEmbedding | StyleWord):
        source = type(source)(checked_prompt(source.name))
    return Term(weight, source)


def _seconds(value: object) -> float | None:
    return None if value is None else _number(value)


def _segments(value: object) -> tuple[TimelineSegment, ...]:
    return tuple(map(_segment, _list(value)))


def _segment(value: object) -> TimelineSegment:
    values = dict(_of_type(dict)(value))
    content = _content(values)
    return TimelineSegment(content, **{name: _seconds(values.pop(name)) for name in tuple(values)})


_READERS: Mapping[object, Callable] = {
    Expression: _expression, float: _number, int: _whole, bool: _flag, str: _text, tuple[float, ...]: _numbers,
    tuple[str, ...]: _texts, WindowPooling: _pooling, tuple[TimelineSegment, ...]: _segments,
}  # fmt: skip


# --- version 1


_NEEDED = {"sum": 1, "blend": 2, "travel": 2, "mask": 2}  # numbers of expressions


def _of_version_1(values: Mapping[str, object]) -> Recipe:
    """Reads a recipe of 0.3 or 0.4. Raises the errors that `from_json` converts."""
    known: dict[str, Callable[[object], Any]] = {
        "first": _text, "second": _text, "way": _text, "frames": _whole, "factor": _number, "factors": _numbers,
        "spherical": _flag, "loop": _flag, "in_place": _flag, "as_shown": _flag, "reading": _pooling,
    }  # fmt: skip
    read: dict[str, Any] = {"second": "", "way": "sum", "factor": 0.5, "factors": (), "spherical": False}
    read |= {name: known[name](value) for name, value in values.items()}
    first, second, kind = read.pop("first"), read.pop("second"), CONTENTS[read.pop("way")]
    factor, factors, spherical = (read.pop(name) for name in ("factor", "factors", "spherical"))
    if 1 + bool(second) != _NEEDED[kind.kind]:
        raise ValueError(f"{kind.kind} is not made of {1 + bool(second)} expressions")
    ends = [_typed_or_not(text) for text in (first, second) if text]
    of = {Blend: (factor, spherical), Travel: (factors, spherical)}.get(kind, ())
    if "reading" in read:
        read["pooling"] = read.pop("reading")
    return Recipe(kind(*ends, *of), **read)


def _typed_or_not(text: str) -> Expression:
    """Reads an expression, and drops its text if that is equal to its only term's: a prompt becomes a prompt again."""
    found = Expression.typed(text)
    if len(found.terms) == 1 and to_text(found.terms) == text:
        return Expression(found.terms)
    return found
