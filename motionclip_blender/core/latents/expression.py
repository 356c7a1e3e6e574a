"""Parses latent expressions: `"jump" + 0.7 * ("old man walking" - "walking")` becomes a sum of weighted sources.

    expression = product  { ("+" | "-") product }
    product    = factor   { "*" factor }              one factor at most is a latent
    factor     = { "-" | "+" } ( number | source | "(" expression ")" )
    source     = "prompt" | [Action] | {style} | image("file") | latent("name") | text("prompt") | style("word")

Quotes may be single, double or typographic. A closing mark inside a name is doubled: `[Walk [2]]]` is "Walk [2]". Every
expression is linear, so it equals the sum of its terms; brackets are multiplied out. Nothing is recursive, so brackets
may be nested as deep as the text allows.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import cast

from ..errors import ExpressionError, UserError
from ..prompt import MAX_WEIGHT, checked_prompt
from .terms import (
    Prompt,
    Source,
    Term,
    title_of,
    to_text,
)
from .tokens import Token, tokens

MAX_CHARACTERS = 10_000
MAX_TERMS = 256

_MARKS = '"“„«[]{}'  # a text with one of these is meant as an expression


@dataclass(frozen=True)
class Expression:
    """A sum of terms. text: as a user typed it; empty if nobody did.

    Raises `UserError` for no terms or too many, empty names, and invalid weights.
    """

    terms: tuple[Term, ...]
    text: str = ""

    def __post_init__(self) -> None:
        if not 1 <= len(self.terms) <= MAX_TERMS:
            raise UserError(f"A sum has 1 to {MAX_TERMS} terms, not {len(self.terms)}.")
        for term in self.terms:
            if not abs(term.weight) <= MAX_WEIGHT:  # nan included
                raise UserError(f"A term weighs {term.weight:g}; weights go from -{MAX_WEIGHT:g} to {MAX_WEIGHT:g}.")
            if not term.source.name.strip():
                raise UserError("A term of the sum is empty; name what it is of.")

    @classmethod
    def typed(cls, text: str) -> Expression:
        """Parses what a user typed. Raises `ExpressionError`."""
        return cls(parse(text), text)

    @classmethod
    def of_text(cls, text: str) -> Expression:
        """Parses what may be an expression or a prompt. Raises `ExpressionError`, or `UserError` for a bad prompt."""
        try:
            return cls.typed(text)
        except ExpressionError:
            if any(mark in text for mark in _MARKS):
                raise
            return cls.of(Prompt(checked_prompt(text)))

    @classmethod
    def of(cls, source: Source) -> Expression:
        """Makes the expression of one source, with weight 1."""
        return cls((Term(1.0, source),))

    def __str__(self) -> str:
        """Returns the text that a user typed or would type."""
        return self.text or to_text(self.terms)

    @property
    def title(self) -> str:
        """Lists the names of its sources, without weights."""
        return title_of(self.terms)

    def renamed(self, names: Mapping[Source, Source]) -> Expression:
        """Replaces the sources for which `names` has another; the result has no typed text then."""
        if not any(term.source in names for term in self.terms):
            return self
        return Expression(tuple(replace(term, source=names.get(term.source, term.source)) for term in self.terms))


def parse(text: str) -> tuple[Term, ...]:
    """Returns the terms of an expression, in the order they are written in.

    Raises `ExpressionError` with the place and the reason, for everything that is no sum of weighted sources.
    """
    if len(text) > MAX_CHARACTERS:
        raise ExpressionError(
            MAX_CHARACTERS + 1,
            f"an expression has {MAX_CHARACTERS:,} characters at most, this one {len(text):,}; shorten it.",
        )
    return _flat(_Parser(text).parsed())


@dataclass(frozen=True, eq=False)
class _Number:
    value: float


@dataclass(frozen=True, eq=False)
class _Leaf:
    source: Source
    at: int


@dataclass(frozen=True, eq=False)
class _Sum:
    left: _Node
    right: _Node
    sign: float


@dataclass(frozen=True, eq=False)
class _Scaled:
    factor: float
    node: _Node


_Node = _Leaf | _Sum | _Scaled
_BINDS = {"(": 0, "+": 1, "-": 1, "*": 2, "negative": 3, "positive": 3}


class _Parser:
    """Precedence parsing with two stacks of its own (Dijkstra's shunting yard), so that nesting costs no recursion."""

    def __init__(self, text: str) -> None:
        self.tokens = tokens(text)
        self.values: list[_Number | _Node] = []
        self.waiting: list[tuple[str, int]] = []  # operators and open brackets, each with its character

    def parsed(self) -> _Node:
        if self.tokens[0].kind == "end":
            raise ExpressionError(1, 'the expression is empty; write one, such as "walk" + 0.5 * {sad}.')
        after_value = False
        for token in self.tokens:
            after_value = self._after_value(token) if after_value else self._before_value(token)
        (value,) = self.values
        if isinstance(value, _Number):
            raise ExpressionError(1, 'this is a number only; say what it weighs, such as 0.5 * "walk".')
        return value

    def _before_value(self, token: Token) -> bool:
        """Takes a token that may begin a value. Returns whether a value is complete."""
        match token.kind:
            case "number":
                self.values.append(_Number(cast("float", token.value)))
                return True
            case "source":
                self.values.append(_Leaf(cast("Source", token.value), token.at))
                return True
            case "(":
                self.waiting.append(("(", token.at))
            case "-":
                self.waiting.append(("negative", token.at))
            case "+":
                self.waiting.append(("positive", token.at))
            case "*":
                raise ExpressionError(token.at, "there is nothing before this * to multiply.")
            case ")":
                raise ExpressionError(token.at, "something is missing before this bracket.")
            case _:
                unclosed = [at for sign, at in self.waiting if sign == "("]
                if unclosed and self.waiting[-1][0] == "(":
                    raise ExpressionError(unclosed[-1], "this bracket is opened and never closed.")
                raise ExpressionError(token.at, "the expression ends where something should follow.")
        return False

    def _after_value(self, token: Token) -> bool:
        """Takes a token that may follow a value. Returns whether a value is still complete."""
        match token.kind:
            case "+" | "-" | "*":
                self._reduce(_BINDS[token.kind])
                self.waiting.append((token.kind, token.at))
                return False
            case ")":
                self._reduce(1)
                if not self.waiting:
                    raise ExpressionError(token.at, "this bracket closes none; remove it or open one before.")
                self.waiting.pop()
            case "end":
                self._reduce(1)
                if self.waiting:
                    raise ExpressionError(self.waiting[-1][1], 'this bracket is opened and never closed; add a ")".')
            case _:
                numbers = token.kind == "number" or isinstance(self.values[-1], _Number)
                raise ExpressionError(token.at, f"put {'a *' if numbers else '+, - or *'} before this.")
        return True

    def _reduce(self, binds: int) -> None:
        """Applies the waiting operators that bind at least as tightly."""
        while self.waiting and _BINDS[self.waiting[-1][0]] >= binds:
            sign, at = self.waiting.pop()
            right = self.values.pop()
            if sign in ("negative", "positive"):
                self.values.append(_times(-1.0 if sign == "negative" else 1.0, right))
            elif sign == "*":
                self.values.append(_product(self.values.pop(), right, at))
            else:
                self.values.append(_sum(self.values.pop(), right, 1.0 if sign == "+" else -1.0, at))


def _times(factor: float, value: _Number | _Node) -> _Number | _Node:
    return _Number(factor * value.value) if isinstance(value, _Number) else _Scaled(factor, value)


def _product(left: _Number | _Node, right: _Number | _Node, at: int) -> _Number | _Node:
    if isinstance(left, _Number):
        return _times(left.value, right)
    if isinstance(right, _Number):
        return _times(right.value, left)
    raise ExpressionError(at, "two latents cannot be multiplied; one side of a * is a number.")


def _sum(left: _Number | _Node, right: _Number | _Node, sign: float, at: int) -> _Number | _Node:
    if isinstance(left, _Number) and isinstance(right, _Number):
        return _Number(left.value + sign * right.value)
    if isinstance(left, _Number) or isinstance(right, _Number):
        raise ExpressionError(at, "a number and a latent cannot be added; a number weighs something, with a *.")
    return _Sum(left, right, sign)


# --- the tree to terms


def _flat(node: _Node) -> tuple[Term, ...]:
    """Multiplies out all brackets: returns the leaves from left to right, each with the product of the factors above
    it."""
    terms: list[Term] = []
    pending: list[tuple[float, _Node]] = [(1.0, node)]
    while pending:
        weight, node = pending.pop()
        match node:
            case _Scaled(factor, inner):
                pending.append((weight * factor, inner))
            case _Sum(left, right, sign):
                pending.append((weight * sign, right))
                pending.append((weight, left))
            case _Leaf(source, at):
                if not abs(weight) <= MAX_WEIGHT:  # nan included
                    raise ExpressionError(
                        at, f"this weighs {weight:g}; weights go from -{MAX_WEIGHT:g} to {MAX_WEIGHT:g}."
                    )
                if len(terms) == MAX_TERMS:
                    raise ExpressionError(at, f"this is one term too many; {MAX_TERMS} are the most.")
                terms.append(Term(weight, source, at))
    return tuple(terms)
