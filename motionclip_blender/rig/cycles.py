"""Actions that go round: Blender repeats them for ever, and the person goes on from where a round ended."""

from __future__ import annotations

import bpy

from .versions import fcurves_of


def make_cyclic(action: bpy.types.Action, owner: bpy.types.Object) -> None:
    """Lets an Action whose last key is its first pose once more repeat before and after its keys.

    Cycles modifiers on every F-curve for `owner`'s bones; the way over the ground adds up from round to round. The
    Action is also marked as cyclic over its own range, which exporters and the NLA editor go by.
    """
    first, last = action.curve_frame_range
    for curve in fcurves_of(action, owner, "pose.bones["):
        mode = "REPEAT_OFFSET" if curve.data_path.endswith(".location") else "REPEAT"
        cycles = next((modifier for modifier in curve.modifiers if modifier.type == "CYCLES"), None)
        cycles = cycles or curve.modifiers.new("CYCLES")
        cycles.mode_before = cycles.mode_after = mode
    action.use_frame_range = True
    action.frame_start, action.frame_end = first, last
    action.use_cyclic = True


def make_acyclic(action: bpy.types.Action, owner: bpy.types.Object) -> None:
    """Takes back what `make_cyclic` does: the Action ends with its last key."""
    for curve in fcurves_of(action, owner, "pose.bones["):
        for modifier in [modifier for modifier in curve.modifiers if modifier.type == "CYCLES"]:
            curve.modifiers.remove(modifier)
    action.use_frame_range = action.use_cyclic = False
