"""Writes files whole or not at all, and finds files below folders."""

from __future__ import annotations

import errno
import io
import json
import os
import re
import tempfile
import unicodedata
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

from .errors import UserError

if TYPE_CHECKING:
    import numpy as np

_BYTE = re.compile("[\udc80-\udcff]")  # the surrogates by which Python writes bytes that are not UTF-8
_NO_LETTER = re.compile("[\ud800-\udc7f\udd00-\udfff]")
_NAME_BYTES = 255  # of a file's name, on the file systems that people use
_ROOM = 4096  # bytes, a block of most disks
_BLENDERS_BYTES = 1  # Blender writes a .blend file beside itself first, with an "@" behind its name


@contextmanager
def whole_path(path: Path) -> Iterator[Path]:
    """Yields a temporary path beside `path`, with its suffix, and renames it to `path` when the block ends without an
    error.

    A link stays one: what it leads to is replaced. For writers that need a file name; some of Blender's say nothing
    when the disk is full. Raises `UserError` when the folder cannot be written or the disk is full.
    """
    path = Path(path)
    try:
        place = _place_of(path)
        place.parent.mkdir(parents=True, exist_ok=True)
        check_name(place)
        temporary = _new_file_beside(place, path.suffix)
        mode = temporary.stat().st_mode
    except OSError as error:
        raise UserError(f"Cannot write {path} ({_reason(error)}); choose another place.") from error
    try:
        yield temporary
        check_room(temporary)
        if temporary.stat().st_mode != mode:  # some libraries write another file, a private one, in its place
            os.chmod(temporary, mode & 0o7777)
        os.replace(temporary, place)
    except OSError as error:
        raise UserError(f"Cannot write {path} ({_reason(error)}); free some space or choose another place.") from error
    finally:
        temporary.unlink(missing_ok=True)


@contextmanager
def write_whole(path: Path) -> Iterator[BinaryIO]:
    """Yields a binary file handle whose contents appear at `path` when the block ends without an error."""
    with whole_path(path) as temporary, open(temporary, "wb") as handle:
        yield handle
        handle.flush()
        os.fsync(handle.fileno())


def write_arrays(path: Path, arrays: Mapping[str, np.ndarray], packed: bool = False) -> None:
    """Writes arrays by name as an `.npz` file, whole or not at all. packed: whether they are compressed.

    Raises `UserError` when the folder cannot be written or the disk is full.
    """
    import numpy as np  # not before there is something to write: requests are checked without it

    file = io.BytesIO()  # zipfile would complain on stderr if the disk were full
    (np.savez_compressed if packed else np.savez)(file, **arrays)
    with write_whole(path) as handle:
        handle.write(file.getbuffer())


def write_json(path: Path, value: object, indent: int | None = 1) -> None:
    """Writes a value as JSON in UTF-8, whole or not at all. indent: None for one line, as short as can be.

    Raises `UserError` when the folder cannot be written or the disk is full.
    """
    text = json.dumps(value, indent=indent, separators=(",", ":") if indent is None else None, ensure_ascii=False)
    with write_whole(path) as file:
        file.write(f"{text}\n".encode("utf-8", "backslashreplace"))  # names of files may hold lone surrogates


def files_below(folder: Path, endings: tuple[str, ...], problems: list[str] | None = None) -> list[Path]:
    """Returns all files below a folder whose names end in one of `endings` (lower case; case is ignored), sorted.

    Links to folders are followed. Every folder is read once, under its own name if it has one here, so circular links
    do no harm. Hidden names (".x") and macOS's `__MACOSX` are skipped.
    problems: receives a sentence for every folder and link that cannot be read.
    """
    problems = [] if problems is None else problems
    found: list[Path] = []
    seen: set[tuple[int, int]] = set()
    folders, links = [Path(folder)], list[Path]()
    while folders or links:
        here = folders.pop() if folders else links.pop(0)
        try:
            stat = here.stat()
            if (stat.st_dev, stat.st_ino) in seen:
                continue
            seen.add((stat.st_dev, stat.st_ino))
            entries = sorted(here.iterdir())
        except OSError as error:
            if here != Path(folder):
                problems.append(f"{here} cannot be looked into ({error.strerror}); what it holds is left out.")
            continue
        for path in entries:
            if path.name.startswith(".") or path.name == "__MACOSX":
                continue
            readable = path.name.lower().endswith(endings)
            if path.is_dir():
                (links if path.is_symlink() else folders).append(path)
            elif readable and path.is_file():
                found.append(path)
            elif path.is_symlink() and not path.exists() and (readable or not path.suffix):
                problems.append(f"{path} is a link to what is not there; it is left out.")
    return sorted(found)


