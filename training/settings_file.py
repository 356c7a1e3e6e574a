"""Makes settings, which are dataclasses, of JSON objects, and says what is wrong with a field."""

from __future__ import annotations

import json
import math
from collections.abc import Callable
from dataclasses import is_dataclass
from types import NoneType, UnionType
from typing import Any, TypeVar, get_args, get_origin, get_type_hints

Settings = TypeVar("Settings")

_SHOWN = 40  # characters of a value that an error repeats
_PLAIN: dict[Any, tuple[str, Callable[[object], bool]]] = {
    bool: ("true or false", lambda value: type(value) is bool),
    int: ("a whole number", lambda value: type(value) is int),
    # a whole number may be larger than any that a computer calculates with
    float: ("a number", lambda value: type(value) in (int, float) and abs(value) <= 1e300 and math.isfinite(value)),
    str: ("a text", lambda value: type(value) is str),
    NoneType: ("null", lambda value: value is None),
}


def settings_of(kind: type[Settings], values: object, within: str = "") -> Settings:
    """Returns settings of a JSON object that holds any of their fields.

    Fields are bool, int, float, str, None or a choice of these, tuples of them, and settings of their own. Raises
    `ValueError` for an unknown field and for a value of another type, with its name and what it must be, and what
    `kind` raises.
    within: the name of the field that the object is the value of, followed by a dot.
    """
    hints = get_type_hints(kind)
    if not isinstance(values, dict):
        raise ValueError(f"{within.rstrip('.') or 'it'} must be a JSON object, not {_shown(values)}")
    if unknown := [name for name in values if name not in hints]:
        raise ValueError(f"there is no field {_shown(within + unknown[0])}")
    return kind(**{name: _value(value, hints[name], within + name) for name, value in values.items()})


def _value(value: object, hint: Any, name: str) -> Any:
    """Returns the value of a field. Raises `ValueError` for one of another type than `hint`."""
    if is_dataclass(hint):
        return settings_of(hint, value, f"{name}.")  # type: ignore[arg-type]
    if get_origin(hint) is tuple:
        kinds = get_args(hint)
        any_length = kinds[1:] == (...,)
        if not isinstance(value, list) or not (any_length or len(value) == len(kinds)):
            what = "a list" if any_length else f"a list of {len(kinds)}"
            raise ValueError(f"{name} must be {what}, not {_shown(value)}")
        each = kinds[:1] * len(value) if any_length else kinds
        return tuple(_value(one, of, f"each of {name}") for one, of in zip(value, each, strict=True))
    kinds = [_PLAIN[kind] for kind in (get_args(hint) if isinstance(hint, UnionType) else (hint,))]
    if not any(fits(value) for _, fits in kinds):
        raise ValueError(f"{name} must be {' or '.join(what for what, _ in kinds)}, not {_shown(value)}")
    return value


def _shown(value: object) -> str:
    text = json.dumps(value, ensure_ascii=False)
    return text if len(text) <= _SHOWN else text[:_SHOWN] + "..."
