"""Reads text files of unknown origin: encodings, line ends, and numbers with decimal commas."""

from __future__ import annotations

import codecs
import re
from pathlib import Path

from ..errors import UserError

_MARKS = ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))
_KANA = re.compile("[\u3041-\u3096\u30a1-\u30fa]")
_COMMA = re.compile(r"(?<!\S)([+-]?\d*),(\d+(?:[eE][+-]?\d+)?)(?!\S)")


def read_text(path: Path) -> str:
    """Returns a file's text with "\\n" as line ends. Raises `UserError` when it cannot be read."""
    try:
        data = path.read_bytes()
    except OSError as error:
        raise UserError(f"{path.name} cannot be read ({error.strerror}).") from error
    # DOS programs end text files with Ctrl-Z
    return re.sub(r"\r\n?", "\n", decoded(data)).rstrip("\x1a\0")


def decoded(data: bytes) -> str:
    """Decodes text of unknown encoding: by its byte order mark, as UTF-8, Shift-JIS where it holds kana, or
    Windows-1252.

    Never fails. ASCII characters, and so all numbers and keywords, are right in any case.
    """
    for mark, encoding in _MARKS:
        if data.startswith(mark):
            return data.decode(encoding, "replace")
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        pass
    try:
        # Western European letters often decode as Japanese characters, but hardly ever as kana
        text = data.decode("cp932")
        if _KANA.search(text):
            return text
    except UnicodeDecodeError:
        pass
    try:
        return data.decode("cp1252")
    except UnicodeDecodeError:
        return data.decode("latin-1")


def with_points(text: str) -> str:
    """Returns the text with a decimal point in every number that has a decimal comma.

    Only words that are one such number are changed: "0,5" is, "Arm,left" and "0.5,1.5" are not.
    """
    return _COMMA.sub(r"\1.\2", text) if "," in text else text
