"""Parses JSON that anybody may have written."""

from __future__ import annotations

import json
from typing import Any

_MOST_LEVELS = 100  # of lists and objects within each other; no format that is read here has ten
_SHOWN = 40  # characters of a key that an error repeats


class DuplicateKey(ValueError):
    """An object has a key twice, so that one of its values would be lost. key: as the message shows it."""

    def __init__(self, key: str) -> None:
        key = key.encode("utf-8", "replace").decode()  # a half of a surrogate pair could not be printed
        self.key = key if len(key) <= _SHOWN else f"{key[:_SHOWN]}..."
        super().__init__(f'an object has the key "{self.key}" twice')


def parsed_json(text: str | bytes) -> Any:
    """Returns the value of a JSON text. Of bytes the encoding is detected, and a byte order mark accepted.

    Raises `ValueError` for what is no JSON, for numbers of more digits than Python reads, and for lists within lists
    that would exceed Python's stack here or wherever they are shown; `DuplicateKey` for a key that an object has twice.
    """
    try:
        value = json.loads(text, object_pairs_hook=_object)
    except RecursionError:
        raise ValueError(_TOO_DEEP) from None
    level = [value]
    for _ in range(_MOST_LEVELS):
        level = [
            inner
            for one in level
            if isinstance(one, list | dict)
            for inner in (one.values() if isinstance(one, dict) else one)
        ]
        if not level:
            return value
    raise ValueError(_TOO_DEEP)


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        known: set[str] = set()
        for key, _ in pairs:
            if key in known:
                raise DuplicateKey(key)
            known.add(key)
    return found


_TOO_DEEP = "its lists and objects lie too deeply within each other"
