"""The skin that pictures of rigs wear: in the pose it was made for it is the body's, at rest it goes with the bones."""

from __future__ import annotations

import bpy
import numpy as np
import pytest

from motionclip_blender.core.body import Body
from motionclip_blender.core.motion import Motion
from motionclip_blender.core.skeleton import INDEX
from motionclip_blender.rig.write_keys import key_motion
from tests.rigs.build import armature_of, built
from tests.rigs.conventions import CONVENTIONS
from tests.rigs.dressed import dressed


def skin_of(armature: bpy.types.Object, skin: bpy.types.Object) -> np.ndarray:
    """(V, 3) where Blender shows the vertices."""
    bpy.context.view_layer.update()
    evaluated = skin.evaluated_get(bpy.context.evaluated_depsgraph_get()).data
    places = np.empty(3 * len(evaluated.vertices), np.float32)
    evaluated.vertices.foreach_get("co", places)
    return places.reshape(-1, 3)


@pytest.mark.parametrize("rest", ["T", "N"])
def test_a_rig_of_the_bodys_own_size_wears_the_bodys_own_skin(scene, rest: str) -> None:
    body, rig = Body.load(), armature_of(built(CONVENTIONS["Mixamo"], rest))
    skin = dressed(rig)
    assert rig.animation_data.action is None
    arm, chest = (body.weights.argmax(axis=1) == INDEX[joint] for joint in ("left_elbow", "spine3"))
    at_rest = skin_of(rig, skin)
    unit = CONVENTIONS["Mixamo"].unit
    up = {"y": 1, "z": 2}[CONVENTIONS["Mixamo"].up]
    hangs = (at_rest[chest, up].mean() - at_rest[arm, up].mean()) / unit
    assert (hangs > 0.1) == (rest == "N")
    key_motion(rig, Motion(np.tile([1.0, 0, 0, 0], (2, 55, 1)), np.zeros((2, 3)), 30), "T-pose")
    scene.frame_set(1)
    posed = skin_of(rig, skin) / unit
    posed = posed if up == 1 else posed[:, [0, 2, 1]] * (1, 1, -1)
    assert np.abs(posed - body.template).max() < 0.02
    assert np.abs(posed - body.template).mean() < 0.005
