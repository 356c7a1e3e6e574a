"""Sends and receives messages between a worker and its parent over a pipe: a JSON object, followed by bytes."""

from __future__ import annotations

import json
import struct
from typing import BinaryIO

_MAGIC = b"\x00MotionCLIP\x01"
_LENGTHS = struct.Struct("<II")


def send(stream: BinaryIO, head: dict, blob: bytes = b"") -> None:
    """Writes one message."""
    text = json.dumps(head).encode()
    stream.write(_MAGIC + _LENGTHS.pack(len(text), len(blob)) + text)
    stream.write(blob)
    stream.flush()


def receive(stream: BinaryIO) -> tuple[dict, bytes] | None:
    """Reads the next message. Returns None when the other end has closed the pipe.

    Bytes before a message are skipped: Blender prints its greeting to the same pipe before any script runs.
    """
    seen = b""
    while seen != _MAGIC:
        byte = stream.read(1)
        if not byte:
            return None
        seen = (seen + byte)[-len(_MAGIC) :]
    lengths = stream.read(_LENGTHS.size)
    if len(lengths) < _LENGTHS.size:
        return None
    sizes = _LENGTHS.unpack(lengths)
    text, blob = (stream.read(size) for size in sizes)
    if (len(text), len(blob)) != sizes:
        return None
    return json.loads(text), blob
