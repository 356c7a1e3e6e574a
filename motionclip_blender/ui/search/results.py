"""What the last search found."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from ...core.recognition import Score


class Hit(NamedTuple):
    """An Action that was found. path: its file, empty for this one. score: how near it is."""

    name: str
    path: str
    score: Score


class Results(NamedTuple):
    """What a search found, the nearest first. said: what could not be looked at, and what of the person is left out."""

    text: str
    hits: list[Hit]
    said: list[str]


class Search:
    """One for each Blender. results: of the last search, until another file is opened."""

    def __init__(self) -> None:
        self.results: Results | None = None


SEARCH = Search()
