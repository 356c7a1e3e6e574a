"""BVH files as they are found: encodings, commas, layouts, and those that hold something else than they say."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
import pytest

pytest.importorskip("bpy")

from motionclip_blender.core.errors import UserError
from tests.training import tiny
from training.sources.blender import read_bvh
from training.sources.catalogue import SourceFile
from training.sources.clip import SourceClip
from training.sources.reading import read_clips

GOOD = tiny.bvh(tiny.moves(12, "left_knee", axis=0))
HIERARCHY, MOTION = GOOD[: GOOD.index("MOTION")], GOOD[GOOD.index("MOTION") :]


def read(folder: Path, data: bytes) -> SourceClip:
    folder.mkdir(exist_ok=True)
    (folder / "walk.bvh").write_bytes(data)
    return read_bvh(folder / "walk.bvh")


def same(folder: Path, data: bytes, good: str = GOOD) -> None:
    """The file is read as the good one is; names of its bones do not matter."""
    clip, right = read(folder / "this", data), read(folder / "good", good.encode())
    assert len(clip) == len(right)
    for a, b in ((clip.heads, right.heads), (clip.rotations, right.rotations), (clip.rest_heads, right.rest_heads)):
        np.testing.assert_allclose(a, b, atol=1e-4)


def commas(text: str) -> str:
    return re.sub(r"(\d)\.(\d)", r"\1,\2", text)


# --- encodings and layouts


@pytest.mark.parametrize(
    ("name", "encoding"),
    [
        ("左手", "cp932"), ("センター", "cp932"), ("Handgelenk_außen", "latin-1"), ("手首", "euc-jp"),
        ("кисть", "cp1251"), ("手腕", "gb18030"), ("手首", "utf-8"), ("Hand", "utf-8-sig"), ("Hand", "utf-16"),
    ],
)  # fmt: skip
def test_names_in_any_encoding(tmp_path: Path, name: str, encoding: str):
    same(tmp_path, GOOD.replace("LeftHand", name).replace("RightFoot", name + "2").encode(encoding))


def test_names_are_those_that_the_file_means(tmp_path: Path):
    for encoding in ("cp932", "utf-8", "utf-16"):
        names = GOOD.replace("LeftHand", "左手首").replace("RightHand", "センター")
        assert {"左手首", "センター"} < set(read(tmp_path, names.encode(encoding)).bones)


@pytest.mark.parametrize(
    "text",
    [
        GOOD.replace("\n", "\r\n"),
        GOOD.replace("\n", "\r"),
        GOOD + "\x1a",
        "\n\n" + GOOD + "\n\n",
        GOOD.replace("Frames: ", "Frames:\t").replace("Frame Time: ", "Frame Time:\t"),
        GOOD.replace("Frames:", "frames :").replace("Frame Time:", "frame time :").replace("MOTION", "Motion"),
        GOOD.replace("CHANNELS", "Channels").replace("OFFSET", "Offset").replace("ROOT", "Root"),
        HIERARCHY + re.sub(r"(?m)^(-?[\d.]+ .*)$", lambda line: line[0].replace(" ", "\n", 3), MOTION),
        HIERARCHY + MOTION.replace("\n", " ").replace("MOTION ", "MOTION\n").replace("Frame Time", "\nFrame Time"),
        GOOD.replace(" 95.0000 ", " 9.5e1 ").replace(" 75.0000 ", " +75 "),
    ],
)
def test_other_layouts_of_the_same_file(tmp_path: Path, text: str):
    same(tmp_path, text.encode())


# --- decimal commas


@pytest.mark.parametrize(
    "text",
    [
        commas(GOOD),
        HIERARCHY + commas(MOTION),
        commas(HIERARCHY) + MOTION,
        commas(GOOD).replace("Frame Time: 0,", "Frame Time: 0."),
        commas(GOOD).replace("\n", "\r\n"),
        commas(GOOD.replace("95.0000", "9.5E+01").replace("0.0000", "0")),
        commas(GOOD).replace("LeftHand", "Hand,left"),
    ],
)
def test_decimal_commas(tmp_path: Path, text: str):
    same(tmp_path, text.encode())


@pytest.mark.parametrize(
    ("text", "says"),
    [
        (HIERARCHY + re.sub(r"(?<=\d) (?=-?\d)", ",", MOTION), "commas"),
        (HIERARCHY + re.sub(r"(?<=\d) (?=-?\d)", ", ", MOTION), "commas"),
        (GOOD.replace("75.0000", "75,0000"), "commas"),
        (re.sub(r"OFFSET (\S+) (\S+) ", r"OFFSET \1, \2, ", GOOD), "OFFSET .* points or commas"),
        (re.sub(r"OFFSET \S+ ", "OFFSET ", GOOD, count=1), "OFFSET .* three numbers"),
    ],
)
def test_commas_that_are_no_decimal_commas_are_named(tmp_path: Path, text: str, says: str):
    with pytest.raises(UserError, match=rf"^walk\.bvh has .*{says}.*\.$"):
        read(tmp_path, text.encode())


def test_a_joint_whose_name_has_a_comma_is_no_number(tmp_path: Path):
    assert "Hand,left" in read(tmp_path, GOOD.replace("LeftHand", "Hand,left").encode()).bones


# --- what no BVH file of one person has


@pytest.mark.parametrize("time", ["33.3333", "16.6667", "8.33333", "41.7", "33,3333", "4.16", "1", "30", "0.0000333"])
def test_a_frame_time_that_is_not_in_seconds_is_refused_and_nothing_is_made_of_it(tmp_path: Path, time: str):
    text = re.sub("Frame Time: .*", f"Frame Time: {time}", GOOD)
    with pytest.raises(UserError, match=r"^walk\.bvh says that a frame lasts .* seconds; correct its Frame Time"):
        read(tmp_path, text.encode())
    # unless the rate is known better
    assert len(read_bvh(tmp_path / "walk.bvh", fps=30.0)) == 12


def test_milliseconds_are_worked_out(tmp_path: Path):
    with pytest.raises(UserError, match=r"33\.3333 milliseconds are 0\.0333333"):
        read(tmp_path, re.sub("Frame Time: .*", "Frame Time: 33.3333", GOOD).encode())


@pytest.mark.parametrize(("time", "frames"), [("0.0333333", 12), ("0.5", 166), ("0.1", 34), ("0.002", 1)])
def test_true_frame_times_are_taken(tmp_path: Path, time: str, frames: int):
    assert len(read(tmp_path, re.sub("Frame Time: .*", f"Frame Time: {time}", GOOD).encode())) == frames


@pytest.mark.parametrize("second", ["Hips2", "Sword", "Person B", "Hips"])
def test_two_skeletons_in_a_file_are_refused_by_name(tmp_path: Path, second: str):
    other = HIERARCHY.replace("HIERARCHY\n", "").replace("ROOT Hips", f"ROOT {second}")
    rows = [f"{row} {row}" if row[:1] in "-0123456789" else row for row in MOTION.strip().split("\n")]
    with pytest.raises(UserError, match=rf"^walk\.bvh holds 2 skeletons \(ROOT Hips, ROOT {second}\); export each"):
        read(tmp_path, (HIERARCHY + other + "\n".join(rows) + "\n").encode())


def test_joints_that_are_called_root_are_joints(tmp_path: Path):
    same(tmp_path, GOOD.replace("LeftHand", "ROOT").replace("Hips", "ROOT_Hips").encode())


# --- rest poses in front


@pytest.mark.parametrize("rests", [1, 2, 5, 25])
@pytest.mark.parametrize("fps", [30.0, 60.0, 24.0, 120.0])
def test_rest_poses_in_front_are_dropped_whatever_their_number(tmp_path: Path, rests: int, fps: float):
    movement = tiny.moves(60, "left_knee", axis=0)
    plain = tiny.write(tmp_path / "plain" / "a.bvh", tiny.bvh(movement, fps=fps))
    put = tiny.write(tmp_path / "put" / "a.bvh", tiny.bvh(movement, fps=fps, rests=rests))
    ((_, right),) = read_clips(SourceFile(plain))
    ((_, clip),) = read_clips(SourceFile(put))
    assert len(clip) == len(right)
    np.testing.assert_allclose(clip.heads, right.heads, atol=1e-3)


@pytest.mark.parametrize("joint", ["left_shoulder", "left_hip", "spine2"])
def test_who_leaves_the_rest_pose_in_person_keeps_it(tmp_path: Path, joint: str):
    raised = {joint: np.linspace(0, 90, 20)[:, None] * (0, 0, 1), "right_shoulder": np.zeros((20, 3))}
    path = tiny.write(tmp_path / "a.bvh", tiny.bvh(raised))
    ((_, clip),) = read_clips(SourceFile(path))
    assert len(clip) == 20


def test_a_rest_pose_alone_is_a_single_pose(tmp_path: Path):
    path = tiny.write(tmp_path / "a.bvh", tiny.bvh(tiny.moves(1), rests=1))
    with pytest.raises(UserError, match=r"^a\.bvh holds a single pose"):
        list(read_clips(SourceFile(path)))
