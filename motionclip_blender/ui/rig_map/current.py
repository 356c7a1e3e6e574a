"""Reads and changes the map of an armature's bones: joint -> bone, as it was recognised or as the user has it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import bpy

from ...core.errors import UserError
from ...core.json_text import parsed_json
from ...core.skeleton import INDEX, JOINTS, MIRROR

if TYPE_CHECKING:
    from ...rig.mapped import MappedRig

_OTHERS = ("sides", "label", "switches", "reads", "up", "rest", "read_only")


def entry_of(data: bpy.types.Armature) -> dict[str, object]:
    """Returns an armature's map as an entry of a file of maps; empty for one that is not recognised."""
    from ...core.retarget.recognise import recognise
    from ...core.retarget.rig_maps import entry_of as written
    from ...rig.mapped import rest_skeleton
    from ...rig.rig_note import MAP_NOTE
    from ...rig.vrm_table import vrm_rig

    if MAP_NOTE in data:
        try:
            entry = parsed_json(str(data[MAP_NOTE]))
        except ValueError:
            return {}
        return entry if isinstance(entry, dict) else {}
    skeleton, digest = rest_skeleton(data)
    table = vrm_rig(data)
    digest = (*digest, repr(table))
    if _FOUND.get("of") != digest:
        try:
            found = written(recognise(skeleton, table=table).rig)
        except UserError:
            found = {}
        _FOUND.update(of=digest, entry=found)
    return dict(_FOUND["entry"])


_FOUND: dict = {}


def bones(entry: dict[str, object]) -> dict[str, str]:
    """Returns joint -> bone of an entry."""
    found = {joint: value[0] if isinstance(value, list) else str(value) for joint, value in entry.items()
             if joint in INDEX}  # fmt: skip
    return {joint: bone.replace("{{", "{").replace("}}", "}") for joint, bone in found.items()}


def set_bone(data: bpy.types.Armature, joint: str, bone: str) -> None:
    """Gives a joint another bone; an empty name leaves the joint out. The map is the user's from then on."""
    from ...rig.rig_note import keep_rig

    entry = entry_of(data) or {"sides": ["left", "right"], "label": data.name}
    if bone:
        entry[joint] = bone.replace("{", "{{").replace("}", "}}")
    else:
        entry.pop(joint, None)
    keep_rig(data, entry)


def mirrored(data: bpy.types.Armature) -> int:
    """Gives the joints of the right the partners of the bones of the left, by their names. Returns how many."""
    from bpy.utils import flip_name

    count = 0
    for joint, bone in bones(entry_of(data)).items():
        partner = _flipped(bone) if flip_name(bone) == bone else flip_name(bone)
        if joint.startswith("left_") and partner in data.bones and partner != bone:
            set_bone(data, JOINTS[MIRROR[INDEX[joint]]], partner)
            count += 1
    return count


def _flipped(name: str) -> str:
    """Returns a name with other words for its side than those that Blender flips."""
    for left, right in (("Left", "Right"), ("left", "right"), ("左", "右"), ("_L_", "_R_"), (" L ", " R ")):
        if left in name:
            return name.replace(left, right)
    return "r" + name[1:] if name[:1] == "l" and name[1:2].isupper() else name


def described(rig: MappedRig) -> tuple[str, int, bool]:
    """Returns the name of a recognised rig, how many of the body's joints have bones, and whether fingers have."""
    return rig.rig.label or rig.rig.name, rig.found.body_joints, rig.found.finger_joints > 0
