"""Which files there are to read, and what is known about each."""

from __future__ import annotations

import csv
import json
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from functools import cache
from pathlib import Path

from motionclip_blender.core.errors import UserError

HUMANOID3D = ".humanoid3d.json"
_READABLE = (".amc", ".bvh", ".glb", ".gltf", HUMANOID3D)


@dataclass(frozen=True)
class Collection:
    """Clips of one origin: an entry of `sources.json`, whose meaning is told there."""

    name: str
    files: tuple[str, ...] = ()
    skip: tuple[str, ...] = ()
    table: str = ""
    rest_frame: bool = False
    licence: str = "unknown"
    credit: str = ""

    def skips(self, animation: str) -> bool:
        return any(fnmatchcase(animation, pattern) for pattern in self.skip)


@dataclass(frozen=True)
class SourceFile:
    """A file of one or more clips.

    fps: the true rate, where the file's header cannot be trusted. skeleton: the `.asf` of an `.amc`.
    """

    path: Path
    collection: Collection = field(default_factory=lambda: Collection("own"))
    fps: float | None = None
    skeleton: Path | None = None

    @property
    def stem(self) -> str:
        """The file's name without its ending, which is the clip's name for formats of one clip a file."""
        return self.path.name.removesuffix(HUMANOID3D).removesuffix(self.path.suffix)


@cache
def collections() -> dict[str, Collection]:
    """The known collections by name."""
    entries = json.loads(Path(__file__).with_name("sources.json").read_text(encoding="utf-8"))
    return {
        name: Collection(name, **{k: tuple(v) if isinstance(v, list) else v for k, v in entry.items()})
        for name, entry in entries.items()
        if not name.startswith("_")
    }


def source_files(root: Path) -> list[SourceFile]:
    """All readable files under `root`: those of the known collections first, then any others.

    Raises `UserError` when there is none.
    """
    found: dict[Path, SourceFile] = {}
    for collection in collections().values():
        table = _table(root / collection.table) if collection.table else {}
        for pattern in collection.files:
            for path in filter(Path.is_file, sorted(root.glob(pattern))):
                found[path] = _file(path, collection, table.get(path.name, {}))
    for path in sorted(root.rglob("*")):
        if path.name.endswith(_READABLE) and path not in found and path.is_file():
            folder = path.parent.relative_to(root).as_posix()
            found[path] = _file(path, Collection("own" if folder == "." else folder.replace("/", "-")), {})
    if not found:
        raise UserError(f"{root} holds no clips ({', '.join(_READABLE)}); give the folder that contains them.")
    return list(found.values())


def _table(path: Path) -> dict[str, dict[str, str]]:
    """The rows of a `clips.csv` by file name; empty when there is none. Raises `UserError` for a damaged one."""
    if not path.is_file():
        return {}
    try:
        with path.open(encoding="utf-8", newline="") as handle:
            rows = {row["file"]: row for row in csv.DictReader(handle)}
        if all(float(row.get("fps") or 1) > 0 for row in rows.values()):
            return rows
    except (OSError, KeyError, ValueError, TypeError, csv.Error) as error:
        raise UserError(f"{path} is not a table of clips with the columns file and fps; copy it again.") from error
    raise UserError(f"{path} gives a clip a rate that is not positive; correct it.")


def _file(path: Path, collection: Collection, row: dict[str, str]) -> SourceFile:
    skeleton = None
    if path.suffix == ".amc":
        named = path.parent / row["skeleton"] if row.get("skeleton") else None
        subject = path.stem.split("_")[0]
        beside = [path.with_suffix(".asf"), path.parent / f"{subject}.asf", path.parent / "asf" / f"{subject}.asf"]
        skeleton = named or next((candidate for candidate in beside if candidate.is_file()), None)
    return SourceFile(path, collection, float(row["fps"]) if row.get("fps") else None, skeleton)
