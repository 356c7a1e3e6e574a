"""`clips.csv`: what a folder's owner says of its clips, where their files do not or cannot be trusted."""

from __future__ import annotations

import csv
import re
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from motionclip_blender.core.errors import UserError

from .text import read_text

NAME = "clips.csv"
_RATES = ("fps", "framerate", "framespersecond", "hz")
_ABSOLUTE = re.compile(r"/|[a-z]:/")


@dataclass(frozen=True)
class Row:
    """fps: the true rate. skeleton: the `.asf` of an `.amc`. None where nothing is said."""

    fps: float | None = None
    skeleton: Path | None = None


class Table:
    """The rows of a `clips.csv`: columns file, fps and skeleton, of which fps and skeleton may be missing or empty.

    A file is named by its path from the table's folder, or by its name; capitals, the ending, and which way the
    slashes lean do not matter. Columns are set apart by commas, semicolons or tabs; numbers may have decimal commas.
    ours: whether it has the column file. Without, it is another program's table, and has no rows.
    """

    def __init__(self, path: Path) -> None:
        """Raises `UserError` for a row that names no file, or a rate that is none."""
        self._folder = path.parent
        lines = [line for line in read_text(path).split("\n") if line.strip() and not line.lstrip().startswith("#")]
        separator = max(",;\t", key=lines[0].count) if lines else ","
        try:
            header, *rows = csv.reader(lines or [""], delimiter=separator)
            columns = [_column(name) for name in header]
            self.ours = "file" in columns
            self._rows: dict[str, Row] = {}
            for row in rows if self.ours else ():
                self._add(dict(zip(columns, row, strict=False)))
        except (ValueError, LookupError, csv.Error) as error:
            reason = f" ({error})" if isinstance(error, _Twice) else ""
            raise UserError(
                f"{path} is not a table of clips with the columns file and fps{reason}; correct it."
            ) from error
        if any(row.fps is not None and not 0 < row.fps < float("inf") for row in self._rows.values()):
            raise UserError(f"{path} gives a clip a rate that is not positive; correct it.")

    def _add(self, entry: dict[str, str]) -> None:
        """Raises `_Twice` for a file of which something else was said before."""
        key, row = _key(entry["file"]), self._row(entry)
        if self._rows.setdefault(key, row) != row:
            raise _Twice(f"it says two things of {entry['file'].strip()}")

    def row(self, file: Path) -> Row | None:
        """What is said of a file; None when it is not named."""
        full = PurePosixPath(_key(file.relative_to(self._folder).as_posix()))
        keys = (str(full), str(full.with_suffix("")), full.name, full.stem)
        return next((self._rows[key] for key in keys if key in self._rows), None)

    def _row(self, row: dict[str, str]) -> Row:
        fps, skeleton = (row.get(column) or "" for column in ("fps", "skeleton"))
        return Row(
            float(fps.replace(",", ".")) if fps.strip() else None,
            self._folder / skeleton.strip().replace("\\", "/") if skeleton.strip() else None,
        )


class _Twice(ValueError):
    pass


def _column(name: str) -> str:
    """A column by the name that it has here. Rates have several elsewhere."""
    plain = re.sub(r"[^a-z]", "", name.lower())
    return "fps" if plain in _RATES else plain


def _key(name: str) -> str:
    """A path as it is compared. Of one that begins at a disk, which is another computer's, only the name is."""
    path = name.strip().replace("\\", "/").removeprefix("./").lower()
    return PurePosixPath(path).name if _ABSOLUTE.match(path) else path
