"""Reads `clips.csv`, in which the owner of a folder gives rates and skeletons that clips lack or have wrong."""

from __future__ import annotations

import csv
import re
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from motionclip_blender.core.clip_files.frame_rates import RANGE, is_rate
from motionclip_blender.core.clip_files.text import read_text
from motionclip_blender.core.errors import UserError

NAME = "clips.csv"
_RATES = ("fps", "framerate", "framespersecond", "hz")
_ABSOLUTE = re.compile(r"/|[a-z]:/")


@dataclass(frozen=True)
class Row:
    """A row of the table; None for an empty cell. fps: the true rate. skeleton: the `.asf` of an `.amc`."""

    fps: float | None = None
    skeleton: Path | None = None


class Table:
    """The rows of a `clips.csv`: columns file, fps and skeleton, of which fps and skeleton may be missing or empty.

    A file is named by its path from the table's folder, or by its name; case, suffix and the direction of slashes don't
    matter. Columns are separated by commas, semicolons or tabs; numbers may have decimal commas.
    ours: whether it has the column file. Without it, the table belongs to another program and has no rows.
    """

    def __init__(self, path: Path) -> None:
        """Reads the table. Raises `UserError` for a row without a file, or an impossible rate."""
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
            reason = f" ({error})" if isinstance(error, _Contradiction) else ""
            raise UserError(
                f"{path} is not a table of clips with the columns file and fps{reason}; correct it."
            ) from error
        wrong = [row.fps for row in self._rows.values() if row.fps is not None and not is_rate(row.fps)]
        if wrong:
            raise UserError(f"{path} gives a clip a rate of {wrong[0]:g}; correct it to frames a second, {RANGE}.")

    def _add(self, entry: dict[str, str]) -> None:
        """Adds a row. Raises `_Contradiction` when the file has another row with other values."""
        key, row = _key(entry["file"]), self._row(entry)
        if self._rows.setdefault(key, row) != row:
            raise _Contradiction(f"it has contradictory rows for {entry['file'].strip()}")

    def row(self, file: Path) -> Row | None:
        """Returns the row of a file; None when it has none."""
        full = PurePosixPath(_key(file.relative_to(self._folder).as_posix()))
        keys = (str(full), str(full.with_suffix("")), full.name, full.stem)
        return next((self._rows[key] for key in keys if key in self._rows), None)

    def _row(self, row: dict[str, str]) -> Row:
        fps, skeleton = (row.get(column) or "" for column in ("fps", "skeleton"))
        return Row(
            float(fps.replace(",", ".")) if fps.strip() else None,
            self._folder / skeleton.strip().replace("\\", "/") if skeleton.strip() else None,
        )


class _Contradiction(ValueError):
    pass


def _column(name: str) -> str:
    """Returns our name of a column. Rates have several names in other programs' tables."""
    plain = re.sub(r"[^a-z]", "", name.lower())
    return "fps" if plain in _RATES else plain


def _key(name: str) -> str:
    """Returns a path in the form in which paths are compared; of absolute paths, only the file's name."""
    path = name.strip().replace("\\", "/").removeprefix("./").lower()
    return PurePosixPath(path).name if _ABSOLUTE.match(path) else path
