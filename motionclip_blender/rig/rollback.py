"""Undoes changes of Blender's data if they fail in the middle."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import bpy

from .versions import Assignment


@contextmanager
def whole_or_nothing(armature: bpy.types.Object | None = None) -> Iterator[None]:
    """Undoes what was done in the block if the block ends with an error.

    Removes every data-block that was made inside it, and restores the selection, the Action of `armature` and the
    rotation modes of its bones. Operators that fail in the middle need this, because Blender makes no undo step for
    them.
    """
    layer = bpy.context.view_layer
    blocks = set(bpy.data.user_map())
    active, selected = layer.objects.active, [one for one in layer.objects if one.select_get(view_layer=layer)]
    assignment = Assignment.of(armature) if armature is not None else None
    modes = (
        [(bone, bone.rotation_mode) for bone in armature.pose.bones] if armature is not None and armature.pose else []
    )
    kept = {action: action.use_fake_user for action in bpy.data.actions}
    try:
        yield
    except BaseException:
        if assignment is not None:
            assignment.restore(armature)
        for bone, mode in modes:
            bone.rotation_mode = mode
        bpy.data.batch_remove([block for block in bpy.data.user_map() if block not in blocks])
        for action, fake in kept.items():
            if action.use_fake_user != fake:
                action.use_fake_user = fake
        layer.update()  # it still lists the removed objects
        for one in layer.objects:
            one.select_set(one in selected, view_layer=layer)
        layer.objects.active = active
        raise
