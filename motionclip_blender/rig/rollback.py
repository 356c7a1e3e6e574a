"""Changes of Blender's data that are made whole or not at all."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import bpy

from .versions import Assignment


@contextmanager
def whole_or_nothing(armature: bpy.types.Object | None = None) -> Iterator[None]:
    """When the block ends with an error, takes back what was done in it.

    That is: every data-block made inside it, the selection, and of `armature` its Action and the ways in which its
    bones turn. For operators that are refused in the middle: Blender makes no undo step for these.
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
        layer.update()  # it still lists what was removed
        for one in layer.objects:
            one.select_set(one in selected, view_layer=layer)
        layer.objects.active = active
        raise
