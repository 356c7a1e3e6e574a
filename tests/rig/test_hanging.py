"""Motions on a control rig whose limbs hang from nothing and follow the body by constraints."""

from __future__ import annotations

import numpy as np
import pytest

pytest.importorskip("bpy")

import bpy

from motionclip_blender.core.errors import UserError
from motionclip_blender.core.kinematics import posed
from motionclip_blender.core.retarget.humanoid import reference_joints
from motionclip_blender.core.skeleton import INDEX, JOINTS
from motionclip_blender.rig.shown import motion_of
from motionclip_blender.rig.target import target_of
from motionclip_blender.rig.write_keys import key_motion
from tests.rigs.hanging import PROPERTIES, hanging_rig
from tests.rigs.moving import LIMBS, dance, degrees


def test_the_bones_that_follow_point_as_the_motion_does(scene) -> None:
    scene.render.fps = 30
    rig, motion = hanging_rig(), dance(way=1.0)
    target = target_of(rig)
    assert target.rig.label == "CloudRig" and target.names[0] == "MSTR-Torso"
    key_motion(rig, motion, "dance")
    wanted, on_rig = posed(motion, reference_joints())[1], posed(motion, target.rest_joints)[1]
    followers = {INDEX[joint]: target.found.reads[joint][0] for joint in JOINTS if joint in target.found.reads}
    for frame in range(len(motion)):
        bpy.context.scene.frame_set(frame + 1)
        pose = rig.evaluated_get(bpy.context.evaluated_depsgraph_get()).pose.bones
        at = {joint: np.array(pose[bone].head) @ target.axes / target.scale for joint, bone in followers.items()}
        for a, b in LIMBS:
            assert degrees(at[b] - at[a], wanted[frame, b] - wanted[frame, a]) < 0.2
        for side in ("left", "right"):
            ankle = INDEX[f"{side}_ankle"]
            assert np.abs(at[ankle] - on_rig[frame, ankle]).max() < 2e-3
    assert [rig.pose.bones[PROPERTIES][f"ik_left_{limb}"] for limb in ("upperarm", "thigh")] == [0, 0]
    assert np.abs(motion_of(rig, fps=30).translation - motion.translation).max() < 1e-3


def test_a_limb_that_nothing_carries_is_refused(scene) -> None:
    rig = hanging_rig()
    bone = rig.pose.bones["FK-Thigh.L"]
    bone.constraints.remove(bone.constraints[0])
    with pytest.raises(UserError, match='Nothing carries the bone "FK-Thigh.L"'):
        key_motion(rig, dance(), "dance")
    assert not bpy.data.actions
