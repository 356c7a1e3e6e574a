"""Rig maps: the ones that come with the project, and the user's own."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from motionclip_blender.core.errors import UserError
from motionclip_blender.core.retarget.rig_maps import matching_rig, rig_maps
from motionclip_blender.core.skeleton import JOINTS
from tests.training.data import tiny

OWN = {
    "sides": ["L", "R"], "pelvis": "Root", "head": "Skull",
    "{side}_hip": "Thigh{s}", "{side}_knee": "Shin{s}", "{side}_ankle": "Foot{s}",
    "{side}_shoulder": "Arm{s}", "{side}_elbow": ["Arm{s}", "Hand{s}", 0.5], "{side}_wrist": "Hand{s}",
}  # fmt: skip
BONES = ("Root", "Skull", *(f"{bone}{s}" for s in "LR" for bone in ("Thigh", "Shin", "Foot", "Arm", "Hand")))


def own(folder: Path, entries: object) -> Path:
    return tiny.write(folder / "own.json", entries if isinstance(entries, str) else json.dumps(entries))


def test_every_map_covers_the_body():
    for rig, pairs in rig_maps().items():
        assert {"pelvis", "head"} <= set(pairs), rig
        for side in ("left", "right"):
            for joint in ("hip", "knee", "ankle", "shoulder", "elbow", "wrist"):
                assert f"{side}_{joint}" in pairs, (rig, joint)


def test_every_map_is_found_by_its_own_bones():
    for pairs in rig_maps().values():
        assert matching_rig(tuple({bone for a, b, _ in pairs.values() for bone in (a, b)})).pairs == pairs


def test_sides_are_written_out(tmp_path: Path):
    pairs = rig_maps(own(tmp_path, {"_about": "mine", "mine": OWN}))["mine"]
    assert pairs["left_knee"] == ("ShinL", "ShinL", 0.0)
    assert pairs["right_elbow"] == ("ArmR", "HandR", 0.5)


def test_a_users_own_map_is_tried_first(tmp_path: Path):
    bones = (*BONES, *(bone for a, b, _ in rig_maps()["cmu-bvh"].values() for bone in (a, b)))
    assert matching_rig(bones).pairs["pelvis"][0] == "Hips"
    assert matching_rig(bones, own(tmp_path, {"mine": OWN})).pairs["pelvis"][0] == "Root"


def test_our_maps_still_fit_where_the_users_own_does_not(tmp_path: Path):
    bones = tuple(bone for a, b, _ in rig_maps()["kaykit"].values() for bone in (a, b))
    assert matching_rig(bones, own(tmp_path, {"mine": OWN})).pairs == rig_maps()["kaykit"]


def test_a_skeleton_that_no_map_fits():
    with pytest.raises(UserError, match=r"^No rig map fits the bones tail, fin .*--rig-maps\.$"):
        matching_rig(("tail", "fin"))
    without_a_hand = tuple(bone for bone in BONES if bone != "HandL")
    with pytest.raises(UserError, match="No rig map fits"):
        matching_rig(without_a_hand)


@pytest.mark.parametrize(
    "entries",
    [
        "",
        "{",
        [],
        {"mine": []},
        {"mine": {"pelvis": "Root"}},
        {"mine": OWN | {"sides": ["L"]}},
        {"mine": OWN | {"sides": 3}},
        {"mine": OWN | {"pelvis": 7}},
        {"mine": OWN | {"pelvis": ["a", "b"]}},
        {"mine": OWN | {"pelvis": ["a", "b", "half"]}},
        {"mine": OWN | {"pelvis": "Root{}"}},
        {"mine": OWN | {"pelvis": "Root{side}"}},
    ],
)
def test_what_is_no_file_of_rig_maps(tmp_path: Path, entries: object):
    path = own(tmp_path, entries)
    with pytest.raises(UserError) as error:
        rig_maps(path)
    assert (
        str(error.value)
        == f"{path} is not a file of rig maps; see motionclip_blender/assets/rig_maps.json for the form."
    )


def test_a_missing_file_of_rig_maps(tmp_path: Path):
    with pytest.raises(UserError, match="is not a file of rig maps"):
        rig_maps(tmp_path / "none.json")


@pytest.mark.parametrize(
    ("entry", "says"),
    [
        (OWN | {"tail": "Tail"}, "names tail, which is no SMPL-X joint"),
        (OWN | {"{side}_heel": "Heel{s}"}, "names left_heel, which is no SMPL-X joint"),
        ({key: bone for key, bone in OWN.items() if "knee" not in key}, "leaves out left_knee"),
        ({key: bone for key, bone in OWN.items() if key != "head"}, "leaves out head"),
    ],
)
def test_a_map_of_other_joints(tmp_path: Path, entry: dict, says: str):
    path = own(tmp_path, {"mine": entry})
    with pytest.raises(UserError) as error:
        rig_maps(path)
    assert str(error.value) == f"{path}: the map 'mine' {says}; correct it."


# --- the rigs that people bring

LIMBS = ("Arm", "ForeArm", "Hand", "UpLeg", "Leg", "Foot")
FINGERS = ("Thumb", "Index", "Middle", "Ring", "Pinky")


def sided(form: str, names: tuple[str, ...], sides: tuple[str, str]) -> tuple[str, ...]:
    return tuple(form.format(s=side, n=name) for side in sides for name in names)


def human_ik(spine: tuple[str, ...], toes: str = "ToeBase", fingers: bool = False) -> tuple[str, ...]:
    hands = tuple(f"Hand{finger}{i}" for finger in FINGERS for i in (1, 2, 3, 4)) if fingers else ()
    return ("Hips", *spine, "Neck", "Head", *sided("{s}{n}", ("Shoulder", *LIMBS, toes, *hands), ("Left", "Right")))


MIXAMO = human_ik(("Spine", "Spine1", "Spine2"), fingers=True)
SMPL = ("Pelvis", "Spine1", "Spine2", "Spine3", "Neck", "Head", *sided("{s}_{n}", (
    "Hip", "Knee", "Ankle", "Foot", "Collar", "Shoulder", "Elbow", "Wrist", "Hand"), ("L", "R")))  # fmt: skip
BIPED = ("Pelvis", "Spine", "Spine1", "Spine2", "Neck", "Head", "HeadNub", *sided("{s} {n}", (
    "Clavicle", "UpperArm", "Forearm", "Hand", "Thigh", "Calf", "Foot", "Toe0", "Finger0", "Finger01", "Finger1"),
    ("L", "R")))  # fmt: skip
VRM = (*(f"C_{name}" for name in ("Hips", "Spine", "Chest", "UpperChest", "Neck", "Head")), *sided("{s}_{n}", (
    "Shoulder", "UpperArm", "LowerArm", "Hand", "UpperLeg", "LowerLeg", "Foot", "ToeBase", "Little1"),
    ("L", "R")))  # fmt: skip
UNREAL = ("root", "pelvis", *(f"spine_0{i}" for i in range(1, 4)), "neck_01", "head", *sided("{n}_{s}", (
    "clavicle", "upperarm", "lowerarm", "hand", "thigh", "calf", "foot", "ball", "index_01"), ("l", "r")))  # fmt: skip
XSENS = ("Hips", "Chest", "Chest2", "Chest3", "Chest4", "Neck", "Head", *sided("{s}{n}", (
    "Collar", "Shoulder", "Elbow", "Wrist", "Hip", "Knee", "Ankle", "Toe"), ("Left", "Right")))  # fmt: skip
ROKOKO = ("Hips", *(f"Spine{i}" for i in range(1, 5)), "Neck", "Head", *sided("{s}{n}", (
    "Shoulder", "Arm", "ForeArm", "Hand", "Thigh", "Shin", "Foot", "Toe", "Finger1Metacarpal"),
    ("Left", "Right")))  # fmt: skip
HUMANOID = ("hips", "spine", "chest", "upperChest", "neck", "head", *sided("{s}{n}", (
    "Shoulder", "UpperArm", "LowerArm", "Hand", "UpperLeg", "LowerLeg", "Foot", "Toes"),
    ("left", "right")))  # fmt: skip


@pytest.mark.parametrize(
    ("bones", "expected"),
    [
        (MIXAMO, {"pelvis": "Hips", "spine1": "Spine", "spine3": "Spine2", "left_thumb3": "LeftHandThumb3"}),
        (human_ik(("Spine", "Spine1", "Spine2"), "Toe"), {"spine3": "Spine2", "right_foot": "RightToe"}),  # LAFAN1
        (human_ik(("Spine", "Spine1", "Spine2", "Spine3")), {"spine1": "Spine", "left_collar": "LeftShoulder"}),
        (human_ik(("Spine", "Spine1")), {"spine1": "Spine", "spine2": "Spine1"}),
        (
            (*human_ik(("LowerBack", "Spine", "Spine1"), fingers=True), "Neck1"),
            {"spine1": "LowerBack", "neck": "Neck1"},
        ),
        (SMPL, {"pelvis": "Pelvis", "spine3": "Spine3", "left_wrist": "L_Wrist", "right_foot": "R_Foot"}),
        (BIPED, {"left_elbow": "L Forearm", "left_thumb2": "L Finger01", "right_knee": "R Calf"}),
        (VRM, {"pelvis": "C_Hips", "spine3": "C_UpperChest", "left_foot": "L_ToeBase", "left_pinky1": "L_Little1"}),
        (UNREAL, {"spine3": "spine_03", "right_foot": "ball_r"}),
        ((*UNREAL, "spine_04", "spine_05", "neck_02"), {"spine1": "spine_01", "spine3": "spine_05"}),
        (XSENS, {"spine3": "Chest4", "left_collar": "LeftCollar", "left_shoulder": "LeftShoulder"}),
        (ROKOKO, {"spine3": "Spine4", "left_hip": "LeftThigh", "left_thumb1": "LeftFinger1Metacarpal"}),
        (HUMANOID, {"spine2": "chest", "left_foot": "leftToes"}),
    ],
)
@pytest.mark.parametrize("prefix", ["", "mixamorig:", "mixamorig", "Bip01 ", "Bip001_", "J_Bip_", "m_avg_", "Someone:"])
def test_common_rigs_are_found_whatever_stands_before_their_names(bones: tuple[str, ...], expected: dict, prefix: str):
    pairs = matching_rig(tuple(prefix + bone for bone in bones)).pairs
    for joint, bone in expected.items():
        assert pairs[joint] == (prefix + bone, prefix + bone, 0.0), joint


@pytest.mark.parametrize("spelt", [str.upper, str.lower, lambda name: name.replace(" ", "_").replace("_", ".")])
@pytest.mark.parametrize("bones", [MIXAMO, BIPED, VRM, XSENS, UNREAL])
def test_capitals_and_marks_do_not_matter(bones: tuple[str, ...], spelt):
    found = matching_rig(tuple(spelt(bone) for bone in bones)).pairs
    assert found == {joint: (spelt(a), spelt(b), w) for joint, (a, b, w) in matching_rig(bones).pairs.items()}


def test_smplx_own_joints_are_all_found():
    pairs = matching_rig(("root", *JOINTS)).pairs
    assert pairs == {joint: (joint, joint, 0.0) for joint in JOINTS}


def test_what_a_skeleton_lacks_is_left_out():
    without = tuple(bone for bone in MIXAMO if "Toe" not in bone and "Shoulder" not in bone and bone != "Spine2")
    pairs = matching_rig(without).pairs
    assert {"left_foot", "right_collar", "spine3"}.isdisjoint(pairs) and pairs["left_knee"][0] == "LeftLeg"


def test_an_axis_and_a_rest_pose_may_be_told(tmp_path: Path):
    told = {"up": "-z", "rest": {"{side}_hip": {"x": "down", "z": "forward"}}}
    rig = matching_rig(BONES, own(tmp_path, {"mine": OWN | told}))
    assert rig.name == "mine" and rig.told.up.tolist() == [0, 0, -1]
    assert rig.told.rest == {f"{side}_hip": {"x": "down", "z": "forward"} for side in ("left", "right")}
    first = own(tmp_path / "b", {"mine": OWN | {"rest": "first frame"}})
    assert matching_rig(BONES, first).told.rest == "first frame"


@pytest.mark.parametrize(
    ("told", "says"),
    [
        ({"up": "w"}, "says that 'w' is up"),
        ({"up": 3}, "says that 3 is up"),
        ({"rest": "somewhere"}, "has a rest that is neither"),
        ({"rest": {"left_hip": {"x": "down"}}}, "has a rest that is neither"),
        ({"rest": {"left_hip": {"x": "down", "y": "sideways"}}}, "has a rest that is neither"),
        ({"rest": {"left_hip": {"x": "down", "q": "left"}}}, "has a rest that is neither"),
        ({"rest": {"left_hip": {"x": "down", "z": "up"}}}, "has a rest that is neither"),
        ({"rest": {"left_hip": {"x": "down", "-x": "left"}}}, "has a rest that is neither"),
        ({"rest": {"tail": {"x": "down", "z": "left"}}}, "names tail, which is no SMPL-X joint"),
    ],
)
def test_an_axis_or_a_rest_pose_that_is_none(tmp_path: Path, told: dict, says: str):
    path = own(tmp_path, {"mine": OWN | told})
    with pytest.raises(UserError) as error:
        rig_maps(path)
    assert str(error.value).startswith(f"{path}: the map 'mine' {says}") and str(error.value).endswith(".")


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"sides": ["L", "L"]}, "left_.* and right_.* one bone"),
        ({"{side}_ankle": "Shin{s}"}, "knee and left_ankle one bone"),
    ],
)
def test_one_bone_is_no_two_joints(tmp_path: Path, change: dict, says: str):
    with pytest.raises(UserError, match=says):
        rig_maps(own(tmp_path, {"mine": OWN | change}))


MOCOPI = (
    *("root", *(f"torso_{i}" for i in range(1, 8)), "neck_1", "neck_2", "head"),
    *(
        f"{s}_{bone}"
        for s in "lr"
        for bone in ("shoulder", "up_arm", "low_arm", "hand", "up_leg", "low_leg", "foot", "toes")
    ),
)
MMD = (
    *("センター", "下半身", "上半身", "上半身2", "首", "頭"),
    *(s + b for s in "左右" for b in ("肩", "腕", "ひじ", "手首", "足", "ひざ", "足首")),
)


@pytest.mark.parametrize(
    ("bones", "expected"),
    [
        (MOCOPI, {"left_hip": "l_up_leg", "right_elbow": "r_low_arm", "left_collar": "l_shoulder", "neck": "neck_1"}),
        (MMD, {"left_hip": "左足", "right_elbow": "右ひじ", "left_ankle": "左足首", "spine1": "上半身"}),
    ],
)
def test_rigs_of_capture_apps_and_dances(bones: tuple[str, ...], expected: dict[str, str]):
    pairs = matching_rig(bones).pairs
    assert {joint: pairs[joint][0] for joint in expected} == expected
