"""Records the result of every prepared file beside the motions, so that a later run can skip it."""

from __future__ import annotations

import hashlib
import os
from dataclasses import dataclass, field
from pathlib import Path

from motionclip_blender.core import body
from motionclip_blender.core.body import OPEN_BODY
from motionclip_blender.core.errors import UserError
from motionclip_blender.core.files import plain_name
from motionclip_blender.core.json_text import parsed_json
from motionclip_blender.core.retarget.rig_maps import RIG_MAPS

from .clip_files.catalogue import SourceFile

_RECORDS = ".prepared"
_NAMED = 3  # names listed in a note about many clips


@dataclass(frozen=True)
class Job:
    """The settings that all files of a run share.

    out: the folder for the motions. recipe: a digest of how they are prepared. own_maps: a file of rig maps that is
    tried before ours. pictures: whether every clip gets a contact sheet. up: the axis of the files that points up; None
    detects it.
    """

    out: Path
    recipe: str
    own_maps: Path | None
    pictures: bool
    up: str | None = None


@dataclass
class Record:
    """The result of one file.

    clips: entries of the index. problems: a sentence for everything left out. notes: clip -> a sentence about how it
    was read. path: of the file; empty in records of earlier releases.
    """

    key: str
    clips: list[dict] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)
    notes: dict[str, str] = field(default_factory=dict)
    path: str = ""


def sentence(name: str, error: Exception) -> str:
    """Returns an error as one line that begins with the name of the file or clip."""
    if isinstance(error, UserError):
        said = str(error)
    else:
        reason = " ".join(f"{type(error).__name__}: {error}".split())
        said = f"it cannot be read ({reason}); export it again, or leave it out."
    return plain_name(said if said.startswith(name.split(",")[0]) else f"{name}: {said}")


def recipe_of(own_maps: Path | None, pictures: bool, up: str | None = None) -> str:
    """Returns a digest of everything that a prepared motion depends on, except its file."""
    here, core = Path(__file__).parent, Path(body.__file__).parent
    own = ("travel.py", "prepare.py", "prepare_file.py", "t_poses.py")
    shared = ("body.py", "motion.py", "origin.py", "rotations.py", "cleanup/foot_locking.py", "motion_files/amass.py")
    code = [
        *sorted((here / "clip_files").glob("*.py")),
        *sorted((core / "clip_files").glob("*.py")),
        *sorted((core / "retarget").glob("*.py")),
        core.parent / "rig" / "interchange" / "read.py",
        *(here / name for name in own),
        *(core / name for name in shared),
    ]
    data = [here / "clip_files" / "collections.json", RIG_MAPS, OPEN_BODY, *([own_maps] if own_maps else [])]
    digest = hashlib.sha256(f"{pictures} {up}".encode())
    for path in [*code, *data]:
        try:
            digest.update(path.read_bytes())
        except OSError as error:
            raise UserError(f"{path} cannot be read ({error.strerror}).") from error
    return digest.hexdigest()


def key_of(file: SourceFile, job: Job) -> str:
    """Returns a key of everything that the motions of a file depend on. Raises `OSError` when the file is missing."""
    stat = file.path.stat()
    skeleton = file.skeleton.stat().st_mtime_ns if file.skeleton and file.skeleton.is_file() else 0
    rest = f"-{file.rest.stat().st_mtime_ns}" if file.rest and file.rest.is_file() else ""
    named = f"{file.skeleton.name}-" if file.skeleton else ""
    labels = f"-{hashlib.sha256(repr(file.labels).encode()).hexdigest()[:12]}" if file.labels else ""
    return plain_name(
        f"{job.recipe}-{stat.st_size}-{stat.st_mtime_ns}-{named}{skeleton}-{file.fps}-{file.collection.name}{labels}{rest}"
    )


def size(path: Path) -> int:
    """Returns the size of a file in bytes; 0 when it is missing, which is reported when it is read."""
    try:
        return path.stat().st_size
    except OSError:
        return 0


def record_path(file: SourceFile, job: Job) -> Path:
    """Returns the path of a file's record, which depends on the file's path."""
    return job.out / _RECORDS / f"{hashlib.sha256(os.fsencode(os.path.abspath(file.path))).hexdigest()[:24]}.json"


def finished(file: SourceFile, job: Job) -> Record | None:
    """Returns the record of a file that was prepared in the same way and whose motions are intact; else None."""
    path = record_path(file, job)
    record = _read(path)
    try:
        if record is None or record.key != key_of(file, job):
            return None
        # the record is written last, so a newer motion comes from another file of this name
        written = path.stat().st_mtime_ns
        return record if all((job.out / c["file"]).stat().st_mtime_ns <= written for c in record.clips) else None
    except OSError:
        return None


def clips_of_other_runs(files: list[SourceFile], clips: list[dict], job: Job) -> tuple[list[dict], list[str]]:
    """Returns the entries of clips that earlier runs prepared into the same folder, of files that are still there but
    not of this run, and a sentence for each whose name this run's `clips` took.

    files: of this run.
    """
    own = {record_path(file, job) for file in files}
    taken = {clip["clip"].casefold() for clip in clips}
    kept, notes = [], []
    for path in sorted((job.out / _RECORDS).glob("*.json")):
        record = None if path in own else _read(path)
        if record is None or (record.path and not os.path.exists(record.path)):
            continue
        for clip in record.clips:
            if clip["clip"].casefold() in taken:
                notes.append(f"{clip['clip']}: this run's takes the place of the one that an earlier run prepared.")
            elif (job.out / clip["file"]).is_file():
                taken.add(clip["clip"].casefold())
                kept.append(clip)
    return kept, notes


def _read(path: Path) -> Record | None:
    """Returns a record; None for one that cannot be read."""
    try:
        return Record(**parsed_json(path.read_text()))
    except (OSError, ValueError, TypeError):
        return None


def settle_clashes(files: list[SourceFile], records: dict[SourceFile, Record], job: Job) -> list[SourceFile]:
    """Leaves every name, ignoring case, to the first of the clips that have it, and adds a problem to the others'
    records.

    Returns the files of the first clips, whose motions were overwritten.
    """
    owners: dict[str, tuple[SourceFile, str]] = {}
    again: dict[SourceFile, None] = {}
    for file in files:
        record, kept = records[file], []
        for clip in record.clips:
            owner, name = owners.setdefault(clip["clip"].casefold(), (file, clip["clip"]))
            if owner is file:
                kept.append(clip)
                continue
            again[owner] = None
            other = "" if owner.path.name == file.path.name else f" ({owner.path.name})"
            said = UserError(f"another clip is called {name}{other}; rename one of them.")
            record.problems.append(sentence(f"{file.path.name}, {clip['clip']}", said))
            record.notes.pop(clip["clip"], None)
            # a name in other case; where case is ignored, this deletes the owner's motion, which is written again
            if clip["clip"] != name:
                (job.out / f"{clip['clip']}.npz").unlink(missing_ok=True)
        if len(kept) < len(record.clips):
            record.clips = kept
            record_path(file, job).unlink(missing_ok=True)
    return list(again)


def summed_up(records: list[Record]) -> list[str]:
    """Returns the notes of all clips, with the clips of equal notes joined."""
    clips: dict[str, list[str]] = {}
    for record in records:
        for clip, note in record.notes.items():
            clips.setdefault(note, []).append(clip)
    return [
        f"{', '.join(names[:_NAMED])}{f' and {len(names) - _NAMED} more' if len(names) > _NAMED else ''}: {note}."
        for note, names in clips.items()
    ]
