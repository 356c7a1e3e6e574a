"""Defines terms, which are weighted sources of latents, and writes them as expressions."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True)
class Prompt:
    """A text, written as `"a person waves"`."""

    text: str

    @property
    def name(self) -> str:
        return self.text


@dataclass(frozen=True)
class TextEmbedding:
    """A text's own embedding, as `text("a person waves")`: what the text tower says, and nothing beside it."""

    text: str

    @property
    def name(self) -> str:
        return self.text


@dataclass(frozen=True)
class ActionName:
    """An Action, or on the command line a motion file, written as `[Walk cycle]`."""

    name: str


@dataclass(frozen=True)
class ImageFile:
    """A picture, written as `image("photo.png")`."""

    path: str

    @property
    def name(self) -> str:
        return self.path


@dataclass(frozen=True)
class SavedLatent:
    """A latent saved under a name, written as `latent("my walk")`."""

    name: str


@dataclass(frozen=True)
class StyleName:
    """A style preset, written as `{sad}`: a direction to add to other sources."""

    name: str


@dataclass(frozen=True)
class StyleWord:
    """The style that a word names, any word, as `style("proud")`: a direction to be added to something."""

    word: str

    @property
    def name(self) -> str:
        return self.word


Source = Prompt | TextEmbedding | ActionName | ImageFile | SavedLatent | StyleName | StyleWord
Direction = StyleName | StyleWord
"""Sources that are no motion, and change one that they are added to."""
Input = ActionName | ImageFile | SavedLatent
"""Sources that name something to be read first, see `sources.Inputs`."""


@dataclass(frozen=True)
class Term:
    """`weight` times the latent of `source`. at: its first character in the expression, counted from 1."""

    weight: float
    source: Source
    at: int = 1


def to_text(terms: Iterable[Term]) -> str:
    """Writes terms as an expression, which `expression.parse` reads back as the same terms."""
    parts: list[str] = []
    for term in terms:
        size = abs(term.weight)
        minus = str(term.weight).startswith("-")  # so that -0.0 keeps its sign
        if parts:
            parts.append(" - " if minus else " + ")
        elif minus:
            parts.append("-")
        if size != 1.0:
            parts.append(f"{_number(size)} * ")
        parts.append(source_text(term.source))
    return "".join(parts)


def title_of(terms: Iterable[Term]) -> str:
    """Returns the sources' names joined by their signs; image files are named without their folders."""
    parts = []
    for term in terms:
        name = term.source.name
        if isinstance(term.source, ImageFile):
            name = name.replace("\\", "/").rsplit("/", 1)[-1] or name
        parts.append(f"{'-' if term.weight < 0 else '+'} {name}")
    return " ".join(parts).removeprefix("+ ")


def source_text(source: Source) -> str:
    """Writes a source as in an expression. A closing mark inside a name is doubled."""
    match source:
        case Prompt(text):
            return _quoted(text)
        case ActionName(name):
            return f"[{name.replace(']', ']]')}]"
        case ImageFile(path):
            return f"image({_quoted(path)})"
        case SavedLatent(name):
            return f"latent({_quoted(name)})"
        case TextEmbedding(text):
            return f"text({_quoted(text)})"
        case StyleWord(word):
            return f"style({_quoted(word)})"
        case StyleName(name):
            return f"{{{name.replace('}', '}}')}}}"
    raise TypeError(f"{source!r} is no source")


def _quoted(text: str) -> str:
    return '"' + text.replace('"', '""') + '"'


def _number(value: float) -> str:
    text = repr(float(value))
    return text.removesuffix(".0")
