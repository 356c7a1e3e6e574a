"""Defines a phrase that is replaced with other words of the same meaning."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property


@dataclass(frozen=True, eq=False)
class Phrase:
    """A phrase that wordings do not have. example: a text with it. plainly: the same in words that they have. pattern:
    of the phrase. said: what it is replaced with."""

    example: str
    plainly: str
    pattern: str
    said: str | Callable[[re.Match[str]], str]

    @cached_property
    def words(self) -> re.Pattern[str]:
        return re.compile(self.pattern, re.IGNORECASE)

    def told(self, text: str) -> str:
        """Returns a text without the phrase."""
        return self.words.sub(self.said, text)
