"""Calls of operators that are refused, and what such a call must leave alone."""

from __future__ import annotations

import numpy as np
import pytest

from motionclip_blender.ui.session import SESSION


def snapshot(bpy) -> dict:
    """What a refused operator must leave alone: data-blocks, selection, timeline, the armatures' poses."""
    scene, data = bpy.context.scene, bpy.data
    bones = [bone for one in data.objects if one.pose for bone in one.pose.bones]
    lists = (name for name in dir(data) if isinstance(getattr(data, name), bpy.types.bpy_prop_collection))
    return {
        "data": {name: sorted(block.name for block in getattr(data, name)) for name in lists},
        "active": bpy.context.object and bpy.context.object.name,
        "selected": sorted(chosen.name for chosen in bpy.context.selected_objects),
        "mode": bpy.context.mode,
        "timeline": (scene.frame_start, scene.frame_end, scene.frame_current, scene.render.fps),
        "animated": sorted(one.name for one in data.objects if one.animation_data),
        "pose": [(bone.rotation_mode, np.array(bone.matrix_basis).tolist()) for bone in bones],
    }


def refused(bpy, operator, **asked) -> str:
    """The sentence with which an operator refuses, having changed nothing."""
    bpy.context.scene.frame_set(1)  # the pose is then the Action's already
    before = snapshot(bpy)
    with pytest.raises(RuntimeError) as caught:
        operator(**asked)
    assert snapshot(bpy) == before
    sentence = str(caught.value).removeprefix("Error: ").strip()
    assert sentence == SESSION.error and sentence.endswith(".") and "\n" not in sentence and "bug" not in sentence
    return sentence
