"""Downloads large files: resumes after an interruption, checks the digest, and leaves no partial file at the target."""

from __future__ import annotations

import hashlib
import http.client
import os
import re
import shutil
import urllib.error
import urllib.request
from pathlib import Path
from typing import BinaryIO

from .errors import UserError
from .lock import only_one
from .progress import Progress

_CHUNK = 1 << 18  # bytes read at a time: between two of them the work can be cancelled
_TIMEOUT = 20.0  # seconds without a byte
_TRIES = 5  # connections in a row that bring nothing
_LARGEST = 2_000_000_000
_SPARE = 50_000_000  # bytes of the disk that are left to others


class _Broken(Exception):
    """The connection ended before the file was complete. The message says how, and may be empty."""


def download(url: str, path: Path, sha256: str, what: str, progress: Progress) -> None:
    """Fetches `url` to `path`, whole or not at all.

    The bytes received so far are kept beside it as `NAME.part`, also when the work is cancelled or killed; the next
    call resumes from there. Raises `UserError` without a network or room on the disk, when another process fetches the
    file, and for a file with a wrong digest, which is deleted; raises what `progress` raises.
    sha256: the expected digest, in hexadecimal.
    what: the file's description in messages.
    """
    part = path.with_name(f"{path.name}.part")
    with only_one(path.parent):
        if path.is_file():  # another process has completed it meanwhile
            return
        resumed = part.is_file() and part.stat().st_size > 0
        _fetch(url, part, what, progress)
        if resumed and _digest(part, what, progress) != sha256:
            part.unlink()  # the earlier bytes may belong to another file
            _fetch(url, part, what, progress)
        if _digest(part, what, progress) != sha256:
            part.unlink()
            raise UserError(
                f"The file at {url} is not {what} (its SHA-256 is another); try again later, or choose a file you have."
            )
        try:
            os.replace(part, path)
        except OSError as error:
            raise _not_written(path, error) from error


def _fetch(url: str, part: Path, what: str, progress: Progress) -> None:
    """Completes `part`, over as many connections as needed."""
    tries = 0
    while True:
        before = part.stat().st_size if part.is_file() else 0
        try:
            _fetch_rest(url, part, what, progress)
            return
        except _Broken as error:
            now = part.stat().st_size if part.is_file() else 0
            tries = 0 if now > before else tries + 1
            if tries >= _TRIES or str(error):
                raise _no_network(url, what, now, str(error) or "the connection breaks off") from error


def _fetch_rest(url: str, part: Path, what: str, progress: Progress) -> None:
    """Appends the missing bytes to `part` over one connection. Raises `_Broken` if the connection ends too early."""
    progress(f"Asking for {what}", 0.0)
    try:
        file = part.open("ab")
    except OSError as error:
        raise _not_written(part, error) from error
    with file:
        start = file.tell()
        request = urllib.request.Request(url, headers={"Range": f"bytes={start}-"} if start else {})
        try:
            with urllib.request.urlopen(request, timeout=_TIMEOUT) as answer:
                if answer.headers.get_content_maintype() == "text":  # a network that wants a login sends a page
                    raise _Broken("a page comes instead of a file")
                total = _total(answer, start)
                if start and (answer.status != 206 or total is None):  # the server sends the whole file
                    file.truncate(0)
                    start, total = 0, _length(answer)
                _check_room(part, total, start, what)
                _copy(answer, file, total, what, progress)
        except urllib.error.HTTPError as error:
            if error.code == 416 and start:  # nothing follows `start`: the part is complete, or belongs to another file
                if _range_total(error.headers.get("Content-Range", "")) != start:
                    file.truncate(0)
                    raise _Broken from error
                return
            raise _Broken(f"the server answers {error.code} {error.reason}") from error
        except (OSError, http.client.HTTPException) as error:
            reason = getattr(error, "reason", error)
            raise _Broken("" if file.tell() > start else str(reason) or type(error).__name__) from error


def _total(answer: http.client.HTTPResponse, start: int) -> int | None:
    """Returns the size of the whole file in bytes; None if the server does not say, or does not begin at `start`."""
    if answer.status == 206:
        sent = answer.headers.get("Content-Range", "")
        return _range_total(sent) if sent.startswith(f"bytes {start}-") else None
    return _length(answer)


def _length(answer: http.client.HTTPResponse) -> int | None:
    text = answer.headers.get("Content-Length", "")
    return int(text) if text.isdecimal() else None


def _range_total(text: str) -> int | None:
    found = re.fullmatch(r"bytes [-*\d]+/(\d+)", text)
    return int(found[1]) if found else None


def _copy(answer: http.client.HTTPResponse, file: BinaryIO, total: int | None, what: str, progress: Progress) -> None:
    have = file.tell()
    while True:
        of = f" of {total / 1e6:.0f}" if total else ""
        progress(f"Fetching {what}: {have / 1e6:.0f}{of} MB", min(have / total, 1.0) if total else 0.0)
        data = answer.read(_CHUNK)
        if not data:
            break
        have += len(data)
        if have > _LARGEST:
            raise UserError(f"What is sent for {what} has no end; try again later, or choose a file you have.")
        try:
            file.write(data)
        except OSError as error:
            raise _not_written(Path(file.name), error) from error
    try:
        file.flush()
        os.fsync(file.fileno())
    except OSError as error:
        raise _not_written(Path(file.name), error) from error
    if total is not None and have < total:
        raise _Broken


def _check_room(part: Path, total: int | None, have: int, what: str) -> None:
    if total is None:
        return
    if total > _LARGEST:
        raise UserError(
            f"What is sent for {what} has {total / 1e9:.0f} GB; try again later, or choose a file you have."
        )
    if shutil.disk_usage(part.parent).free < total - have + _SPARE:
        raise UserError(
            f"{part.parent} has no room for {what} ({total / 1e6:.0f} MB); free some space, or choose a file you have."
        )


def _digest(part: Path, what: str, progress: Progress) -> str:
    """Returns the SHA-256 of a file in hexadecimal."""
    found, size, done = hashlib.sha256(), max(part.stat().st_size, 1), 0
    with part.open("rb") as file:
        while data := file.read(16 * _CHUNK):
            found.update(data)
            done += len(data)
            progress(f"Checking {what}", done / size)
    return found.hexdigest()


def _no_network(url: str, what: str, have: int, why: str) -> UserError:
    kept = f" {have / 1e6:.0f} MB are kept, and it goes on from there." if have else ""
    return UserError(
        f"{what} cannot be fetched from {url} ({why}); look at the network and try again, or choose a file you have."
        + kept
    )


def _not_written(path: Path, error: OSError) -> UserError:
    return UserError(f"Cannot write {path} ({error.strerror or error}); free some space, or choose a file you have.")
