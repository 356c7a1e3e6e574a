"""Makes Actions cyclic: Blender repeats them without end, and the person walks on from where each cycle ended."""

from __future__ import annotations

import bpy

from .versions import fcurves_of


def _moving(action: bpy.types.Action, owner: bpy.types.Object) -> list[bpy.types.FCurve]:
    """Returns the curves of the owner's bones, and those of the object's own place and rotation."""
    placed = [curve for kind in ("location", "rotation_") for curve in fcurves_of(action, owner, kind)]
    return [*fcurves_of(action, owner, "pose.bones["), *placed]


def make_cyclic(action: bpy.types.Action, owner: bpy.types.Object) -> None:
    """Makes an Action, whose last key repeats its first pose, repeat before and after its keys.

    Adds a Cycles modifier to every F-curve of `owner`'s bones and of its own place; the translation accumulates from
    cycle to cycle. Also marks the Action as cyclic over its own range, which exporters and the NLA editor use.
    """
    first, last = action.curve_frame_range
    for curve in _moving(action, owner):
        mode = "REPEAT_OFFSET" if curve.data_path.endswith("location") else "REPEAT"
        cycles = next((modifier for modifier in curve.modifiers if modifier.type == "CYCLES"), None)
        cycles = cycles or curve.modifiers.new("CYCLES")
        cycles.mode_before = cycles.mode_after = mode
    action.use_frame_range = True
    action.frame_start, action.frame_end = first, last
    action.use_cyclic = True


def make_acyclic(action: bpy.types.Action, owner: bpy.types.Object) -> None:
    """Undoes `make_cyclic`: the Action ends with its last key."""
    for curve in _moving(action, owner):
        for modifier in [modifier for modifier in curve.modifiers if modifier.type == "CYCLES"]:
            curve.modifiers.remove(modifier)
    action.use_frame_range = action.use_cyclic = False
