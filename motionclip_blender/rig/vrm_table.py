"""Reads the table of human bones that the VRM add-on leaves in an armature's data.

The add-on need not be here: then the table is found among the data's plain properties. A bone is named there by its
name, or by a number that the add-on has given to the bone.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import bpy

from ..core.retarget.rig_maps import NEEDED, Rig
from ..core.retarget.source import RigMap

_KEY = "vrm_addon_extension"
_NAME = "VRM"
_BODY = {
    "hips": "pelvis", "spine": "spine1", "chest": "spine2", "upperchest": "spine3", "neck": "neck", "head": "head",
    "jaw": "jaw", "lefteye": "left_eye_smplhf", "righteye": "right_eye_smplhf",
}  # fmt: skip
_LIMBS = {
    "shoulder": "collar", "upperarm": "shoulder", "lowerarm": "elbow", "hand": "wrist", "upperleg": "hip",
    "lowerleg": "knee", "foot": "ankle", "toes": "foot",
    **{f"{finger}{part}": f"{'pinky' if finger == 'little' else finger}{number}"
       for finger in ("index", "middle", "ring", "little")
       for number, part in enumerate(("proximal", "intermediate", "distal"), 1)},
}  # fmt: skip
_THUMBS = {
    "0": {"thumbproximal": "thumb1", "thumbintermediate": "thumb2", "thumbdistal": "thumb3"},
    "1": {"thumbmetacarpal": "thumb1", "thumbproximal": "thumb2", "thumbdistal": "thumb3"},
}


def vrm_rig(data: bpy.types.Armature) -> Rig | None:
    """Returns the map that the table of an armature's data gives; None for one without a table, or with one that leaves
    out joints, gives a bone twice or names bones that are gone."""
    extension = _part(data, _KEY)
    if extension is None:
        return None
    version = str(_part(extension, "spec_version") or "")
    for number in ("0", "1") if version.startswith("0") else ("1", "0"):
        bones = _part(_part(_part(extension, f"vrm{number}"), "humanoid"), "human_bones")
        pairs = _pairs(data, _entries(bones), number)
        given = [bone for bone, _, _ in pairs.values()]
        if all(joint in pairs for joint in NEEDED) and len(set(given)) == len(given):
            return Rig(_NAME, pairs, label=_NAME)
    return None


def _pairs(data: bpy.types.Armature, entries: Iterable[tuple[str, object]], number: str) -> RigMap:
    found: RigMap = {}
    for human, node in entries:
        joint, bone = _joint(human, number), _bone(data, node)
        if joint and bone in data.bones:
            found[joint] = (bone, bone, 0.0)
    return found


def _entries(bones: Any) -> Iterable[tuple[str, Any]]:
    """Yields the names of human bones and their nodes: of a list with names (0.x), or of fields (1.0)."""
    if bones is None:
        return
    if isinstance(bones, bpy.types.bpy_prop_collection) or not hasattr(bones, "keys"):
        for one in bones if hasattr(bones, "__len__") and not isinstance(bones, str) else ():
            yield str(_part(one, "bone") or ""), _part(one, "node")
        return
    fields = getattr(type(bones), "bl_rna", None)
    for name in [one.identifier for one in fields.properties] if fields is not None else list(bones.keys()):
        yield name, _part(_part(bones, name), "node")


def _joint(human: str, number: str) -> str:
    """Returns the joint of a human bone in any spelling; empty for one that is none."""
    plain = human.replace("_", "").casefold()
    if plain in _BODY:
        return _BODY[plain]
    for side in ("left", "right"):
        rest = plain.removeprefix(side)
        if rest != plain and (joint := (_LIMBS | _THUMBS[number]).get(rest)):
            return f"{side}_{joint}"
    return ""


def _bone(data: bpy.types.Armature, node: object) -> str:
    """Returns the name of a node's bone; empty if there is none."""
    for field in ("bone_name", "value"):
        name = _part(node, field)
        if isinstance(name, str) and name:
            return name
    number = _part(node, "bone_uuid")
    if not number:
        return ""
    return next((bone.name for bone in data.bones if _part(_part(bone, _KEY), "uuid") == number), "")


def _part(owner: Any, name: str) -> Any:
    """Returns a property of Blender data, of a property group or of plain properties; None if it is not there."""
    if owner is None:
        return None
    found = getattr(owner, name, None)
    if found is not None and not callable(found):
        return found
    for source in (owner, _system(owner)):
        if isinstance(source, Mapping) or hasattr(source, "keys"):
            try:
                return source[name]
            except (KeyError, TypeError, AttributeError):
                continue
    return None


def _system(owner: Any) -> Any:
    """Returns where Blender 5 keeps the values of properties whose add-on is not here."""
    getter = getattr(owner, "bl_system_properties_get", None)
    try:
        return getter() if getter is not None else None
    except (RuntimeError, TypeError):
        return None
