"""The skeleton of a motion, and the tables of facts about files."""

from __future__ import annotations

from pathlib import Path

import pytest

from motionclip_blender.core.clip_files.skeletons import Skeletons
from motionclip_blender.core.errors import UserError
from tests.training.data import tiny
from training.data.clip_files.catalogue import SourceFile, source_files


def found(root: Path, motion: str, *skeletons: str) -> str | None:
    path = tiny.write(root / motion, "")
    for skeleton in skeletons:
        tiny.write(root / skeleton, "")
    skeleton = Skeletons(root).of(path)
    return skeleton.relative_to(root).as_posix() if skeleton else None


@pytest.mark.parametrize(
    ("motion", "right", "others"),
    [
        ("07_01.amc", "07_01.asf", ["07.asf", "70.asf"]),
        ("07_01.amc", "07.asf", ["70.asf", "7.asf"]),
        ("HDM_xy_01-01_01_120.amc", "HDM_xy.asf", ["HDM.asf", "HDM_bd.asf", "HDM_xyz.asf"]),
        ("HDM_bd_cartwheelLHandStart1Reps_001_120.amc", "HDM_bd.asf", ["HDM_bk.asf", "HDM_dg.asf"]),
        ("bd/HDM_bd_walk_001_120.amc", "HDM_bd.asf", ["HDM_bk.asf"]),
        ("walk1.amc", "skeleton.asf", []),
        ("a/b/walk1.amc", "wd2.asf", []),
        ("1/woody/walk.amc", "1/woody/woody2.asf", ["wd2.asf", "1/other/x.asf"]),
        ("multi/hys_1.amc", "multi/hys.asf", ["multi/mmk.asf"]),
        ("07_01.AMC", "07.ASF", ["08.ASF"]),
        ("hdm_XY_01.amc", "HDM_xy.Asf", ["HDM_bd.asf"]),
        ("07_01.amc", "ASF/07.asf", ["ASF/08.asf"]),
        ("12-03 walk.amc", "12.asf", ["13.asf"]),
    ],
)
def test_the_skeleton_of_a_motion(tmp_path: Path, motion: str, right: str, others: list[str]):
    assert found(tmp_path, motion, right, *others) == right


@pytest.mark.parametrize(
    ("motion", "skeletons"),
    [
        ("walk.amc", []),
        ("walk.amc", ["a.asf", "b.asf"]),
        ("x/walk.amc", ["y/a.asf"]),
        ("07_01.amc", ["0.asf", "1.asf"]),
    ],
)
def test_no_skeleton_is_better_than_a_wrong_one(tmp_path: Path, motion: str, skeletons: list[str]):
    assert found(tmp_path, motion, *skeletons) is None


# --- tables of one's own


def rates(root: Path) -> dict[str, float | None]:
    return {file.path.relative_to(root).as_posix(): file.fps for file in source_files(root)}


@pytest.mark.parametrize(
    "table",
    [
        b"file,fps\n07_01.amc,60\n",
        b"file;fps\n07_01.amc;60,0\n",
        b"file\tfps\r\n07_01.amc\t60\r\n",
        b"\xef\xbb\xbffile,fps\n07_01.amc,60\n",
        "file,fps\n07_01.amc,60\n".encode("utf-16"),
        b"FPS, File\n60, 07_01.AMC\n",
        b"file,fps\n.\\07_01.amc,60\n",
        b"file,fps\n07_01,60\n",
        b'file,fps,what\n"07_01.amc","60","a walk, slow"\n\n',
    ],
)
@pytest.mark.parametrize("place", ["clips.csv", "mine/clips.csv"])
def test_a_table_beside_ones_own_clips_gives_their_rates(tmp_path: Path, table: bytes, place: str):
    tiny.write(tmp_path / "mine" / "07_01.amc", "")
    tiny.write(tmp_path / "mine" / "07_02.amc", "")
    (tmp_path / place).write_bytes(table)
    assert rates(tmp_path) == {"mine/07_01.amc": 60, "mine/07_02.amc": None}