def plain_name(name: str) -> str:
    """Returns a file's name as text that can be written everywhere, in one spelling (Unicode NFC).

    Bytes that are not UTF-8, which Python reads as lone surrogates, become %E4 and the like; so do letters that this
    system's file names cannot hold.
    """
    text = _NO_LETTER.sub("?", name)
    if _BYTE.search(text):
        text = os.fsencode(text).decode("utf-8", "surrogateescape")
    text = _BYTE.sub(lambda byte: f"%{ord(byte[0]) & 0xFF:02X}", unicodedata.normalize("NFC", text))
    try:
        os.fsencode(text)
    except UnicodeEncodeError:
        return "".join(c if c.isascii() else "".join(f"%{byte:02X}" for byte in c.encode()) for c in text)
    return text


def check_name(path: Path) -> None:
    """Raises `OSError` for a path that no file can have: a folder, or a name that is too long."""
    try:
        os.lstat(path)
    except FileNotFoundError:
        return
    if os.path.isdir(path):
        raise IsADirectoryError(f"{path} is a folder")


def check_writable(path: Path) -> None:
    """Raises `UserError` if a file cannot be written, so that this is known before the work. Leaves no file behind."""
    try:
        place = _place_of(path)
        check_name(place)
        folder = place.absolute().parent
        while not folder.exists() and folder != folder.parent:
            folder = folder.parent
        with tempfile.TemporaryFile(dir=folder):
            pass
    except OSError as error:
        raise UserError(f"Cannot write {path} ({_reason(error)}); choose another place.") from error


def check_room(path: Path) -> None:
    """Raises `OSError` if the disk has no room for a file to be longer, so that it may have been cut off unnoticed."""
    with open(path, "r+b", buffering=0) as file:
        size = file.seek(0, os.SEEK_END)
        try:
            if file.write(os.urandom(_ROOM)) < _ROOM:
                raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        finally:
            file.truncate(size)


def same_file(one: Path, other: Path) -> bool:
    """Checks whether two paths lead to one file, which need not exist yet."""
    try:
        return os.path.samefile(one, other)
    except OSError:
        return os.path.normcase(os.path.realpath(one)) == os.path.normcase(os.path.realpath(other))


def _reason(error: OSError) -> str:
    """Returns why the system, or Blender, cannot write."""
    return error.strerror or str(error).strip().removeprefix("Error: ")


def _place_of(path: Path) -> Path:
    """Returns where a file is written: of a link, what it leads to, which need not be there."""
    return Path(os.path.realpath(path)) if path.is_symlink() else path


def _new_file_beside(path: Path, suffix: str) -> Path:
    """Creates an empty file in the folder of `path`, with the default mode, and returns its path, which ends in
    `suffix`.

    `tempfile` makes private files; these are the user's documents.
    """
    end = f"-{os.urandom(4).hex()}{suffix}"
    room = max(_NAME_BYTES - _BLENDERS_BYTES - 1 - len(os.fsencode(end)), 0)
    stem = os.fsencode(path.stem)[:room].decode(errors="ignore")
    temporary = path.absolute().with_name(f".{stem}{end}")  # Blender resolves relative paths differently
    os.close(os.open(temporary, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o666))
    return temporary
