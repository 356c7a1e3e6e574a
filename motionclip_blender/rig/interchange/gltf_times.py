"""Sets the times of the keys in a binary glTF file.

Blender's exporter takes frames per second as `fps * fps_base`, which is right for whole rates only.
"""

from __future__ import annotations

import json
import struct
from pathlib import Path

import numpy as np

_FLOAT = 5126


def stretch_times(path: Path, factor: float) -> None:
    """Multiplies the times of all keys of a .glb file by `factor`, in place."""
    data = bytearray(path.read_bytes())
    _, _, _, size, _ = struct.unpack_from("<4sIII4s", data)
    document = json.loads(bytes(data[20 : 20 + size]))
    start = 20 + size + 8  # of the binary chunk's content
    inputs = {sampler["input"] for animation in document.get("animations", ()) for sampler in animation["samplers"]}
    for number in sorted(inputs):
        accessor = document["accessors"][number]
        if accessor["componentType"] != _FLOAT or accessor["type"] != "SCALAR":
            raise ValueError("key times are no numbers")
        view = document["bufferViews"][accessor["bufferView"]]
        at = start + view.get("byteOffset", 0) + accessor.get("byteOffset", 0)
        times = np.frombuffer(data, "<f4", accessor["count"], at) * factor
        data[at : at + 4 * len(times)] = times.astype("<f4").tobytes()
        accessor["min"], accessor["max"] = [float(np.float32(times.min()))], [float(np.float32(times.max()))]
    text = json.dumps(document, separators=(",", ":")).encode()
    text += b" " * (-len(text) % 4)
    rest = bytes(data[20 + size :])
    path.write_bytes(struct.pack("<4sIII4s", b"glTF", 2, 20 + len(text) + len(rest), len(text), b"JSON") + text + rest)
