"""Holds the results of the last search."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from ...core.recognition import Score


class Hit(NamedTuple):
    """An Action that was found. path: its file, empty for the open one. score: how near it is."""

    name: str
    path: str
    score: Score


class Results(NamedTuple):
    """The results of a search, the nearest first. said: sentences about what could not be read or is left out."""

    text: str
    hits: list[Hit]
    said: list[str]


class Search:
    """The results of the last search, until another file is opened; one object per Blender."""

    def __init__(self) -> None:
        self.results: Results | None = None


SEARCH = Search()
