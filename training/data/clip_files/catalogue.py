"""Finds the clip files of a folder, with the facts known about each: collection, rate, skeleton."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath

from motionclip_blender.core.clip_files.skeletons import Skeletons
from motionclip_blender.core.errors import UserError
from motionclip_blender.core.files import files_below, plain_name

from . import tables
from .collection import Collection, collections, fits
from .labels import Label, Labels

HUMANOID3D = ".humanoid3d.json"
SMPLX = ".npz"
READABLE = (".amc", ".bvh", ".fbx", ".glb", ".gltf", HUMANOID3D, SMPLX)
_NOT_READ = (
    ".abc", ".anim", ".blend", ".c3d", ".dae", ".htr", ".mvnx", ".npy", ".pkl", ".trc", ".usd", ".usda", ".usdc",
    ".usdz", ".vmd", ".vrma",
)  # fmt: skip
"""Formats of motions that cannot be read, which are named rather than passed over."""
NO_MOTIONS = ("shape.npz", "_stagei.npz")
"""Ends of the names of AMASS's files of bodies' shapes."""
_NAMED = 5  # files that are named one by one
_HERE = PurePosixPath()


@dataclass(frozen=True)
class SourceFile:
    """A file of one or more clips.

    fps: the true rate, where it is known better than from the file's header. skeleton: the `.asf` of an `.amc`.
    rest: a file of the same skeleton whose first frame is the rest pose, where its own is no pose of a person.
    name: with its suffix, where the file's own is not the only one of its collection. labels: made elsewhere. note: a
    sentence for the user about how it is read; empty for most.
    """

    path: Path
    collection: Collection = field(default_factory=lambda: Collection("own"))
    fps: float | None = None
    skeleton: Path | None = None
    rest: Path | None = None
    name: str = ""
    labels: tuple[Label, ...] = ()
    note: str = ""

    @property
    def kind(self) -> str:
        """The suffix in lower case; one of `READABLE` where the file can be read."""
        name = self.path.name.lower()
        return HUMANOID3D if name.endswith(HUMANOID3D) else self.path.suffix.lower()

    @property
    def stem(self) -> str:
        """The file's name without its suffix, which is the clip's name in formats with one clip a file."""
        name = self.name or self.path.name
        return plain_name(name[: len(name) - len(self.kind)])


def source_files(
    root: Path, fps: float | None = None, problems: list[str] | None = None, notes: list[str] | None = None
) -> list[SourceFile]:
    """Returns all readable files under `root`: first those of the known collections, then the others.

    fps: the rate of AMC files, where no table gives it. problems: receives a sentence for every folder and link that
    cannot be read, for archives that are missing beside others, and for labels that cannot be read or lack their
    motion. notes: receives a sentence about files of motions whose formats are not read.
    Raises `UserError` when there is no file.
    """
    problems = [] if problems is None else problems
    left = [path for path in files_below(root, READABLE, problems) if not path.name.lower().endswith(NO_MOTIONS)]
    if (unread := _unread(root)) and notes is not None:
        notes.append(f"Not read, of other formats: {unread}; export them as BVH, glTF or FBX.")
    known = _FileFacts(root, fps, problems)
    found, missing, unpacked = [], [], False
    for collection in collections().values():
        places = {path: collection.base(PurePosixPath(path.relative_to(root).as_posix())) for path in left}
        own = {path: base for path, base in sorted(places.items()) if base is not None}
        labels = known.labels(collection, own)
        found += [known.file(path, collection, base, labels.of(path)) for path, base in own.items()]
        left = [path for path in left if path not in own]
        unpacked = unpacked or bool(own and collection.archive)
        missing += [collection] if collection.archive and not own else []
    if unpacked:
        problems += [f"{root} has no {one.name}; unpack {one.archive} there for its clips." for one in missing]
    for path in left:
        folder = plain_name(path.parent.relative_to(root).as_posix())
        found.append(known.file(path, Collection("own" if folder == "." else folder.replace("/", "-"))))
    if not found:
        but = f", but {unread}, which are not read" if unread else ""
        raise UserError(f"{root} holds no clips ({', '.join(READABLE)}){but}; give the folder that contains them.")
    return found


def _unread(root: Path) -> str:
    """Returns the names of files whose formats are not read, the first few; empty for none."""
    names = [plain_name(path.relative_to(root).as_posix()) for path in files_below(root, _NOT_READ)]
    more = f" and {len(names) - _NAMED} more" if len(names) > _NAMED else ""
    return ", ".join(names[:_NAMED]) + more


class _FileFacts:
    """Looks up the facts about files in the tables, skeletons and labels of a folder."""

    def __init__(self, root: Path, fps: float | None, problems: list[str]) -> None:
        self._root, self._fps, self._problems = root, fps, problems
        self._skeletons = Skeletons(root)
        self._tables: dict[Path, tables.Table | None] = {}

    def file(
        self,
        path: Path,
        collection: Collection,
        base: PurePosixPath = _HERE,
        labels: tuple[Label, ...] = (),
    ) -> SourceFile:
        row = self._row(path, collection)
        inside = PurePosixPath(path.relative_to(self._root / base).as_posix())
        name = collection.clip_name(inside) if collection.below else ""
        rate = row.fps or collection.rate(inside.as_posix())
        if SourceFile(path).kind != ".amc":
            rest = collection.rest(inside.as_posix())
            return SourceFile(path, collection, rate, None, self._root / base / rest if rest else None, name, labels)
        known = collection.skeleton(inside.as_posix())
        skeleton, note = (self._root / base / known.asf, known.note) if known else (None, "")
        if skeleton is None or not skeleton.is_file():
            skeleton, note = self._skeletons.of(path), ""
        rate = rate or self._fps
        return SourceFile(path, collection, rate, row.skeleton or skeleton, None, name, labels, note)

    def labels(self, collection: Collection, clips: dict[Path, PurePosixPath]) -> Labels:
        """Reads the labels of a collection whose clips have these bases."""
        labels = Labels(collection.name)
        for base in dict.fromkeys(clips.values()):
            for form in collection.labels:
                suffix = PurePosixPath(form.files).suffix
                folder = self._root / base / form.files.split("*", 1)[0].rpartition("/")[0]
                if not folder.is_dir():
                    continue
                for path in sorted(files_below(folder, (suffix,), self._problems)):
                    if fits(path.relative_to(self._root / base).as_posix(), form.files):
                        try:
                            labels.add(path, form)
                        except UserError as error:
                            self._problems.append(str(error))
        self._problems += labels.without_motion(clips)
        return labels

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
