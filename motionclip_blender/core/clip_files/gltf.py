"""Trims glTF files before Blender reads them, to the skeleton and the animations that move it.

Blender makes bones only of the joints of skins; a motion alone, which has none, is given one (`_add_skin`).
Blender makes an Action of each animation for everything that it moves: a face, a ball, a camera. And where an Action
has no channel, Blender keeps the pose of the Action before, while in glTF a node without a channel has its own
transform. So an animation is added here that holds every animated node at its own transform.
"""

from __future__ import annotations

import base64
import json
import struct
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote, unquote

from ..errors import UserError
from ..json_text import parsed_json
from ..retarget.rig_maps import matching_rig
from .text import decoded

OWN_TRANSFORMS = "own transforms"
"""The track of the added animation."""

_PATHS = {"translation": ([0.0, 0.0, 0.0], "VEC3"), "rotation": ([0.0, 0.0, 0.0, 1.0], "VEC4"),
          "scale": ([1.0, 1.0, 1.0], "VEC3")}  # fmt: skip
_UNUSED = ("meshes", "materials", "textures", "images", "samplers", "cameras", "extensions")
_UNUSED_OF_NODES = ("mesh", "camera", "weights", "skin", "extensions")
_LONGEST = 63  # bytes of a name that Blender keeps


@dataclass(frozen=True)
class Trimmed:
    """A glTF file for Blender, and its animations: name of the track -> name of the animation.

    skipped: whether it had other animations, which were rejected by name.
    """

    file: Path
    animations: dict[str, str]
    skipped: bool


@contextmanager
def trimmed(path: Path, skips: Callable[[str], bool]) -> Iterator[Trimmed | None]:
    """Yields a temporary copy of the file with only its skeleton and the animations that move bones and are not
    skipped.

    Yields None for a file that is no glTF; Blender's importer then gives the reason.
    """
    try:
        data = path.read_bytes()
        document, binary = _parts(data)
        animations, skipped = _trim(document, path.parent, skips)
    except (OSError, ValueError, LookupError, TypeError, AttributeError, struct.error, RecursionError):
        yield None
        return
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / ("trimmed.gltf" if binary is None else "trimmed.glb")
        file.write_bytes(_file(document, binary))
        yield Trimmed(file, animations, skipped)


def _parts(data: bytes) -> tuple[dict, bytes | None]:
    """Returns the JSON and the chunks after it in a .glb, or None instead of these for a .gltf."""
    if data[:4] != b"glTF":
        document, rest = parsed_json(decoded(data)), None
    else:
        _, version, length, size, kind = struct.unpack_from("<4sIII4s", data)
        if version != 2 or length != len(data) or kind != b"JSON":
            raise ValueError("a damaged .glb")
        document, rest = parsed_json(decoded(data[20 : 20 + size])), data[20 + size :]
    if not isinstance(document, dict):
        raise ValueError("no glTF")
    return document, rest


def _file(document: dict, rest: bytes | None) -> bytes:
    text = json.dumps(document).encode()
    if rest is None:
        return text
    text += b" " * (-len(text) % 4)
    return struct.pack("<4sIII4s", b"glTF", 2, 20 + len(text) + len(rest), len(text), b"JSON") + text + rest


def _trim(document: dict, folder: Path, skips: Callable[[str], bool]) -> tuple[dict[str, str], bool]:
    """Trims the document in place. Returns the `animations` and `skipped` of `Trimmed`."""
    nodes = document.get("nodes", [])
    if not document.get("skins"):
        _add_skin(document)
    bones, above = _skeletons(document)
    kept: list[dict] = []
    names: dict[str, str] = {}
    used: set[str] = set()
    skipped = False
    for number, animation in enumerate(document.get("animations", [])):
        channels = [(channel, *_target(channel["target"])) for channel in animation["channels"]]
        channels = [entry for entry in channels if entry[1] in bones | above and entry[2] in _PATHS]
        name = _unique(animation.get("name") or f"Anim_{number}", used)
        if not any(node in bones for _, node, _ in channels):
            continue
        if skips(name):
            skipped = True
            continue
        names[str(len(kept))] = name
        kept.append({
            "name": str(len(kept)), "samplers": animation["samplers"],
            "channels": [{"sampler": c["sampler"], "target": {"node": n, "path": p}} for c, n, p in channels],
        })  # fmt: skip
    for key in _UNUSED:
        document.pop(key, None)
    for node in nodes:
        for key in _UNUSED_OF_NODES:
            node.pop(key, None)
    for key in ("extensionsRequired", "extensionsUsed"):  # other extensions concern the removed parts
        document[key] = [extension for extension in document.get(key, []) if "meshopt" in extension]
    for buffer in document.get("buffers", []):
        if not buffer.get("uri", "data:").startswith("data:"):
            buffer["uri"] = quote(str(_beside(folder, unquote(buffer["uri"]))))
    document["animations"] = kept
    if kept:
        moved = {(c["target"]["node"], c["target"]["path"]) for animation in kept for c in animation["channels"]}
        _add_own_transforms(document, sorted(moved))
    return names, skipped


