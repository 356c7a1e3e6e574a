"""Reads an Action for the panels: by its keys, or as Blender shows it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import bpy

from ..tasks.main_thread import Step, Steps

if TYPE_CHECKING:
    from ...rig.read_action import KeptKeys
    from ...rig.shown import Shown

_HINT = 'Tick "As shown" to read what Blender shows.'


def keys_of(
    armature: bpy.types.Object, action: bpy.types.Action | None, as_shown: bool
) -> Steps[tuple[KeptKeys | Shown, list[str]]]:
    """Reads an Action as it moves `armature`, by default its own; returns it with sentences about what is left out.

    Raises `UserError` if there is nothing to read.
    """
    from ...rig.bones import Bones
    from ...rig.read_action import kept_keys
    from ...rig.remarks import left_out
    from ...rig.shown import shown_steps
    from ...rig.target import target_of

    if not as_shown and isinstance(target_of(armature), Bones):
        keys, said = kept_keys(armature, action), left_out(armature, action)
        return keys, [*said, _HINT] if said else []
    steps = shown_steps(armature, action)
    while True:
        try:
            done = next(steps)
        except StopIteration as end:
            return end.value, []
        yield Step("Reading what is shown", done)
