"""Finds what a motion can be keyed on and read from: the one door to all rigs.

`target_of(armature)` returns a `Target`. An armature with SMPL-X's own bones gives a `Bones`; any other that is
recognised as a person, by the names of its bones, by a map of the user's or by its structure, gives a `MappedRig`. Both
have the same interface:

- `check_keyable()` raises `UserError` for what cannot be keyed;
- `rest_joints`: the person's proportions, SMPL-X's joints in a T-pose on the floor, (55, 3) metres; the clean-up of
  motions takes them (`Body.fitted_to`), so feet stand and soles are on the floor with this person's limbs;
- `channels(motion)` returns what a motion keys: bones, data paths, values;
- `fixed()` returns properties that get a single key, such as the IK/FK switches of a control rig;
- `prepare()` sets what keys need in the armature itself, such as rotation modes;
- `read(matrices, objects, axes, fps)` returns the `Motion` of evaluated pose matrices.

Everything that keys, reads, assigns or describes motions asks this module and knows nothing of conventions.
"""

from __future__ import annotations

import bpy

from ..core.errors import UserError
from .bones import Bones
from .mapped import MappedRig
from .missing import check_there

Target = Bones | MappedRig


def target_of(armature: bpy.types.Object | None) -> Target:
    """Returns the armature as a target of motions.

    Raises `UserError` if it is None, no armature, linked from a file that is gone, or no person's: says what is
    missing. An armature whose bones have SMPL-X's names, but rest in another pose or hang together otherwise, is tried
    as any other rig.
    """
    try:
        return Bones.of(armature)
    except UserError as error:
        if armature is not None:
            check_there(armature)
        if armature is None or armature.type != "ARMATURE":
            raise
        try:
            return MappedRig.of(armature)
        except UserError as unmapped:
            if all(name in armature.data.bones for name in ("pelvis", "left_hip", "spine1")):
                raise error from None  # meant to be of SMPL-X
            raise unmapped from None


def follows_controls(armature: bpy.types.Object) -> bool:
    """Checks whether an armature's bones follow others, its controls, by constraints and drivers."""
    try:
        target = target_of(armature)
    except UserError:
        return False
    return isinstance(target, MappedRig) and target.rig.controls


def is_target(armature: bpy.types.Object | None) -> bool:
    """Checks whether motions can be keyed on an armature and read from it. Fast: results are kept."""
    try:
        target_of(armature)
    except UserError:
        return False
    return True
