"""Parses JSON that anybody may have written."""

from __future__ import annotations

import json
from typing import Any

_MOST_LEVELS = 100  # of lists and objects within each other; no format that is read here has ten


def parsed_json(text: str | bytes) -> Any:
    """Returns the value of a JSON text. Of bytes the encoding is detected, and a byte order mark accepted.

    Raises `ValueError` for what is no JSON, for numbers of more digits than Python reads, and for lists within lists
    that would exceed Python's stack here or wherever they are shown.
    """
    try:
        value = json.loads(text)
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


_TOO_DEEP = "its lists and objects lie too deeply within each other"
