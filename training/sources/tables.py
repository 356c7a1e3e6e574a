"""`clips.csv`: what a folder's owner says of its clips, where their files do not or cannot be trusted."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from motionclip_blender.core.errors import UserError

from .text import read_text

NAME = "clips.csv"


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
        lines = read_text(path).split("\n")
        separator = max(",;\t", key=lines[0].count)
        reader = csv.DictReader(
            lines, [name.strip().lower() for name in lines[0].split(separator)], delimiter=separator
        )
        self.ours = "file" in (reader.fieldnames or ())
        try:
            rows = list(reader)[1:] if self.ours else []
            self._rows = {_key(row["file"]): self._row(row) for row in rows}
        except (ValueError, TypeError, AttributeError, csv.Error) as error:
            raise UserError(f"{path} is not a table of clips with the columns file and fps; correct it.") from error
        if any(row.fps is not None and not 0 < row.fps < float("inf") for row in self._rows.values()):
            raise UserError(f"{path} gives a clip a rate that is not positive; correct it.")

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


def _key(name: str) -> str:
    return name.strip().replace("\\", "/").removeprefix("./").lower()
