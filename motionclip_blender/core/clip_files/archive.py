"""Passes clips of foreign skeletons from one process to another, as one .npz file of plain arrays."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import numpy as np

from ..retarget.source import SourceClip

_ARRAYS = ("rest_heads", "rest_rotations", "heads", "rotations")


def save_clips(path: Path, clips: Iterable[tuple[str, SourceClip]]) -> None:
    """Writes (name, clip) pairs."""
    arrays: dict[str, np.ndarray] = {}
    names = []
    for i, (name, clip) in enumerate(clips):
        names.append(name)
        arrays |= {f"{i}.{key}": getattr(clip, key) for key in _ARRAYS}
        arrays[f"{i}.bones"] = np.array(clip.bones, dtype=np.str_)
        arrays[f"{i}.fps"], arrays[f"{i}.y_up"] = np.array(clip.fps), np.array(clip.y_up)
        arrays[f"{i}.note"] = np.array(clip.note, dtype=np.str_)
        if clip.idle is not None:
            arrays[f"{i}.idle"] = clip.idle
    np.savez(path, names=np.array(names, dtype=np.str_), **arrays)


def load_clips(path: Path) -> list[tuple[str, SourceClip]]:
    """Reads what `save_clips` wrote."""
    with np.load(path, allow_pickle=False) as data:
        return [
            (
                str(name),
                SourceClip(
                    bones=tuple(map(str, data[f"{i}.bones"])),
                    **{key: data[f"{i}.{key}"] for key in _ARRAYS},
                    fps=float(data[f"{i}.fps"]),
                    idle=data[f"{i}.idle"] if f"{i}.idle" in data.files else None,
                    note=str(data[f"{i}.note"]),
                    y_up=bool(data[f"{i}.y_up"]),
                ),
            )
            for i, name in enumerate(data["names"])
        ]