def test_the_nearest_table_is_right(tmp_path: Path):
    for folder in ("a", "b"):
        tiny.write(tmp_path / folder / "1.bvh", "")
    tiny.write(tmp_path / "a" / "clips.csv", "file,fps\n1.bvh,60\n")
    tiny.write(tmp_path / "clips.csv", "file,fps\na/1.bvh,25\nb\\1.bvh,24\n")
    assert rates(tmp_path) == {"a/1.bvh": 60, "b/1.bvh": 24}


def test_a_table_names_skeletons(tmp_path: Path):
    tiny.write(tmp_path / "x" / "walk.amc", "")
    for name in ("one", "two"):
        tiny.write(tmp_path / "bodies" / f"{name}.asf", "")
    tiny.write(tmp_path / "clips.csv", "file,skeleton\nwalk.amc,bodies\\two.asf\n")
    ((file),) = source_files(tmp_path)
    assert file.skeleton == tmp_path / "bodies" / "two.asf"


@pytest.mark.parametrize("row", ["07_01.amc,fast", "07_01.amc,0", "07_01.amc,-60", "07_01.amc,nan", "07_01.amc,inf"])
def test_a_rate_that_is_none_is_refused_at_once(tmp_path: Path, row: str):
    tiny.write(tmp_path / "07_01.amc", "")
    tiny.write(tmp_path / "clips.csv", f"file,fps\n{row}\n")
    with pytest.raises(UserError, match=r"clips\.csv"):
        source_files(tmp_path)


@pytest.mark.parametrize("text", ["name,licence\nwalk,CC0\n", "", "\n\n", "just words"])
def test_another_programs_table_ends_nothing_and_is_named(tmp_path: Path, text: str):
    tiny.write(tmp_path / "07_01.amc", "")
    tiny.write(tmp_path / "clips.csv", text)
    problems: list[str] = []
    assert [file.fps for file in source_files(tmp_path, problems=problems)] == [None]
    assert len(problems) == 1 and "clips.csv has no column called file" in problems[0]


def test_a_rate_for_all_is_for_amc_files_that_no_table_names(tmp_path: Path):
    for name in ("1.amc", "2.amc", "3.bvh"):
        tiny.write(tmp_path / name, "")
    tiny.write(tmp_path / "clips.csv", "file,fps\n2.amc,30\n")
    assert {file.path.name: file.fps for file in source_files(tmp_path, 60)} == {
        "1.amc": 60,
        "2.amc": 30,
        "3.bvh": None,
    }


# --- files in capitals and behind links


def test_endings_in_capitals(tmp_path: Path):
    for name in ("a.BVH", "b.Glb", "c.GLTF", "d.Amc", "e.HUMANOID3D.JSON", "f.JSON", "g.BVHX"):
        tiny.write(tmp_path / name, "")
    assert [(file.stem, file.kind) for file in source_files(tmp_path)] == [
        ("a", ".bvh"), ("b", ".glb"), ("c", ".gltf"), ("d", ".amc"), ("e", ".humanoid3d.json"),
    ]  # fmt: skip


def test_endings_in_capitals_in_a_known_collection(tmp_path: Path):
    for name in ("cmu/1.BVH", "CMU/2.bvh", "cmu/deeper/3.bvh", "x/cmu/4.bvh"):
        tiny.write(tmp_path / name, "")
    known = {file.path.name: file.collection.name for file in source_files(tmp_path)}
    assert known == {"1.BVH": "cmu", "2.bvh": "CMU", "3.bvh": "cmu-deeper", "4.bvh": "x-cmu"}


def test_clips_and_skeletons_behind_a_link(tmp_path: Path):
    tiny.write(tmp_path / "disk" / "07_01.amc", "")
    tiny.write(tmp_path / "disk" / "07.asf", "")
    tiny.write(tmp_path / "disk" / "clips.csv", "file,fps\n07_01.amc,60\n")
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "CMU").symlink_to(tmp_path / "disk")
    (tmp_path / "disk" / "back").symlink_to(tmp_path / "data")
    skeleton = tmp_path / "data" / "CMU" / "07.asf"
    ((file),) = source_files(tmp_path / "data")
    assert file == SourceFile(tmp_path / "data" / "CMU" / "07_01.amc", file.collection, 60.0, skeleton)
    assert file.collection.name == "CMU"
