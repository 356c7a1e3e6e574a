"""The table of human bones that the VRM add-on leaves in an armature."""

from __future__ import annotations

import pytest

pytest.importorskip("bpy")

import bpy

from motionclip_blender.rig.mapped import MappedRig
from motionclip_blender.rig.target import target_of
from motionclip_blender.rig.vrm_table import _entries, _pairs, vrm_rig
from tests.rigs.build import armature_of, built
from tests.rigs.conventions import CONVENTIONS

SNAKE = {
    "pelvis": "hips", "spine1": "spine", "spine2": "chest", "neck": "neck", "head": "head", "collar": "shoulder",
    "shoulder": "upper_arm", "elbow": "lower_arm", "wrist": "hand", "hip": "upper_leg", "knee": "lower_leg",
    "ankle": "foot", "foot": "toes", "thumb1": "thumb_metacarpal", "thumb2": "thumb_proximal",
    "index1": "index_proximal",
}  # fmt: skip
CAMEL = {"thumb_metacarpal": "thumbProximal", "thumb_proximal": "thumbIntermediate"}


def rig_with_odd_names() -> tuple[bpy.types.Object, dict[str, str]]:
    """A VRM skeleton whose bones are called b0, b1 ...; and joint -> bone."""
    rig = armature_of(built(CONVENTIONS["VRoid"], "T"))
    joints = {joint: bone for joint, (bone, _, _) in target_of(rig).rig.pairs.items()}
    new = {bone.name: f"b{number}" for number, bone in enumerate(rig.data.bones)}
    for old, name in new.items():
        rig.data.bones[old].name = name
    return rig, {joint: new[bone] for joint, bone in joints.items()}


def human(joint: str) -> str | None:
    side, _, part = joint.partition("_")
    if side in ("left", "right"):
        return f"{side}_{SNAKE[part]}" if part in SNAKE else None
    return SNAKE.get(joint)


def camel(name: str) -> str:
    side, _, part = name.partition("_")
    part = CAMEL.get(part, part)
    name = f"{side}_{part}" if side in ("left", "right") else name
    first, *rest = name.split("_")
    return first + "".join(word[:1].upper() + word[1:] for word in rest)


def leave(rig: bpy.types.Object, joints: dict[str, str], version: str, by: str) -> None:
    """Leaves the table as the add-on of a version stores it."""
    nodes = {}
    for number, (joint, bone) in enumerate(joints.items()):
        if (name := human(joint)) is None:
            continue
        if by == "uuid":
            rig.data.bones[bone]["vrm_addon_extension"] = {"uuid": f"id-{number}"}
            nodes[name] = {"bone_uuid": f"id-{number}"}
        else:
            nodes[name] = {by: bone}
    if version == "1.0":
        table = {"vrm1": {"humanoid": {"human_bones": {name: {"node": node} for name, node in nodes.items()}}}}
    else:
        listed = [{"bone": camel(name), "node": node} for name, node in nodes.items()]
        table = {"vrm0": {"humanoid": {"human_bones": listed}}}
    rig.data["vrm_addon_extension"] = {"spec_version": version, **table}


@pytest.mark.parametrize("by", ["bone_name", "value", "uuid"])
@pytest.mark.parametrize("version", ["0.0", "1.0"])
def test_the_table_names_the_bones(scene, version: str, by: str) -> None:
    rig, joints = rig_with_odd_names()
    leave(rig, joints, version, by)
    target = MappedRig.of(rig)
    assert target.rig.label == "VRM" and target.found.by == "names"
    told = {joint: bone for joint, bone in joints.items() if human(joint)}
    assert {joint: bone for joint, (bone, _, _) in target.rig.pairs.items()} == told
    assert "left_index1" in told


def test_a_table_that_is_broken_is_passed_over(scene) -> None:
    rig = armature_of(built(CONVENTIONS["Mixamo"], "T"))
    joints = {joint: bone for joint, (bone, _, _) in target_of(rig).rig.pairs.items()}
    for broken in (joints | {"left_knee": joints["right_knee"]}, joints | {"head": "gone"}, {"pelvis": "Hips"}):
        leave(rig, {j: b for j, b in broken.items() if human(j)}, "1.0", "bone_name")
        assert vrm_rig(rig.data) is None
        assert target_of(rig).rig.label == "Mixamo"
    for nothing in (3, "text", {"vrm1": 5}, {"vrm0": {"humanoid": {"human_bones": []}}}):
        rig.data["vrm_addon_extension"] = nothing
        assert target_of(rig).rig.label == "Mixamo"


def test_the_add_on_itself_is_here(scene) -> None:
    class Node(bpy.types.PropertyGroup):
        __annotations__ = {"bone_name": bpy.props.StringProperty()}

    class Human(bpy.types.PropertyGroup):
        __annotations__ = {"bone": bpy.props.StringProperty(), "node": bpy.props.PointerProperty(type=Node)}

    rig, joints = rig_with_odd_names()
    told = {human(joint): bone for joint, bone in joints.items() if human(joint)}

    class Humans(bpy.types.PropertyGroup):
        __annotations__ = {name: bpy.props.PointerProperty(type=Human) for name in told}

    class Extension(bpy.types.PropertyGroup):
        __annotations__ = {
            "spec_version": bpy.props.StringProperty(),
            "vrm0": bpy.props.CollectionProperty(type=Human),
            "vrm1": bpy.props.PointerProperty(type=Humans),
        }

    made = (Node, Human, Humans, Extension)
    for one in made:
        bpy.utils.register_class(one)
    bpy.types.Armature.some_extension = bpy.props.PointerProperty(type=Extension)
    try:
        extension = rig.data.some_extension
        for name, bone in told.items():
            getattr(extension.vrm1, name).node.bone_name = bone
            item = extension.vrm0.add()
            item.bone, item.node.bone_name = camel(name), bone
        for number, bones in (("0", extension.vrm0), ("1", extension.vrm1)):
            found = _pairs(rig.data, _entries(bones), number)
            assert {joint: bone for joint, (bone, _, _) in found.items()} == {
                joint: bone for joint, bone in joints.items() if human(joint)
            }
    finally:
        del bpy.types.Armature.some_extension
        for one in reversed(made):
            bpy.utils.unregister_class(one)
