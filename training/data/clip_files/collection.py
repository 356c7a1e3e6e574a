"""Describes the known collections of clips: the entries of `collections.json`."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from fnmatch import fnmatchcase
from functools import cache
from pathlib import Path, PurePosixPath


@dataclass(frozen=True)
class SkeletonOf:
    """The `.asf` of the motions whose paths match `files`. note: a sentence for the user; empty for most."""

    files: str
    asf: str
    note: str = ""


@dataclass(frozen=True)
class LabelsOf:
    """Files of labels: paths that match `files`.

    fps: frames a second that `.lab` files count. every: seconds between the numbers of a file of numbers. names: what
    each of these numbers, from 1, stands for.
    """

    files: str
    fps: float = 30.0
    every: float = 0.0
    names: tuple[str, ...] = ()


@dataclass(frozen=True)
class Collection:
    """A collection of clips of one origin: an entry of `collections.json`, which describes the fields."""

    name: str
    files: tuple[str, ...] = ()
    skip: tuple[str, ...] = ()
    table: str = ""
    rest_frame: bool = False
    licence: str = "unknown"
    credit: str = ""
    archive: str = ""
    below: str = ""
    rates: tuple[tuple[str, float], ...] = ()
    skeletons: tuple[SkeletonOf, ...] = ()
    labels: tuple[LabelsOf, ...] = ()
    rests: tuple[tuple[str, str], ...] = ()
    performances: tuple[tuple[str, str, str], ...] = ()
    t_poses: bool = False
    up: str = ""
    resting: tuple[str, ...] = ()
    seats: tuple[tuple[str, float], ...] = ()

    def skips(self, animation: str) -> bool:
        """Returns whether the collection leaves out an animation of this name."""
        return any(fnmatchcase(animation, pattern) for pattern in self.skip)

    def rests_in(self, clip: str) -> bool:
        """Returns whether the person of a clip of this name lies or falls, and is never off the floor."""
        return any(fnmatchcase(clip, pattern) for pattern in self.resting)

    def seat(self, clip: str) -> float:
        """Returns how high the pelvis is when the person of a clip of this name sits on the floor, as a share of its
        height when it stands; 0 where nobody does or that is not known."""
        return next((share for pattern, share in self.seats if fnmatchcase(clip, pattern)), 0.0)

    def holds(self, relative: PurePosixPath) -> bool:
        """Returns whether a path, relative to the folder given to `prepare`, belongs to it."""
        return self.base(relative) is not None

    def base(self, relative: PurePosixPath) -> PurePosixPath | None:
        """Returns the folder from which the collection's patterns count, for a path that belongs to it; else None.

        Suffixes may be in capitals. Patterns with ** match in any folder, others only below the folder given to
        `prepare`.
        """
        path = relative.with_name(relative.name.removesuffix(relative.suffix) + relative.suffix.lower())
        for pattern in self.files:
            if "**" not in pattern:
                if len(path.parts) == pattern.count("/") + 1 and path.match(pattern):
                    return PurePosixPath()
                continue
            for start in range(len(path.parts)):
                if fits("/".join(path.parts[start:]), pattern):
                    return PurePosixPath(*path.parts[:start])
        return None

    def rate(self, path: str) -> float | None:
        """Returns the true frames a second of a file by its path from the collection's base; None if not known."""
        return next((fps for pattern, fps in self.rates if fits(path, pattern)), None)

    def skeleton(self, path: str) -> SkeletonOf | None:
        """Returns the skeleton of an `.amc` by its path from the collection's base; None if not known."""
        return next((one for one in self.skeletons if fits(path, one.files)), None)

    def rest(self, path: str) -> str | None:
        """Returns the file whose first frame is the rest pose of a BVH file, both by their paths from the collection's
        base; None if its own rest pose counts."""
        return next((rest for pattern, rest in self.rests if fits(path, pattern)), None)

    def clip_name(self, path: PurePosixPath) -> str:
        """Returns the name of a clip's file, with the folders below `below`, so that it is the only one of its name."""
        if not self.below:
            return path.name
        inside = PurePosixPath(*path.parts[len(PurePosixPath(self.below).parts) :])
        return inside.as_posix().replace("/", "-")

    def performance(self, clip: str) -> tuple[str, str] | None:
        """Returns who performs a clip of this name, and in which take; None if not known."""
        for pattern, person, take in self.performances:
            if match := re.fullmatch(pattern, clip):
                return match.expand(person), match.expand(take)
        return None


def fits(path: str, pattern: str) -> bool:
    """Returns whether a path fits a pattern in which * and ** match any text, with slashes."""
    return fnmatchcase(path, pattern.replace("**", "*"))


@cache
def collections() -> dict[str, Collection]:
    """Returns the known collections by name."""
    entries = json.loads(Path(__file__).with_name("collections.json").read_text(encoding="utf-8"))
    return {name: _collection(name, entry) for name, entry in entries.items() if not name.startswith("_")}


def _collection(name: str, entry: dict) -> Collection:
    fields = {key: _frozen(value) for key, value in entry.items()}
    fields["skeletons"] = tuple(SkeletonOf(**one) for one in entry.get("skeletons", ()))
    fields["labels"] = tuple(
        LabelsOf(**{key: _frozen(value) for key, value in one.items()}) for one in entry.get("labels", ())
    )
    return Collection(name, **fields)


def _frozen(value: object) -> object:
    return tuple(map(_frozen, value)) if isinstance(value, list) else value
