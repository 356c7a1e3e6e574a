"""Checks BVH files as text, and rewrites them for Blender's importer.

The importer accepts cut-off files and NaN without a warning, and reads only UTF-8 and decimal points.
"""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np

from ..errors import UserError
from .bvh_joints import read_joints, whole
from .frame_rates import FASTEST, SLOWEST
from .text import read_text, with_points

_MOTION = re.compile(
    r"^[ \t]*MOTION\s+Frames\s*:\s*(-?\d{1,9})\s+Frame\s+Time\s*:\s*((?:\d+[.,]?\d*|[.,]\d+)(?:[eE][+-]?\d+)?)(?!\S)",
    re.MULTILINE | re.IGNORECASE,
)
_SKELETON = re.compile(r"^[ \t]*ROOT\s", re.MULTILINE | re.IGNORECASE)
_ROUNDED = 2e-4  # share of a rate: the rounding error of frame times with few digits


def checked_bvh(path: Path, fps: float | None = None) -> tuple[str, tuple[str, ...], float]:
    """Returns the text for Blender's importer, the joints' names, and the frames per second of a BVH file.

    In the text the joints are called 0, 1 and so on. fps: the true rate, where the file's own is wrong.
    Raises `UserError` for a file that is damaged, holds several skeletons or no frames, or has an impossible rate.
    """
    text = read_text(path)
    header = _MOTION.search(text)
    if header is None and _SKELETON.search(text):
        raise UserError(
            f"{path.name} has a skeleton and no motion: its lines MOTION, Frames and Frame Time are missing or wrong; "
            "export it again."
        )
    if header is None:
        raise UserError(f"{path.name} is not a BVH file; copy it again.")
    joints = read_joints(path, text[: header.start()])
    numbers = _numbers(path, text[header.end() :])
    if not len(numbers):
        raise UserError(f"{path.name} holds no frames; export it again with its motion.")
    seconds = float(header[2].replace(",", "."))
    if seconds <= 0 and not fps:
        raise UserError(
            f"{path.name} is not a BVH file: its Frame Time is {header[2]}; "
            "copy it again, or correct it (of training data in a clips.csv beside it)."
        )
    frames, channels = int(header[1]), sum(len(joint.channels) for joint in joints)
    if len(numbers) != frames * channels:
        raise UserError(f"{path.name} says {frames} frames and holds {len(numbers) / channels:g}; copy it again.")
    rate = fps or _rate(path, seconds)
    hierarchy, values = whole(joints, numbers.reshape(frames, channels))
    rows = "\n".join(" ".join(map(repr, row)) for row in values.tolist())
    head = f"{hierarchy}\nMOTION\nFrames: {frames}\nFrame Time: {1 / rate:.9g}\n"
    return f"{head}{rows}\n", tuple(joint.name for joint in joints), rate


def _numbers(path: Path, motion: str) -> np.ndarray:
    """Returns the numbers of all frames. Raises `UserError` for anything else."""
    if "," in motion:
        pointed = with_points(motion)
        if "," in pointed or "." in motion:
            raise UserError(
                f"{path.name} has commas in its numbers that are not all decimal commas; "
                "export it with decimal points, and spaces between the numbers."
            )
        motion = pointed
    try:
        numbers = np.array(motion.split(), np.float64)
    except ValueError:
        raise UserError(f"{path.name} is damaged: its frames hold more than numbers; copy it again.") from None
    if not np.isfinite(numbers).all():
        raise UserError(f"{path.name} holds numbers that are not finite; export it again.")
    return numbers


def _rate(path: Path, seconds: float) -> float:
    rate = 1 / seconds
    if not SLOWEST < rate < FASTEST:  # the frame time is not in seconds
        milliseconds = f" ({seconds:g} milliseconds are {seconds / 1000:.6g})" if rate <= SLOWEST else ""
        raise UserError(
            f"{path.name} says that a frame lasts {seconds:g} seconds; correct its Frame Time, which is in seconds"
            f"{milliseconds}; of training data in a clips.csv beside it."
        )
    # 0.0333333 means 30 frames a second
    return round(rate) if abs(rate - round(rate)) < _ROUNDED * rate else rate
