"""Splits latent expressions into tokens: numbers, named sources, signs and brackets."""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from typing import NamedTuple

from ..errors import ExpressionError, UserError
from ..prompt import MAX_WEIGHT, checked_prompt
from .terms import (
    ActionName,
    ImageFile,
    Prompt,
    SavedLatent,
    Source,
    StyleName,
    StyleWord,
    TextEmbedding,
)


class Token(NamedTuple):
    """A token. kind: "number", "source", "end", or the sign itself. at: its first character, counted from 1."""

    kind: str
    at: int
    value: float | Source | None = None


_QUOTES = {'"': '"', "'": "'", "“": "”", "„": "“", "«": "»"}
SHOWN = 24  # characters of a number in a message
_NUMBER = re.compile(r"(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?")
_WORD = re.compile(r"[^\W\d]\w*")
_NAMED: dict[str, Callable[[str], Source]] = {
    "image": ImageFile,
    "latent": SavedLatent,
    "style": lambda words: StyleWord(checked_prompt(words)),
    "text": lambda words: TextEmbedding(checked_prompt(words)),
}


def tokens(text: str) -> list[Token]:
    found, place = [], 0
    while place < len(text):
        if text[place].isspace():
            place += 1
            continue
        token, place = _token(text, place)
        found.append(token)
    return [*found, Token("end", len(text) + 1)]


def _token(text: str, place: int) -> tuple[Token, int]:
    """Returns the token that begins at `place`, and the place behind it."""
    first, at = text[place], place + 1
    if first in "+-*()":
        if text.startswith("**", place):
            raise ExpressionError(at, "latents have no powers; use a number, * and what it weighs.")
        return Token(first, at), place + 1
    if first in _QUOTES:
        words, behind = _enclosed(text, place, _QUOTES[first], "quotes", 'a text, such as "a person waves"')
        try:
            return Token("source", at, Prompt(checked_prompt(words))), behind
        except UserError as error:
            raise ExpressionError(at, f"{error}") from error
    if first == "[":
        name, behind = _enclosed(text, place, "]", "brackets", "an Action's name")
        return Token("source", at, ActionName(name)), behind
    if first == "{":
        name, behind = _enclosed(text, place, "}", "braces", "a style's name, such as {sad}")
        return Token("source", at, StyleName(name)), behind
    if number := _NUMBER.match(text, place):
        return _number_token(text, at, number)
    if word := _WORD.match(text, place):
        return _word_token(text, at, word)
    if first in "/÷:":
        raise ExpressionError(at, 'latents are not divided; multiply instead, such as 0.5 * "walk".')
    raise ExpressionError(at, f"{first!r} has no meaning here; there are + - * ( ) and what is in quotes or brackets.")


def _enclosed(text: str, place: int, close: str, what: str, content: str) -> tuple[str, int]:
    """Returns the text between the mark at `place` and `close`, and the place behind; a doubled closing mark is one."""
    parts, start = [], place + 1
    while True:
        stop = text.find(close, start)
        if stop < 0:
            raise ExpressionError(place + 1, f"these {what} are opened and never closed; add a {close} at their end.")
        parts.append(text[start:stop])
        if not text.startswith(close, stop + 1):
            break
        parts.append(close)
        start = stop + 2
    if not (inside := "".join(parts)).strip():
        raise ExpressionError(place + 1, f"these {what} are empty; put {content} between them.")
    return inside, stop + 1


def _number_token(text: str, at: int, number: re.Match) -> tuple[Token, int]:
    value, behind = float(number[0]), number.end()
    if text.startswith(",", behind) and text[behind + 1 : behind + 2].isdigit():
        raise ExpressionError(behind + 1, "decimals are written with a point, such as 0.7.")
    if not math.isfinite(value):
        raise ExpressionError(at, f"{number[0][:SHOWN]} is too large a number; weights go to {MAX_WEIGHT:g}.")
    return Token("number", at, value), behind


def _word_token(text: str, at: int, word: re.Match) -> tuple[Token, int]:
    name = word[0]
    opening = re.compile(r"\s*\(\s*").match(text, word.end())
    if name in _NAMED:
        if opening is None or text[opening.end() : opening.end() + 1] not in _QUOTES:
            raise ExpressionError(at, f'after {name} comes a name in brackets and quotes: {name}("...").')
        quote = opening.end()
        inside, behind = _enclosed(text, quote, _QUOTES[text[quote]], "quotes", f"the {name}'s name")
        closing = re.compile(r"\s*\)").match(text, behind)
        if closing is None:
            raise ExpressionError(behind + 1, f'here the bracket of {name}( is not closed; add a ")".')
        try:
            return Token("source", at, _NAMED[name](inside)), closing.end()
        except UserError as error:
            raise ExpressionError(quote + 1, f"{error}") from error
    if name.lower() in ("nan", "inf", "infinity"):
        raise ExpressionError(at, f"{name} is no weight; write a finite number.")
    if opening is not None:
        *known, last = (f'{known}("...")' for known in _NAMED)
        raise ExpressionError(at, f"{name} is unknown; there are {', '.join(known)} and {last}.")
    raise ExpressionError(at, f'words stand in quotes: "{name}" for a prompt, [{name}] for an Action.')
