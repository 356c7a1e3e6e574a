"""Which files there are to read, and what is known about each."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from functools import cache
from pathlib import Path, PurePosixPath

from motionclip_blender.core.errors import UserError
from motionclip_blender.core.files import files_below, plain_name

from . import tables
from .skeletons import Skeletons

HUMANOID3D = ".humanoid3d.json"
READABLE = (".amc", ".bvh", ".glb", ".gltf", HUMANOID3D)


@dataclass(frozen=True)
class Collection:
    """Clips of one origin: an entry of `collections.json`, whose meaning is told there."""

    name: str
    files: tuple[str, ...] = ()
    skip: tuple[str, ...] = ()
    table: str = ""
    rest_frame: bool = False
    licence: str = "unknown"
    credit: str = ""

    def skips(self, animation: str) -> bool:
        return any(fnmatchcase(animation, pattern) for pattern in self.skip)

    def holds(self, relative: PurePosixPath) -> bool:
        """Whether a path below the folder given to `prepare` is one of its files. Endings may be in capitals."""
        path = relative.with_name(relative.name.removesuffix(relative.suffix) + relative.suffix.lower())
        return any(len(path.parts) == pattern.count("/") + 1 and path.match(pattern) for pattern in self.files)


@dataclass(frozen=True)
class SourceFile:
    """A file of one or more clips.

    fps: the true rate, where it is known better than by the file's header. skeleton: the `.asf` of an `.amc`.
    """

    path: Path
    collection: Collection = field(default_factory=lambda: Collection("own"))
    fps: float | None = None
    skeleton: Path | None = None

    @property
    def kind(self) -> str:
        """The ending in lower case, one of `READABLE` where the file can be read."""
        name = self.path.name.lower()
        return HUMANOID3D if name.endswith(HUMANOID3D) else self.path.suffix.lower()

    @property
    def stem(self) -> str:
        """The file's name without its ending, which is the clip's name for formats of one clip a file."""
        return plain_name(self.path.name[: len(self.path.name) - len(self.kind)])


@cache
def collections() -> dict[str, Collection]:
    """The known collections by name."""
    entries = json.loads(Path(__file__).with_name("collections.json").read_text(encoding="utf-8"))
    return {
        name: Collection(name, **{k: tuple(v) if isinstance(v, list) else v for k, v in entry.items()})
        for name, entry in entries.items()
        if not name.startswith("_")
    }


def source_files(root: Path, fps: float | None = None, problems: list[str] | None = None) -> list[SourceFile]:
    """All readable files under `root`: those of the known collections first, then any others.

    fps: the rate of AMC files, where no table gives it. problems: takes a sentence for every folder and link that
    cannot be looked into.
    Raises `UserError` when there is no file.
    """
    problems = [] if problems is None else problems
    left = files_below(root, READABLE, problems)
    known = _Known(root, fps, problems)
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


class _Known:
    """What is known of the files of a folder, from its tables and from what lies beside them."""

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
        """Of the collection's table, or of the nearest in the folders from the file's up to the root."""
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
