"""Rig maps: the ones that come with the project, and the user's own."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from motionclip_blender.core.errors import UserError
from tests.training import tiny
from training.rig_maps import matching_map, rig_maps

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
        assert matching_map(tuple({bone for a, b, _ in pairs.values() for bone in (a, b)})) == pairs


def test_sides_are_written_out(tmp_path: Path):
    pairs = rig_maps(own(tmp_path, {"_about": "mine", "mine": OWN}))["mine"]
    assert pairs["left_knee"] == ("ShinL", "ShinL", 0.0)
    assert pairs["right_elbow"] == ("ArmR", "HandR", 0.5)


def test_a_users_own_map_is_tried_first(tmp_path: Path):
    bones = (*BONES, *(bone for a, b, _ in rig_maps()["cmu-bvh"].values() for bone in (a, b)))
    assert matching_map(bones)["pelvis"][0] == "Hips"
    assert matching_map(bones, own(tmp_path, {"mine": OWN}))["pelvis"][0] == "Root"


def test_our_maps_still_fit_where_the_users_own_does_not(tmp_path: Path):
    bones = tuple(bone for a, b, _ in rig_maps()["kaykit"].values() for bone in (a, b))
    assert matching_map(bones, own(tmp_path, {"mine": OWN})) == rig_maps()["kaykit"]


def test_a_skeleton_that_no_map_fits():
    with pytest.raises(UserError, match=r"^No rig map fits the bones tail, fin .*--rig-maps\.$"):
        matching_map(("tail", "fin"))
    without_a_hand = tuple(bone for bone in BONES if bone != "HandL")
    with pytest.raises(UserError, match="No rig map fits"):
        matching_map(without_a_hand)


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
    assert str(error.value) == f"{path} is not a file of rig maps; see training/rig_maps.json for the form."


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
