"""Reads what Blender's operators report when they fail."""

from __future__ import annotations

_PLACES = ("Location:", "File ")  # the report of a Python exception ends with the place of its call


def reason_of(error: RuntimeError) -> str:
    """Returns why an operator failed: the last line of its report that names no place in the code."""
    lines = [line.strip() for line in str(error).splitlines() if line.strip()]
    told = (line for line in reversed(lines) if not line.startswith(_PLACES))
    return next(told, "no reason").removeprefix("Error: ")
