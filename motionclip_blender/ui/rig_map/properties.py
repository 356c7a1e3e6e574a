"""Defines the map of an armature's bones as properties of its data: a bone for each joint, as it is in use.

The values are those of `rig.rig_note`, not a second copy, so that lists, presets and scripts change what is used.
"""

from __future__ import annotations

import bpy
from bpy.props import EnumProperty, PointerProperty, StringProperty

from ...core.skeleton import BODY_JOINTS, HAND_JOINTS
from . import current

_ROOTS = (
    ("HIPS", "Hips", "The hips carry the way over the ground"),
    ("ROOT", "Root bone", "The topmost bone carries the way and the heading, as game engines want it"),
    ("OBJECT", "Object", "The object itself carries the way and the heading, from where it stands"),
)


def label(joint: str) -> str:
    """Returns a joint's name as it is shown."""
    words = joint.replace("_", " ")
    if words[-1].isdigit():
        words = f"{words[:-1]} {words[-1]}"
    return words.capitalize()


def _property(joint: str) -> object:
    def get(self: bpy.types.PropertyGroup) -> str:
        return current.bones(current.entry_of(self.id_data)).get(joint, "")

    def set_(self: bpy.types.PropertyGroup, value: str) -> None:
        if value != get(self):
            current.set_bone(self.id_data, joint, value)

    return StringProperty(name=label(joint), description="The bone of this joint", get=get, set=set_)


def _get_root(self: bpy.types.PropertyGroup) -> int:
    from ...rig.root_motion import ROOT_NOTE

    chosen = str(self.id_data.get(ROOT_NOTE, "HIPS"))
    return next((number for number, item in enumerate(_ROOTS) if item[0] == chosen), 0)


def _set_root(self: bpy.types.PropertyGroup, value: int) -> None:
    from ...rig.root_motion import ROOT_NOTE

    self.id_data[ROOT_NOTE] = _ROOTS[value][0]


class MOTIONCLIP_PG_rig(bpy.types.PropertyGroup):
    """The property `armature.data.motionclip_rig`. root_motion: what carries the way over the ground."""

    __annotations__ = {
        "root_motion": EnumProperty(
            name="Root motion", description="What carries the way over the ground", items=_ROOTS, get=_get_root,
            set=_set_root,
        ),
        **{joint: _property(joint) for joint in (*BODY_JOINTS, *HAND_JOINTS)},
    }  # fmt: skip


def attach() -> None:
    """Adds `armature.data.motionclip_rig`."""
    bpy.types.Armature.motionclip_rig = PointerProperty(type=MOTIONCLIP_PG_rig)


def detach() -> None:
    """Removes `armature.data.motionclip_rig`; maps stay in the file."""
    del bpy.types.Armature.motionclip_rig


CLASSES = (MOTIONCLIP_PG_rig,)
