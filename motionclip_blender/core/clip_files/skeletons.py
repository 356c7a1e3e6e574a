"""Finds the skeleton (`.asf`) that belongs to a motion (`.amc`)."""

from __future__ import annotations

import re
from functools import cached_property
from pathlib import Path

from ..files import files_below

_FOLDERS = (".", "asf")  # folders of skeletons, relative to the motion's folder


class Skeletons:
    """The skeletons below a folder."""

    def __init__(self, root: Path) -> None:
        self._root = root

    @cached_property
    def _by_folder(self) -> dict[Path, list[Path]]:
        found: dict[Path, list[Path]] = {}
        for path in files_below(self._root, (".asf",)):
            found.setdefault(path.parent, []).append(path)
        return found

    def of(self, motion: Path) -> Path | None:
        """Returns the skeleton of a motion; None when there is none, or several without a matching name.

        It has the motion's name, or the longest part of that before a "_" or the like (HDM_xy_01-01_01_120.amc belongs
        to HDM_xy.asf, 07_01.amc to 07.asf), or is the only one. The search begins beside the motion and goes on in the
        folders above it, up to the root.
        """
        names = [motion.stem.lower()]
        names += [names[0][: mark.start()] for mark in reversed(list(re.finditer(r"[ _.-]", names[0])))]
        folder = motion.parent
        while True:
            here = [path for place in _FOLDERS for path in self._in(folder, place)]
            named = {path.stem.lower(): path for path in reversed(here)}
            for name in names:
                if name in named:
                    return named[name]
            if len(here) == 1:
                return here[0]
            if folder == self._root or folder == folder.parent:
                return None
            folder = folder.parent

    def _in(self, folder: Path, place: str) -> list[Path]:
        """Returns the skeletons of a subfolder, whose name may be in capitals."""
        if place == ".":
            return self._by_folder.get(folder, [])
        return [p for found, paths in self._by_folder.items() if found.parent == folder and found.name.lower() == place
                for p in paths]  # fmt: skip
