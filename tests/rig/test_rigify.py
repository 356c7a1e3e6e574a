"""Motions on Rigify's own human rig: on its FK controls, with the switches set, never on its deform bones."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

pytest.importorskip("bpy")

import bpy

from motionclip_blender.core.errors import UserError
from motionclip_blender.core.kinematics import posed
from motionclip_blender.core.retarget.humanoid import reference_joints
from motionclip_blender.core.skeleton import INDEX
from motionclip_blender.rig.film import _double
from motionclip_blender.rig.keyed_bones import SELECTED, UPPER, chosen_bones
from motionclip_blender.rig.shown import motion_of
from motionclip_blender.rig.target import target_of
from motionclip_blender.rig.versions import fcurves_of
from motionclip_blender.rig.write_keys import key_motion
from tests.rigs.moving import LIMBS, dance, degrees
from tests.rigs.rigify import appended, quadrupeds, saved_rig

pytestmark = pytest.mark.slow
SWITCHED = ("upper_arm_parent.L", "upper_arm_parent.R", "thigh_parent.L", "thigh_parent.R")


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return saved_rig(tmp_path_factory.mktemp("rigify"))


@pytest.fixture
def rig(scene, file: Path) -> bpy.types.Object:
    scene.render.fps = 30
    return appended(file)


def keyed(rig: bpy.types.Object) -> set[str]:
    return {curve.data_path.split('"')[1] for curve in fcurves_of(rig.animation_data.action, rig, "pose.bones[")}


def test_its_deform_bones_follow_and_none_of_them_is_keyed(rig) -> None:
    motion = dance()
    key_motion(rig, motion, "dance")
    assert target_of(rig).rig.label == "Rigify"
    assert not [name for name in keyed(rig) if name.startswith(("DEF-", "ORG-", "MCH-"))]
    wanted, on_rig = posed(motion, reference_joints())[1], posed(motion, target_of(rig).rest_joints)[1]
    for frame in range(len(motion)):
        bpy.context.scene.frame_set(frame + 1)
        pose = rig.evaluated_get(bpy.context.evaluated_depsgraph_get()).pose.bones
        for side, mark in (("left", "L"), ("right", "R")):
            at = {joint: np.array(pose[f"DEF-{bone}.{mark}"].head) @ target_of(rig).axes / target_of(rig).scale
                  for joint, bone in (("hip", "thigh"), ("knee", "shin"), ("ankle", "foot"), ("shoulder", "upper_arm"),
                                      ("elbow", "forearm"), ("wrist", "hand"))}  # fmt: skip
            for a, b in LIMBS:
                near, far = (next((joint for joint in at if INDEX[f"{side}_{joint}"] == i), None) for i in (a, b))
                if near is not None:
                    off = degrees(at[far] - at[near], wanted[frame, b] - wanted[frame, a])
                    assert off < 0.2, (frame, side, near)
            assert np.abs(at["ankle"] - on_rig[frame, INDEX[f"{side}_ankle"]]).max() < 2e-3


def test_the_switches_are_keyed_and_the_rest_of_the_rig_is_not_touched(rig) -> None:
    before = {bone.name: bone.rotation_mode for bone in rig.pose.bones}
    key_motion(rig, dance(), "dance", assign=False)
    assert rig.pose.bones["thigh_parent.L"]["IK_FK"] == 0, "nothing is set where the Action is not assigned"
    key_motion(rig, dance(), "dance")
    bpy.context.scene.frame_set(3)
    for name in SWITCHED:
        assert rig.pose.bones[name]["IK_FK"] == 1
    assert before == {bone.name: bone.rotation_mode for bone in rig.pose.bones}
    assert len(bpy.data.scenes) == 1 and [one.name for one in bpy.data.objects if one.type == "ARMATURE"] == ["rig"]


def values(rig: bpy.types.Object) -> dict[tuple[str, int], list]:
    curves = fcurves_of(rig.animation_data.action, rig, "pose.bones[")
    return {(curve.data_path, curve.array_index): [tuple(key.co) for key in curve.keyframe_points] for curve in curves}


def test_the_upper_body_is_keyed_over_what_the_legs_do(rig) -> None:
    first = key_motion(rig, dance(), "first")
    before, kept = values(rig), {curve: list(keys) for curve, keys in values(rig).items()}
    upper = chosen_bones(rig, UPPER)
    second = key_motion(rig, dance(len(dance()), way=2.0).turned(1.0), "second", bones=upper)
    assert second != first and rig.animation_data.action == second
    after = values(rig)
    changed = {path.split('"')[1] for path, index in after if after[path, index] != before.get((path, index))}
    assert {"upper_arm_fk.L", "forearm_fk.R", "head"} <= changed <= upper
    assert not {"torso", "thigh_fk.L", "shin_fk.R", "foot_fk.L", "spine_fk"} & changed
    switches = [curve for curve in after if "IK_FK" in curve[0]]
    assert len(switches) == 4 and all(len(after[curve]) == 1 for curve in switches)
    rig.animation_data.action = first
    assert values(rig) == kept


@pytest.mark.parametrize("names", [("upper_arm_fk.L", "forearm_fk.L"), ("head",)])
def test_selected_controls_alone_get_keys_and_their_own_switch(rig, names) -> None:
    for bone in rig.pose.bones:
        (bone if hasattr(bone, "select") else bone.bone).select = bone.name in names
    key_motion(rig, dance(), "some", bones=chosen_bones(rig, SELECTED))
    keys = {path.split('"')[1] for path, _ in values(rig)}
    own = {"upper_arm_parent.L"} if "head" not in names else {"torso"}
    assert set(names) <= keys <= {*names, *own}
    assert rig.pose.bones["thigh_parent.L"]["IK_FK"] == 0, "the legs stay on IK"


def test_it_is_read_by_its_evaluated_pose_even_where_hands_are_on_ik(rig) -> None:
    motion = dance()
    key_motion(rig, motion, "dance")
    back = motion_of(rig, fps=30)
    assert np.abs(back.translation - motion.translation).max() < 1e-3
    apart = np.abs((back.rotations * motion.rotations).sum(axis=-1)).clip(0, 1)
    limbs = [INDEX[f"{side}_{part}"] for side in ("left", "right") for part in ("knee", "ankle", "elbow")]
    assert np.degrees(2 * np.arccos(apart[:, limbs])).max() < 1
    rig.animation_data.action = None
    for name in SWITCHED:
        rig.pose.bones[name]["IK_FK"] = 0.0
    control = rig.pose.bones["hand_ik.L"]
    control.keyframe_insert("location", frame=1)
    control.location.z += 0.3
    control.keyframe_insert("location", frame=10)
    moved = motion_of(rig, fps=30)
    assert np.ptp(moved.rotations[:, INDEX["left_elbow"]], axis=0).max() > 0.1


def test_a_limb_that_cannot_be_switched_is_said(rig) -> None:
    constraint = rig.pose.bones["ORG-forearm.L"].constraints.new("LIMIT_ROTATION")
    constraint.use_limit_x = constraint.use_limit_y = constraint.use_limit_z = True
    with pytest.raises(UserError, match=r"does not follow its control .*; switch the rig to FK there"):
        key_motion(rig, dance(), "dance")
    assert not bpy.data.actions


@pytest.mark.parametrize("animal", ["wolf", "cat", "horse", "shark", "bird", "quadruped"])
def test_rigifys_animals_are_no_humans(scene, animal: str) -> None:
    with pytest.raises(UserError):
        target_of(quadrupeds(animal))


def test_films_and_pictures_show_the_motion(rig, scene) -> None:
    double = _double(scene, rig)
    key_motion(double, dance(), "dance")
    key_motion(rig, dance(), "dance")
    for frame in (1, 15, 30):
        scene.frame_set(frame)
        graph = bpy.context.evaluated_depsgraph_get()
        for bone in ("DEF-forearm.L", "DEF-shin.R"):
            own, copied = (np.array(one.evaluated_get(graph).pose.bones[bone].matrix) for one in (rig, double))
            np.testing.assert_allclose(copied, own, atol=1e-3)
    assert double.animation_data.action != rig.animation_data.action
