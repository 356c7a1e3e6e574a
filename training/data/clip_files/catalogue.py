"""Finds the clip files of a folder, with the facts known about each: collection, rate, skeleton."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from functools import cache
from pathlib import Path, PurePosixPath

from motionclip_blender.core.clip_files.skeletons import Skeletons
from motionclip_blender.core.errors import UserError
from motionclip_blender.core.files import files_below, plain_name

from . import tables

HUMANOID3D = ".humanoid3d.json"
READABLE = (".amc", ".bvh", ".glb", ".gltf", HUMANOID3D)


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

    def skips(self, animation: str) -> bool:
        """Returns whether the collection leaves out an animation of this name."""
        return any(fnmatchcase(animation, pattern) for pattern in self.skip)

    def holds(self, relative: PurePosixPath) -> bool:
        """Returns whether a path, relative to the folder given to `prepare`, belongs to it.

        Suffixes may be in capitals.
        """
        path = relative.with_name(relative.name.removesuffix(relative.suffix) + relative.suffix.lower())
        return any(len(path.parts) == pattern.count("/") + 1 and path.match(pattern) for pattern in self.files)


@dataclass(frozen=True)
class SourceFile:
    """A file of one or more clips.

    fps: the true rate, where it is known better than from the file's header. skeleton: the `.asf` of an `.amc`.
    """

    path: Path
    collection: Collection = field(default_factory=lambda: Collection("own"))
    fps: float | None = None
    skeleton: Path | None = None

    @property
    def kind(self) -> str:
        """The suffix in lower case; one of `READABLE` where the file can be read."""
        name = self.path.name.lower()
        return HUMANOID3D if name.endswith(HUMANOID3D) else self.path.suffix.lower()

    @property
    def stem(self) -> str:
        """The file's name without its suffix, which is the clip's name in formats with one clip a file."""
        return plain_name(self.path.name[: len(self.path.name) - len(self.kind)])


@cache
def collections() -> dict[str, Collection]:
    """Returns the known collections by name."""
    entries = json.loads(Path(__file__).with_name("collections.json").read_text(encoding="utf-8"))
    return {
        name: Collection(name, **{k: tuple(v) if isinstance(v, list) else v for k, v in entry.items()})
        for name, entry in entries.items()
        if not name.startswith("_")
    }


def source_files(root: Path, fps: float | None = None, problems: list[str] | None = None) -> list[SourceFile]:
    """Returns all readable files under `root`: first those of the known collections, then the others.

    fps: the rate of AMC files, where no table gives it. problems: receives a sentence for every folder and link that
    cannot be read.
    Raises `UserError` when there is no file.
    """
    problems = [] if problems is None else problems
    left = files_below(root, READABLE, problems)
    known = _FileFacts(root, fps, problems)
    found = []
    for collection in collections().values():
        own = {path for path in left if collection.holds(PurePosixPath(path.relative_to(root).as_posix()))}
        found += [known.file(path, collection) for path in sorted(own)]
        left = [path for path in left if path not in own]
    for path in left:
        folder = plain_name(path.parent.relative_to(root).as_posix())
        found.append(known.file(path, Collection("own" if folder == "." else folder.replace("/", "-"))))
    if not found:
        raise UserError(f"{root} holds no clips ({', '.join(READABLE)}); give the folder that contains them.")
    return found


class _FileFacts:
    """Looks up the facts about files in the tables and skeletons of a folder."""

    def __init__(self, root: Path, fps: float | None, problems: list[str]) -> None:
        self._root, self._fps, self._problems = root, fps, problems
        self._skeletons = Skeletons(root)
        self._tables: dict[Path, tables.Table | None] = {}

    def file(self, path: Path, collection: Collection) -> SourceFile:
        row = self._row(path, collection)
        if SourceFile(path).kind != ".amc":
            return SourceFile(path, collection, row.fps)
        return SourceFile(path, collection, row.fps or self._fps, row.skeleton or self._skeletons.of(path))

    def _row(self, path: Path, collection: Collection) -> tables.Row:
        """Returns the file's row in the nearest table, from its folder up to the root."""
        own = self._root / collection.table if collection.table else None
        for folder in path.parents:
            if not folder.is_relative_to(self._root):
                break
            table = self._table(folder / tables.NAME, own)
            row = table.row(path) if table else None
            if row:
                return row
        return tables.Row()

    def _table(self, path: Path, own: Path | None) -> tables.Table | None:
        if path not in self._tables:
            self._tables[path] = table = tables.Table(path) if path.is_file() else None
            if table and not table.ours:
                sentence = f"{path} has no column called file, so it says nothing of the clips beside it."
                if path == own:
                    raise UserError(sentence)
                self._problems.append(sentence)
        return self._tables[path]
