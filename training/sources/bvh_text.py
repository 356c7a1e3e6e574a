"""BVH files as text: checked, and written anew so that Blender's importer takes them.

The importer takes cut-off files, and NaN, without a word; it knows no encoding but UTF-8 and no decimal commas.
"""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np

from motionclip_blender.core.errors import UserError

from .text import read_text, with_points

_MOTION = re.compile(
    r"^\s*MOTION\s+Frames\s*:\s*(\d+)\s+Frame\s+Time\s*:\s*((?:\d+[.,]?\d*|[.,]\d+)(?:[eE][+-]?\d+)?)\s",
    re.MULTILINE | re.IGNORECASE,
)
_ROOT = re.compile(r"^\s*ROOT\s+(.*?)\s*$", re.MULTILINE | re.IGNORECASE)
_OFFSET = re.compile(r"^(\s*OFFSET[ \t]+)(.*)$", re.MULTILINE | re.IGNORECASE)
_CHANNELS = re.compile(r"^\s*CHANNELS\s+(\d+)", re.MULTILINE | re.IGNORECASE)
_ROUNDED = 2e-4  # of a rate: how far the few digits of a frame time put it off
_SLOWEST, _FASTEST = 1.0, 5000.0  # frames a second: beyond these the frame time is no number of seconds


def checked_bvh(path: Path, fps: float | None = None) -> tuple[str, float]:
    """(text for Blender's importer, frames per second) of a BVH file that holds what its header says.

    fps: the true rate, where the file's own is wrong.
    Raises `UserError` for a file that is damaged, holds several skeletons, or has a rate that no recording has.
    """
    text = read_text(path)
    header = _MOTION.search(text)
    hierarchy = text[: header.start()] if header else ""
    channels = sum(int(count) for count in _CHANNELS.findall(hierarchy))
    if not channels or hierarchy.count("{") != hierarchy.count("}") or header is None:
        raise UserError(f"{path.name} is not a BVH file; copy it again.")
    seconds = float(header[2].replace(",", "."))
    if seconds <= 0:
        raise UserError(f"{path.name} is not a BVH file: its Frame Time is {header[2]}; copy it again.")
    roots = _ROOT.findall(hierarchy)
    if len(roots) > 1:
        raise UserError(
            f"{path.name} holds {len(roots)} skeletons (ROOT {', ROOT '.join(roots)}); "
            "export each person to a file of its own."
        )
    hierarchy = _OFFSET.sub(lambda line: _offset(path, line), hierarchy)
    frames, words = int(header[1]), _words(path, text[header.end() :])
    if len(words) != frames * channels:
        raise UserError(f"{path.name} says {frames} frames and holds {len(words) / channels:g}; copy it again.")
    # a line for each frame, as the importer expects them
    rows = (" ".join(words[i : i + channels]) for i in range(0, len(words), channels))
    head = f"{hierarchy}\nMOTION\nFrames: {frames}\nFrame Time: {seconds:.9g}\n"
    return head + "\n".join(rows) + "\n", fps or _rate(path, seconds)


def _words(path: Path, motion: str) -> list[str]:
    """The numbers of all frames, as they are written but for decimal commas. Raises `UserError` for anything else."""
    if "," in motion:
        pointed = with_points(motion)
        if "," in pointed or "." in motion:
            raise UserError(
                f"{path.name} has commas in its numbers that are not all decimal commas; "
                "export it with decimal points, and spaces between the numbers."
            )
        motion = pointed
    words = motion.split()
    try:
        numbers = np.array(words, np.float64)
    except ValueError:
        raise UserError(f"{path.name} is damaged: its frames hold more than numbers; copy it again.") from None
    if not np.isfinite(numbers).all():
        raise UserError(f"{path.name} holds numbers that are not finite; export it again.")
    return words


def _offset(path: Path, line: re.Match[str]) -> str:
    pointed = with_points(line[2])
    try:
        if len([float(word) for word in pointed.split()]) == 3:
            return line[1] + pointed
    except ValueError:
        pass
    raise UserError(
        f'{path.name} has a line "{line[0].strip()}" where three numbers with decimal points or commas, and spaces '
        "between them, are expected; export it again."
    )


def _rate(path: Path, seconds: float) -> float:
    rate = 1 / seconds
    if not _SLOWEST < rate < _FASTEST:
        milliseconds = f" ({seconds:g} milliseconds are {seconds / 1000:.6g})" if rate <= _SLOWEST else ""
        raise UserError(
            f"{path.name} says that a frame lasts {seconds:g} seconds; correct its Frame Time, which is in seconds"
            f"{milliseconds}, or give its true rate in a clips.csv beside it."
        )
    # 0.0333333 means 30 frames a second
    return round(rate) if abs(rate - round(rate)) < _ROUNDED * rate else rate
