"""A control rig whose limbs hang from nothing and follow the body by constraints, with IK beside: CloudRig's way."""

from __future__ import annotations

import bpy
import numpy as np
from mathutils import Vector

from motionclip_blender.core.body import Body
from motionclip_blender.core.skeleton import INDEX
from motionclip_blender.rig.bones import BLENDER_AXES

PROPERTIES = "Properties_IKFK"
_SPINE = ("Spine", "RibCage", "Chest", "Neck", "Head")
_LIMBS = {
    "UpperArm": ("UpperArm", "Forearm", "Wrist"), "Thigh": ("Thigh", "Knee", "Foot", "Toes"),
}  # fmt: skip
_JOINTS = {
    "Spine": "spine1", "RibCage": "spine2", "Chest": "spine3", "Neck": "neck", "Head": "head", "Shoulder": "collar",
    "UpperArm": "shoulder", "Forearm": "elbow", "Wrist": "wrist", "Thigh": "hip", "Knee": "knee", "Foot": "ankle",
    "Toes": "foot",
}  # fmt: skip


def hanging_rig() -> bpy.types.Object:
    """The rig in the context's scene, active, its limbs on IK."""
    places = Body.load().joints().astype(float) @ BLENDER_AXES.T
    rig = bpy.data.objects.new("Cloud", bpy.data.armatures.new("Cloud"))
    bpy.context.scene.collection.objects.link(rig)
    bpy.context.view_layer.objects.active = rig
    bpy.ops.object.mode_set(mode="EDIT")
    rng = np.random.default_rng(3)

    def bone(name: str, joint: str, parent: str = "") -> None:
        made = rig.data.edit_bones.new(name)
        made.head = places[INDEX[joint]] if joint else (0, 0, 0)
        made.tail = made.head + Vector(rng.normal(size=3)).normalized() * 0.1
        made.roll = rng.uniform(-3, 3)
        made.parent = rig.data.edit_bones[parent] if parent else None

    def copy(name: str, of: str, parent: str) -> None:
        made, own = rig.data.edit_bones.new(name), rig.data.edit_bones[of]
        made.head, made.tail, made.roll = own.head, own.tail, own.roll
        made.parent = rig.data.edit_bones[parent]

    bone("root", "")
    bone(PROPERTIES, "", "root")
    bone("MSTR-Torso", "pelvis", "root")
    bone("MSTR-Hips", "pelvis", "MSTR-Torso")
    copy("ORG-Spine", "MSTR-Hips", "MSTR-Hips")
    above = "MSTR-Torso"
    for name, follower in zip(_SPINE, ("ORG-RibCage", "ORG-Chest", "ORG-Neck", "", "ORG-Head"), strict=True):
        bone(f"FK-{name}", _JOINTS[name], above)
        above = f"FK-{name}"
        if follower:
            copy(follower, above, above)
    for side, mark in (("left", "L"), ("right", "R")):
        bone(f"FK-Shoulder.{mark}", f"{side}_collar", "ORG-Neck")
        copy(f"ORG-Shoulder.{mark}", f"FK-Shoulder.{mark}", f"FK-Shoulder.{mark}")
        for limb, parts in _LIMBS.items():
            holder = f"ORG-Shoulder.{mark}" if limb == "UpperArm" else "ORG-Spine"
            above = ""
            for part in parts:
                bone(f"FK-{part}.{mark}", f"{side}_{_JOINTS[part]}", above)
                above = f"FK-{part}.{mark}"
            for kind in ("ROOT", "IK"):
                copy(f"{kind}-{limb}.{mark}", f"FK-{limb}.{mark}", holder)
            org = holder
            for part in parts:
                copy(f"ORG-{part}.{mark}", f"FK-{part}.{mark}", org)
                org = f"ORG-{part}.{mark}"
    bpy.ops.object.mode_set(mode="OBJECT")
    for side, mark in (("left", "L"), ("right", "R")):
        for limb, parts in _LIMBS.items():
            name = f"{side}_{limb.casefold()}"
            follow = rig.pose.bones[f"FK-{limb}.{mark}"].constraints.new("ARMATURE")
            for subtarget, expression in (("root", "var"), (f"ROOT-{limb}.{mark}", "1-var")):
                target = follow.targets.new()
                target.target, target.subtarget = rig, subtarget
                _drive(target, "weight", rig, f"fk_hinge_{name}", expression, 0.0)
            for part in parts:
                held = rig.pose.bones[f"ORG-{part}.{mark}"]
                held.constraints.new("COPY_TRANSFORMS").target = rig
                held.constraints[0].subtarget = f"FK-{part}.{mark}"
                if part == limb:
                    held.constraints.new("COPY_TRANSFORMS").target = rig
                    held.constraints[1].subtarget = f"IK-{limb}.{mark}"
                    _drive(held.constraints[1], "influence", rig, f"ik_{name}", "var", 1.0)
    return rig


def _drive(thing, path: str, rig: bpy.types.Object, name: str, expression: str, value: float) -> None:
    rig.pose.bones[PROPERTIES][name] = value
    driver = thing.driver_add(path).driver
    driver.expression = expression
    variable = driver.variables.new()
    variable.name = "var"
    variable.targets[0].id = rig
    variable.targets[0].data_path = f'pose.bones["{PROPERTIES}"]["{name}"]'
