"""The facts about known collections: which files are theirs, their skeletons, rates, performers and archives."""

from __future__ import annotations

from pathlib import Path, PurePosixPath

import pytest

from motionclip_blender.core.retarget.upward import AXES
from tests.training.data import tiny
from training.data.clip_files.catalogue import source_files
from training.data.clip_files.collection import collections


def held(path: str) -> str | None:
    return next((name for name, one in collections().items() if one.holds(PurePosixPath(path))), None)


@pytest.mark.parametrize(
    ("path", "collection"),
    [
        ("TillingPatch/program/bin/data/1/jump.amc", "tilling-patch"),
        ("more/TillingPatch/program/bin/data/1/jump.AMC", "tilling-patch"),
        ("small/quaternius_more/Knight.glb", "quaternius-more"),
        ("cmu/01_01.amc", "cmu"),
        ("more/cmu/01_01.amc", None),
        ("mine/jump.amc", None),
    ],
)
def test_files_belong_to_collections_wherever_these_were_unpacked(path: str, collection: str | None):
    assert held(path) == collection


@pytest.mark.parametrize(
    ("clip", "collection", "person", "take"),
    [
        ("multi-hys_wave", "tilling-patch", "snu-hys", "tilling-patch-multi-wave"),
        ("multi-mmk_wave", "tilling-patch", "snu-mmk", "tilling-patch-multi-wave"),
        ("1-jump", "tilling-patch", "snu-woody", "tilling-patch-1-jump"),
        ("basketData-motion-s_004_1_2", "vsports", "vsports-004-2", "vsports-004_1"),
        ("wangzexi-run__35_25_1", "cmu-extra", "cmu-35", "cmu-35_25"),
        ("maxxgx-run_veer_left_16_38", "cmu-extra", "cmu-16", "cmu-16_38"),
        ("mocap6__13_29", "cmu-extra", "cmu-13", "cmu-13_29"),
        ("walkTest-motion-69_01_1", "interactive-animation", "cmu-69", "cmu-69_01"),
    ],
)
def test_partners_share_a_take_and_a_person_keeps_a_name_over_collections(clip, collection, person, take):
    assert collections()[collection].performance(clip) == (person, take)


def test_skeletons_are_looked_up_by_pattern_and_two_people_of_a_take_have_their_own(tmp_path: Path):
    data = "TillingPatch/program/bin/data"
    for asf in ("wd2", "multi/hys", "multi/mmk"):
        tiny.write(tmp_path / data / f"{asf}.asf", "")
    for amc in ("1/jump", "3/jump", "multi/hys_box_2", "multi/mmk_box_2"):
        tiny.write(tmp_path / data / f"{amc}.amc", "")
    problems: list[str] = []
    found = {file.stem: file for file in source_files(tmp_path, None, problems)}
    assert {stem: file.skeleton.name for stem, file in found.items() if file.skeleton} == {
        "1-jump": "wd2.asf", "3-jump": "wd2.asf", "multi-hys_box_2": "hys.asf", "multi-mmk_box_2": "mmk.asf",
    }  # fmt: skip
    assert any("has no o3de; unpack o3de.tar.xz there" in problem for problem in problems)


def test_a_folder_without_any_archive_misses_none(tmp_path: Path):
    tiny.write(tmp_path / "mine" / "walk.bvh", "")
    problems: list[str] = []
    source_files(tmp_path, None, problems)
    assert problems == []


def test_every_upward_axis_is_one():
    assert {one.up for one in collections().values()} <= {"", *AXES}


def test_rates_and_rest_poses_are_known_by_pattern():
    assert collections()["cmu-extra"].rate("cmu_extra/maxxgx/14_02.amc") == 60
    assert collections()["cmu-extra"].rate("cmu_extra/fvc/12_01.bvh") is None
    rest = collections()["vsports"].rest("VSports/data/motions/basketData/motion/s_003_1_1.bvh")
    assert rest == "VSports/data/motions/basketData/t_pose.bvh"
    assert collections()["vsports"].rest("VSports/data/motions/walkData/bvh/16_11_1.bvh") is None
