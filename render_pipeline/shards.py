"""Writes and checks shards: tar files for WebDataset and open_clip, each with a record beside it.

frames-00000.tar holds for each frame KEY.png (or jpg, webp), KEY.txt (the caption; missing without one, and then
open_clip skips the frame) and KEY.json. frames-00000.json is the shard's record. A shard without its record counts as
unfinished.
"""

from __future__ import annotations

import hashlib
import io
import json
import tarfile
from collections.abc import Iterable
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import BinaryIO

from motionclip_blender.core.files import write_json, write_whole
from motionclip_blender.core.json_text import parsed_json

_TOLD = {"key": (str,), "motion": (str,), "frame": (int,), "seed": (int,), "caption": (str, type(None))}
_RECORD = {"shard": (str,), "sha256": (str,), "size": (int,), "frames": (list,), "skipped": (dict,)}


@dataclass(frozen=True)
class Record:
    """The record of a finished shard.

    frames: key, motion, frame, seed and caption of each. sha256, size: of the tar file. skipped: motions that could not
    be read, and why.
    """

    shard: str
    sha256: str
    size: int
    frames: list[dict]
    skipped: dict[str, str] = field(default_factory=dict)


def shard_name(number: int) -> str:
    """Returns the file name of a shard."""
    return f"frames-{number:05d}.tar"


def pack(frames: Iterable[tuple[dict, bytes]], suffix: str) -> bytes:
    """Packs frames, (JSON, image) each, into the bytes of a tar file. The same frames give the same bytes."""
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w", format=tarfile.USTAR_FORMAT) as tar:
        for told, image in frames:
            files = {suffix: image}
            if told["caption"]:
                files["txt"] = told["caption"].encode()
            files["json"] = json.dumps(told, ensure_ascii=False, separators=(",", ":")).encode()
            for ending, content in files.items():
                entry = tarfile.TarInfo(f"{told['key']}.{ending}")
                entry.size, entry.mode = len(content), 0o644
                tar.addfile(entry, io.BytesIO(content))
    return buffer.getvalue()


def save(folder: Path, number: int, frames: list[tuple[dict, bytes]], suffix: str, skipped: dict[str, str]) -> Record:
    """Writes a shard and its record, each whole or not at all. Raises `UserError` when the folder cannot be written."""
    content = pack(frames, suffix)
    short = [_short(told) for told, _ in frames]
    record = Record(shard_name(number), hashlib.sha256(content).hexdigest(), len(content), short, skipped)
    with write_whole(folder / record.shard) as file:
        file.write(content)
    write_json((folder / record.shard).with_suffix(".json"), asdict(record), indent=None)
    return record


def find(folder: Path, number: int) -> tuple[Record | None, str]:
    """Returns the record of an intact shard and '', or None and the fault.

    The fault of a shard that was never finished is ''. An intact shard has the size and checksum of its record,
    and the record has the frames of the shard.
    """
    tar = folder / shard_name(number)
    try:
        record = _record_of(parsed_json(tar.with_suffix(".json").read_text(encoding="utf-8")))
    except FileNotFoundError:
        return None, ""  # never finished
    except (OSError, ValueError) as error:
        return None, f"its record cannot be read ({error})"
    if record.shard != tar.name:
        return None, f"its record belongs to {record.shard}"
    try:
        with tar.open("rb") as file:
            if hashlib.file_digest(file, "sha256").hexdigest() != record.sha256 or file.tell() != record.size:
                return None, "its contents are not what was written"
            file.seek(0)
            if _told(file) != record.frames:
                return None, "its record lists other frames"
    except OSError as error:
        return None, f"it cannot be read ({error.strerror})"
    except (tarfile.TarError, ValueError, KeyError, TypeError) as error:
        return None, f"it cannot be read ({error})"
    return record, ""


def _record_of(values: object) -> Record:
    """Makes a record of JSON `values`. Raises `ValueError` for what is no record."""
    if not _has(values, _RECORD) or len(values) != len(_RECORD):
        raise ValueError("it is no object with exactly the fields of a record")
    if not all(_has(frame, _TOLD) for frame in values["frames"]):
        raise ValueError("its frames have missing fields, or values of other types")
    if not all(isinstance(why, str) for why in values["skipped"].values()):
        raise ValueError("a skipped motion has no reason")
    return Record(**values)


def _has(values: object, kinds: dict[str, tuple[type, ...]]) -> bool:
    """Returns whether `values` is a JSON object with all keys of `kinds`, each of one of its types."""
    return type(values) is dict and all(name in values and type(values[name]) in kinds[name] for name in kinds)


def _short(told: dict) -> dict:
    """Returns the part of a frame's JSON that the record repeats."""
    return {name: told[name] for name in _TOLD}


def _told(file: BinaryIO) -> list[dict]:
    """Reads the frames from a shard's tar file, in the record's form."""
    with tarfile.open(fileobj=file, mode="r:") as tar:
        return [_short(parsed_json(tar.extractfile(entry).read())) for entry in tar if entry.name.endswith(".json")]


def images(folder: Path, record: Record, count: int) -> list[bytes]:
    """Returns the first `count` images of a shard."""
    found: list[bytes] = []
    with tarfile.open(folder / record.shard) as tar:
        for entry in tar:
            if len(found) == count:
                break
            if not entry.name.endswith((".txt", ".json")):
                found.append(tar.extractfile(entry).read())
    return found
