"""Reads files that ask for a motion on every line: prompts, edits and interpolations.

The files are those of MotionCLIP's released code. What is wrong with a line is kept with the line, so that the others
can be made; what is wrong with the whole file is raised.
"""

from __future__ import annotations

import codecs
import csv
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from ..core.errors import UserError
from ..core.prompt import checked_prompt

DATA, TEXT = "data", "text"
COLUMNS = {"edits": ("motion_source", "base", "v_start", "v_end"), "interpolations": ("start", "end")}
_SOURCE = "motion_source"
_DELIMITERS = ",;\t"
_MOST_BYTES = 1 << 26
_SHOWN = 60  # characters of a header that an error repeats
_UTF_16 = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)


@dataclass(frozen=True)
class Line:
    """What one line asks for.

    line: its number in the file, 1 the first. number: that its output is named by; of a table without the header.
    texts: prompts or labels, by column. source: `DATA` or `TEXT`. problem: why it cannot be made; empty if it can.
    """

    line: int
    number: int
    texts: tuple[str, ...] = ()
    source: str = TEXT
    problem: str = ""


def read_lines(
    path: Path, kind: str, source: str = TEXT, check: Callable[[str], str] = checked_prompt
) -> tuple[list[Line], int]:
    """Returns the lines that ask for something, and how many are empty.

    kind: "prompts", "edits" or "interpolations". source: of interpolations without a column `motion_source`. check:
    returns a prompt on one line, and raises `UserError` for one that cannot be; prompts in steps may be longer. Raises
    `UserError` for a file that cannot be read, that lacks a column, or that asks for nothing.
    """
    rows = list(_rows(path))
    asked = [(number, text) for number, text in rows if text.strip()]
    if not asked:
        what = "one prompt a line"
        if kind != "prompts":
            what = f"a header, {','.join(COLUMNS[kind])}, and a line for each motion"
        raise UserError(f"{path} is empty; write {what}.")
    if kind == "prompts":
        return [_prompt(number, text, check) for number, text in asked], len(rows) - len(asked)
    (header_line, header), *others = asked
    table = _Table(path, kind, header_line, header, source)
    if not others:
        raise UserError(f"{path} has a header and no line below it; write a line for each motion.")
    return [table.line(number, text) for number, text in others], len(rows) - len(asked)


def _rows(path: Path) -> Iterator[tuple[int, str]]:
    """Yields the number and the text of every line. Bytes that are no text stay in it as lone surrogates."""
    try:
        with path.open("rb") as file:
            raw = file.read(_MOST_BYTES + 1)
    except OSError as error:
        raise UserError(f"{path} cannot be read ({error.strerror or error}); choose a text file.") from error
    if len(raw) > _MOST_BYTES:
        raise UserError(f"{path} is larger than {_MOST_BYTES >> 20} MB; choose a text file, or split it.")
    if raw.startswith(_UTF_16):
        text = raw.decode("utf-16", "surrogatepass" if len(raw) % 2 == 0 else "replace")
    else:
        text = raw.decode("utf-8-sig", "surrogateescape")
    lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    if not lines[-1].strip():
        lines.pop()
    yield from enumerate(lines, 1)


def _prompt(number: int, text: str, check: Callable[[str], str]) -> Line:
    text = text.strip()
    if len(text) > 1 and text[0] == text[-1] == '"' and '"' not in text[1:-1]:
        text = text[1:-1]
    try:
        return Line(number, number, (_checked(text, check),))
    except UserError as error:
        return Line(number, number, problem=str(error))


def _checked(text: str, check: Callable[[str], str] = checked_prompt) -> str:
    try:
        text.encode("utf-8")
    except UnicodeEncodeError:
        raise UserError("It is not in UTF-8; save the file in UTF-8.") from None
    return check(text)


class _Table:
    """The columns of a CSV file. Lines are read one by one, so that an open quote spoils none but its own."""

    def __init__(self, path: Path, kind: str, header_line: int, header: str, source: str) -> None:
        needed = COLUMNS[kind]
        self._header_line, self._source = header_line, source
        for self._delimiter in _DELIMITERS:
            try:
                names = [name.strip().casefold() for name in self._fields(header)]
            except UserError:
                continue
            if set(needed) <= set(names):
                break
        else:
            self._delimiter = next((sign for sign in _DELIMITERS if sign in header), ",")
            there = [name.strip().casefold() for name in header.split(self._delimiter)]
            missing = [name for name in needed if name not in there]
            shown = header.encode("utf-8", "replace").decode()[:_SHOWN]
            raise UserError(
                f'{path} has no column {" and no column ".join(missing) or needed[0]} in its header "{shown}"; '
                f"write {','.join(needed)} in its first line."
            )
        if twice := next((name for name in needed if names.count(name) > 1), ""):
            raise UserError(f"{path} has two columns {twice}; take one away.")
        self._count = len(names)
        self._texts = [names.index(name) for name in needed if name != _SOURCE]
        self._at_source = names.index(_SOURCE) if _SOURCE in names else None
        self._names = names

    def line(self, line: int, text: str) -> Line:
        number = line - self._header_line
        try:
            return Line(line, number, *self._read(text))
        except UserError as error:
            return Line(line, number, problem=str(error))

    def _read(self, text: str) -> tuple[tuple[str, ...], str]:
        fields = list(self._fields(text))
        while len(fields) > self._count and not fields[-1].strip():
            fields.pop()
        if len(fields) > self._count:
            raise UserError(
                f"It has {len(fields)} fields for {self._count} columns; put a text with a {self._sign} into quotes."
            )
        if len(fields) < self._count:
            missing = self._names[len(fields)]
            raise UserError(f"It has {len(fields)} fields for {self._count} columns; add what is missing, {missing}.")
        source = self._source
        if self._at_source is not None:
            source = fields[self._at_source].strip().casefold()
            if source not in (DATA, TEXT):
                shown = fields[self._at_source].strip().encode("utf-8", "replace").decode()[:_SHOWN]
                raise UserError(f'Its {_SOURCE} is "{shown}"; write {DATA} or {TEXT}.')
        texts = []
        for at in self._texts:
            if not fields[at].strip():
                raise UserError(f"Its {self._names[at]} is empty; write a text there.")
            texts.append(_checked(fields[at]))
        return tuple(texts), source

    def _fields(self, text: str) -> Sequence[str]:
        try:
            (fields,) = csv.reader([text], delimiter=self._delimiter, strict=True, skipinitialspace=True)
        except (csv.Error, ValueError):
            raise UserError(
                "A quote in it is not closed, or text follows it; write a quote inside a text twice."
            ) from None
        return fields

    @property
    def _sign(self) -> str:
        return {",": "comma", ";": "semicolon", "\t": "tab"}[self._delimiter]
