"""Rigs of other conventions, built in Blender as they come: their names, rests, rolls and scales; and files of them."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import bpy
import numpy as np
from mathutils import Matrix, Vector

from motionclip_blender.core.body import Body
from motionclip_blender.core.retarget.rig_maps import rig_maps
from motionclip_blender.core.skeleton import BODY_JOINTS, INDEX, PARENTS
from motionclip_blender.rig.bones import BLENDER_AXES

_PREFIX = {"mixamo": "mixamorig:", "unreal": ""}
_SCALE = {"mixamo": 0.01, "unreal": 1.0}
_LIMBS = {
    f"{side} {name}": (f"{side}_{near}", f"{side}_{far}")
    for side in ("left", "right")
    for name, near, far in (
        ("upper arm", "shoulder", "elbow"), ("forearm", "elbow", "wrist"), ("thigh", "hip", "knee"),
        ("shin", "knee", "ankle"),
    )
}  # fmt: skip
_FRAMES = 31


def foreign_file(path: Path, kind: str, rest: str) -> np.ndarray:
    """Writes a motion of such a rig, by Blender's own exporter. Returns its joints (T, 55, 3) in SMPL-X's axes.

    rest: "T", or "A" with the arms 45 degrees down.
    """
    bpy.ops.wm.read_factory_settings(use_empty=True)
    scene = bpy.context.scene
    scene.render.fps, scene.frame_start, scene.frame_end = 30, 1, _FRAMES
    armature, names = _rig(kind, rest)
    _move(armature, names)
    places = np.zeros((_FRAMES, 55, 3))
    for frame in range(_FRAMES):
        scene.frame_set(frame + 1)
        for joint, name in names.items():
            places[frame, INDEX[joint]] = armature.matrix_world @ armature.pose.bones[name].head
    if path.suffix == ".fbx":
        bpy.ops.export_scene.fbx(
            filepath=str(path), add_leaf_bones=False, bake_anim_simplify_factor=0.0, bake_anim_use_all_actions=False,
            bake_anim_use_nla_strips=False,
        )  # fmt: skip
    elif path.suffix == ".glb":
        bpy.ops.export_scene.gltf(filepath=str(path), export_optimize_animation_size=False)
    else:
        bpy.ops.export_anim.bvh(filepath=str(path), frame_start=1, frame_end=_FRAMES)
    return places @ BLENDER_AXES


def _rig(kind: str, rest: str) -> tuple[bpy.types.Object, dict[str, str]]:
    """Returns an armature, and joint -> bone. Bones point anywhere, and are rolled in any way."""
    rng = np.random.default_rng(len(kind))
    places = Body.load().joints()[: len(BODY_JOINTS)].astype(float) @ BLENDER_AXES.T
    if rest == "A":
        for side, sign in (("left", 1), ("right", -1)):
            shoulder = places[INDEX[f"{side}_shoulder"]].copy()
            turn = np.array(Matrix.Rotation(np.radians(45) * sign, 3, "Y"))
            for joint in ("elbow", "wrist"):
                at = INDEX[f"{side}_{joint}"]
                places[at] = shoulder + turn @ (places[at] - shoulder)
    bones = rig_maps()[kind]
    names = {joint: _PREFIX[kind] + bones[joint][0] for joint in BODY_JOINTS if joint in bones}
    data = bpy.data.armatures.new("Rig")
    armature = bpy.data.objects.new("Rig", data)
    bpy.context.scene.collection.objects.link(armature)
    bpy.context.view_layer.objects.active = armature
    armature.select_set(True)
    armature.scale = (_SCALE[kind],) * 3
    bpy.ops.object.mode_set(mode="EDIT")
    made = {}
    for joint, name in names.items():
        bone = made[joint] = data.edit_bones.new(name)
        bone.head = places[INDEX[joint]] / _SCALE[kind]
        bone.tail = bone.head + Vector(rng.normal(size=3)).normalized() * 0.1 / _SCALE[kind]
        bone.roll = rng.uniform(-3, 3)
        parent = PARENTS[INDEX[joint]]
        while parent >= 0 and BODY_JOINTS[parent] not in made:
            parent = PARENTS[parent]
        if parent >= 0:
            bone.parent = made[BODY_JOINTS[parent]]
    bpy.ops.object.mode_set(mode="OBJECT")
    return armature, names


def _move(armature: bpy.types.Object, names: Mapping[str, str]) -> None:
    """Keys a person who steps on the spot and swings the arms, by turns about the world's axes."""
    for frame in range(_FRAMES):
        swing = np.sin(2 * np.pi * frame / (_FRAMES - 1))
        turns = {
            "pelvis": ("Z", 0.2 * swing),
            "left_hip": ("X", -0.5 * max(swing, 0)), "left_knee": ("X", 0.7 * max(swing, 0)),
            "right_hip": ("X", -0.5 * max(-swing, 0)), "right_knee": ("X", 0.7 * max(-swing, 0)),
            "left_shoulder": ("X", 0.6 * swing), "right_shoulder": ("X", -0.6 * swing), "left_elbow": ("Z", 0.5),
            "right_elbow": ("Z", -0.5 - 0.2 * swing), "spine2": ("Y", 0.1 * swing), "head": ("Z", 0.3 * swing),
        }  # fmt: skip
        for joint, (axis, angle) in turns.items():
            if joint in names:
                bone = armature.pose.bones[names[joint]]
                rest = bone.bone.matrix_local.to_3x3()
                turn = rest.inverted() @ Matrix.Rotation(angle, 3, axis) @ rest
                bone.rotation_quaternion = turn.to_quaternion()
                bone.keyframe_insert("rotation_quaternion", frame=frame + 1)


def limb_angles(found: np.ndarray, wanted: np.ndarray) -> dict[str, float]:
    """Degrees by which each limb's direction differs most."""
    apart = {}
    for limb, (near, far) in _LIMBS.items():
        one, other = (places[:, INDEX[far]] - places[:, INDEX[near]] for places in (found, wanted))
        crossed = np.linalg.norm(np.cross(one, other), axis=1)
        apart[limb] = float(np.degrees(np.arctan2(crossed, (one * other).sum(axis=1))).max())
    return apart
