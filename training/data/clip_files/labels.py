"""Reads labels made elsewhere: which frames of a clip show which action.

Two forms are read: `.lab` files, blocks of `key:value` lines in braces with the file, its first and last frame and the
type; and files of whole numbers, one for every tenth of a second or so, each of which stands for an action.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path

from motionclip_blender.core.clip_files.text import read_text
from motionclip_blender.core.errors import UserError

from .collection import LabelsOf

_BLOCK = re.compile(r"\{([^{}]*)\}")
_NAMED = 2  # files that are named in a sentence about many


@dataclass(frozen=True)
class Label:
    """What a clip shows from `start` to `end`, in seconds of its file."""

    start: float
    end: float
    name: str


class Labels:
    """The labels of the clips of a collection."""

    def __init__(self, source: str) -> None:
        self._source = source
        self._of: dict[str, list[Label]] = {}
        self._from: dict[str, Path] = {}

    def add(self, path: Path, form: LabelsOf) -> None:
        """Reads a file of labels. Raises `UserError` for a file of another form, and one that cannot be read."""
        try:
            text = read_text(path)
            found = _numbered(path, text, form) if form.every else _blocks(text, form)
        except (ValueError, KeyError) as error:
            raise UserError(f"{path.name} is no file of labels ({error}); correct it, or leave it out.") from error
        for clip, label in found:
            self._of.setdefault(clip, []).append(label)
            self._from.setdefault(clip, path)

    def of(self, clip: Path) -> tuple[Label, ...]:
        """Returns the labels of a clip's file, in order."""
        found = {label for key in (_key(clip.name), _key(clip.stem)) for label in self._of.get(key, ())}
        return tuple(sorted(found, key=lambda label: (label.start, label.end, label.name)))

    def without_motion(self, clips: Iterable[Path]) -> list[str]:
        """Returns a sentence about the labels of files that are not among `clips`; empty if all are there."""
        there = {key for clip in clips for key in (_key(clip.name), _key(clip.stem))}
        lost = sorted(clip for clip in self._of if clip not in there)
        if not lost:
            return []
        few = ", ".join(f"{clip} ({self._from[clip].name})" for clip in lost[:_NAMED])
        more = f" and {len(lost) - _NAMED} more" if len(lost) > _NAMED else ""
        return [f"{self._source} has labels of motions that are not there: {few}{more}; add them, or ignore this."]


def _key(name: str) -> str:
    """Returns a file's name as it is compared: without case, and without what stands before two underscores."""
    return name.rpartition("__")[2].casefold()


def _blocks(text: str, form: LabelsOf) -> list[tuple[str, Label]]:
    """Returns (file, label) of every block that has a type and isn't excluded. Raises `ValueError` or `KeyError`."""
    found = []
    for block in _BLOCK.findall(text):
        fields = {key.strip(): value.strip() for key, _, value in (line.partition(":") for line in block.split("\n"))}
        if fields.get("type") and fields.get("include") != "false":
            first, last = int(fields["startFrame"]), int(fields["endFrame"])
            if not 0 <= first <= last:
                raise ValueError(f"a block from frame {first} to frame {last}")
            found.append((_key(fields["file"]), Label(first / form.fps, (last + 1) / form.fps, fields["type"])))
    if text.strip() and not _BLOCK.search(text):
        raise ValueError("no block in braces")
    return found


def _numbered(path: Path, text: str, form: LabelsOf) -> list[tuple[str, Label]]:
    """Returns (clip, label) of every run of equal numbers. Raises `ValueError`."""
    numbers = [int(word) for word in text.split()]
    if wrong := [number for number in numbers if not 0 <= number <= len(form.names)]:
        raise ValueError(f"the number {wrong[0]}, which stands for nothing")
    found, at = [], 0
    for number, run in groupby(numbers):
        count = len(list(run))
        if number:
            label = Label(at * form.every, (at + count) * form.every, form.names[number - 1])
            found.append((_key(path.stem), label))
        at += count
    return found