def _add_skin(document: dict) -> None:
    """Adds a skin of the nodes that are a person's bones by their names, and of all below them, for Blender to make
    bones of them: a file of a motion alone has no mesh, and so none. Leaves a file without such nodes as it is."""
    nodes = document.get("nodes", [])
    named = {str(node["name"]): i for i, node in reversed([*enumerate(nodes)]) if "name" in node}
    try:
        rig = matching_rig(tuple(named))
    except UserError:
        return
    joints: set[int] = set()
    found = [named[bone] for bone, *_ in rig.pairs.values()]
    while found:
        node = found.pop()
        if node not in joints:
            joints.add(node)
            found += nodes[node].get("children", ())
    document["skins"] = [{"joints": sorted(joints)}]


def _skeletons(document: dict) -> tuple[set[int], set[int]]:
    """Returns the nodes that Blender's importer makes bones, and the nodes above them."""
    parent = {child: i for i, node in enumerate(document.get("nodes", [])) for child in node.get("children", ())}

    def line(node: int) -> list[int]:
        """Returns the node and its ancestors, the nearest first."""
        found = [node]
        while found[-1] in parent and len(found) <= len(parent):
            found.append(parent[found[-1]])
        return found

    bones: set[int] = set()
    above: set[int] = set()
    for skin in document.get("skins", []):
        joints = skin["joints"]
        members = [*joints, *([skin["skeleton"]] if "skeleton" in skin else [])]
        common = [n for n in line(members[0]) if all(n in line(other) for other in members)]
        if common and common[0] in joints:
            common = common[1:]
        above.update(common)
        bones.update(node for joint in joints for node in line(joint) if node not in common)
    return bones, above - bones


def _target(target: dict) -> tuple[int | None, str]:
    """Returns (node, path) of a channel, which may also be given as a pointer (KHR_animation_pointer)."""
    pointer = target.get("extensions", {}).get("KHR_animation_pointer", {}).get("pointer", "")
    if pointer.startswith("/nodes/"):
        _, _, node, path = pointer.split("/", 3)
        return int(node), path
    return target.get("node"), target["path"]


def _unique(name: str, used: set[str]) -> str:
    """Returns the name as Blender shortens and numbers it."""
    stem, suffix, number = name[:_LONGEST], "", 0
    while (unique := stem + suffix) in used or len(unique.encode("utf-8", "replace")) > _LONGEST:
        if unique in used:
            number += 1
            suffix = f".{number:03}"
        else:
            stem = stem[:-1]
    used.add(unique)
    return unique


def _beside(folder: Path, uri: str) -> Path:
    """Returns the file of a relative address, which may be written with backslashes."""
    path = folder / uri
    return (path if path.exists() else folder / uri.replace("\\", "/")).absolute()


def _add_own_transforms(document: dict, moved: list[tuple[int, str]]) -> None:
    """Adds an animation with one key at 0 s that gives the (node, path) pairs their nodes' own values."""
    values = [float(x) for node, path in moved for x in document["nodes"][node].get(path, _PATHS[path][0])]
    blob = struct.pack(f"<{1 + len(values)}f", 0.0, *values)
    buffers, views, accessors = (document.setdefault(key, []) for key in ("buffers", "bufferViews", "accessors"))
    uri = "data:application/octet-stream;base64," + base64.b64encode(blob).decode()
    buffers.append({"byteLength": len(blob), "uri": uri})

    def accessor(start: int, count: int, kind: str, **more) -> int:
        views.append({"buffer": len(buffers) - 1, "byteOffset": 4 * start, "byteLength": 4 * count})
        accessors.append({"bufferView": len(views) - 1, "componentType": 5126, "count": 1, "type": kind, **more})
        return len(accessors) - 1

    time = accessor(0, 1, "SCALAR", min=[0.0], max=[0.0])
    samplers, channels, at = [], [], 1
    for node, path in moved:
        default, kind = _PATHS[path]
        samplers.append({"input": time, "output": accessor(at, len(default), kind), "interpolation": "STEP"})
        channels.append({"sampler": len(samplers) - 1, "target": {"node": node, "path": path}})
        at += len(default)
    document["animations"].append({"name": OWN_TRANSFORMS, "samplers": samplers, "channels": channels})
