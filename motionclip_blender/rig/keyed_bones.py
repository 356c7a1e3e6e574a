"""Chooses which bones of an armature a motion keys: all of them, those that are selected, or the upper body."""

from __future__ import annotations

from collections.abc import Collection, Sequence

import bpy
import numpy as np

from ..core.errors import UserError
from ..core.modifiers.upper_body import LOWER_BODY
from ..core.skeleton import JOINTS
from .bones import Bones
from .channel import Channel, Leftover
from .target import Target, target_of
from .versions import NewAction, fcurves_of, is_selected, slot_for

ALL, SELECTED, UPPER = "ALL", "SELECTED", "UPPER"

_OF_THE_MOTION = ("recipe", "prompt", "pack", "latent", "steps", "starts")  # notes of an Action on what it shows


def chosen_bones(armature: bpy.types.Object, which: str) -> set[str] | None:
    """Returns the names of the bones that are to be keyed; None for all. which: `ALL`, `SELECTED` or `UPPER`.

    Raises `UserError` where no bone is selected, or none that motions key.
    """
    if which == ALL:
        return None
    if which == UPPER:
        return upper_body(armature)
    found = selected_bones(armature)
    if not found & _keyed(target_of(armature)):
        raise UserError(
            f'Motions key none of the bones of "{armature.name}" that are selected; the Rig panel lists which they do.'
        )
    return found


def selected_bones(armature: bpy.types.Object) -> set[str]:
    """Returns the names of the bones that are selected in Pose Mode. Raises `UserError` if there are none."""
    found = {bone.name for bone in armature.pose.bones if is_selected(bone)}
    if not found:
        raise UserError(f'No bone of "{armature.name}" is selected; select some in Pose Mode.')
    return found


def upper_body(armature: bpy.types.Object) -> set[str]:
    """Returns the names of a person's bones above the hips. Raises `UserError` for an armature that is no person's."""
    target = target_of(armature)
    if isinstance(target, Bones):
        return {name for name, joint in zip(target.names, JOINTS, strict=True) if joint not in LOWER_BODY}
    person = target.person
    names, parents = person.skeleton.bones, person.skeleton.parents
    below = {person.mover, *(bone for joint, bone in person.joints.items() if joint in LOWER_BODY)}
    twists = {bone for bone in target.solver.bones if bone not in person.joints.values() and parents[bone] in below}
    spine = {*person.spine, *person.neck}
    return {names[bone] for bone in target.solver.bones if bone not in below and bone not in twists - spine}


def _keyed(target: Target) -> set[str]:
    if isinstance(target, Bones):
        return set(target.names)
    return {target.person.skeleton.bones[bone] for bone in target.solver.bones}


def only(channels: Sequence[Channel], bones: Collection[str] | None) -> list[Channel]:
    """Returns the channels of these bones; of a root object or other bones none."""
    return [channel for channel in channels if bones is None or channel.bone in bones]


def only_once(target: Target, once: Sequence[Leftover], bones: Collection[str] | None) -> list[Leftover]:
    """Returns what is keyed once for these bones: their own properties, and the switches that lie nearest to them."""
    if bones is None:
        return list(once)
    rest = {bone.name: np.array(bone.head_local) for bone in target.armature.data.bones}
    keyed = sorted(_keyed(target))
    places = np.array([rest[name] for name in keyed])

    def nearest(name: str) -> str:
        return keyed[int(np.linalg.norm(places - rest[name], axis=1).argmin())]

    return [one for one in once if one.bone in bones or (one.bone not in keyed and nearest(one.bone) in bones)]


def action_with(armature: bpy.types.Object, name: str) -> NewAction:
    """Returns a copy of the armature's Action under a new name, which keeps all its channels; a new one if it has none.

    The copy's notes on what the Action was made from are left out, because it will show something else too.
    """
    data = armature.animation_data
    action = data.action if data is not None else None
    if action is None or not fcurves_of(action, armature, ""):
        return NewAction.create(name, armature)
    copy = action.copy()
    copy.name = name
    if copy.asset_data is not None:
        copy.asset_clear()
    for note in _OF_THE_MOTION:
        if note in copy:
            del copy[note]
    slot = getattr(slot_for(action, armature), "identifier", None)
    return NewAction(copy, next(one for one in copy.slots if one.identifier == slot) if slot else None)
