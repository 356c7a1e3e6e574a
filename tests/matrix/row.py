"""A line of the table."""

from __future__ import annotations

import platform
from collections.abc import Sequence
from dataclasses import astuple, dataclass
from pathlib import Path

_HEAD = ("Blender", "Python", "numpy", "system", "how", "installed", "first prompt", "its CPU", "result")
_WIDEST = 200  # characters of a result


class CannotBeHad(Exception):
    """A version is not to be had on this machine; the message says why."""


@dataclass(frozen=True)
class Row:
    """What came of one Blender.

    how: how it was driven: its Python module, or clicks in its window
    installed: how the zip came in
    seconds: from the order to the keyed rig, loading included, in a Blender that has made nothing before
    cpu: seconds that this process computed meanwhile, which says more on a busy machine; drawing in software included
    """

    blender: str
    python: str = ""
    numpy: str = ""
    system: str = ""
    how: str = ""
    installed: str = ""
    seconds: float | None = None
    cpu: float | None = None
    result: str = ""

    @property
    def failed(self) -> bool:
        """Whether it was tried and made nothing."""
        return self.result.startswith("failed")


def table(rows: Sequence[Row]) -> str:
    """The rows as a table in Markdown."""
    cells = [_HEAD, *(tuple(map(_cell, astuple(row))) for row in rows)]
    widths = [max(map(len, column)) for column in zip(*cells, strict=True)]
    lines = [
        "| " + " | ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)) + " |" for row in cells
    ]
    lines.insert(1, "|" + "|".join("-" * (width + 2) for width in widths) + "|")
    return "\n".join(lines)


def system_of(chroot: Path | None) -> str:
    """Release and machine of a chroot, or of what this program runs on."""
    lines = ((chroot or Path("/")) / "etc/os-release").read_text(encoding="utf-8").splitlines()
    release = dict(line.split("=", 1) for line in lines if "=" in line)
    return f"{release.get('PRETTY_NAME', 'Linux').strip(chr(34))}, {platform.machine()}"


def _cell(value: object) -> str:
    if isinstance(value, float):
        return f"{value:.2f} s"
    text = " ".join(str("" if value is None else value).split()).replace("|", "/")
    return text if len(text) <= _WIDEST else text[: _WIDEST - 1] + "…"
