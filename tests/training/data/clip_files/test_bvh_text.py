"""BVH files in the wild: encodings, commas, layouts, and contents that contradict the header."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
import pytest

pytest.importorskip("bpy")

from motionclip_blender.core.errors import UserError
from motionclip_blender.core.retarget.source import SourceClip
from motionclip_blender.rig.interchange.read import read_bvh
from tests.training.data import tiny
from training.data.clip_files.catalogue import SourceFile
from training.data.clip_files.reading import read_clips

GOOD = tiny.bvh(tiny.moves(12, "left_knee", axis=0))
HIERARCHY, MOTION = GOOD[: GOOD.index("MOTION")], GOOD[GOOD.index("MOTION") :]


def read(folder: Path, data: bytes) -> SourceClip:
    folder.mkdir(exist_ok=True)
    (folder / "walk.bvh").write_bytes(data)
    return read_bvh(folder / "walk.bvh")


def same(folder: Path, data: bytes, good: str = GOOD) -> None:
    """Checks that the file is read as the good one is; names of its bones may differ."""
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
        re.sub(r"\n\s*\{", " {", GOOD),
        re.sub(r"\n\s*(?=OFFSET|CHANNELS|\{|\})", " ", GOOD),
        re.sub(r"(CHANNELS \d) ", r"\1\n  ", GOOD),
        "# exported by someone\n" + GOOD.replace("JOINT", "// a joint\nJOINT"),
        re.sub(r"End Site", "end site Tip", GOOD),
        GOOD.replace(" 95.0000 ", " 9.5e1 ").replace(" 75.0000 ", " +75 "),
    ],
)
def test_other_layouts_of_the_same_file(tmp_path: Path, text: str):
    same(tmp_path, text.encode())


@pytest.mark.parametrize("end", ["", r"\1 0 0 0}"], ids=["none", "of no length"])
def test_limbs_without_an_end(tmp_path: Path, end: str):
    text = re.sub(r"(End Site\s*\{\s*OFFSET)[^}]*\}", end, GOOD)
    clip, right = read(tmp_path / "this", text.encode()), read(tmp_path / "good", GOOD.encode())
    joints = [i for i, bone in enumerate(right.bones) if not bone.endswith("_end")]  # where ends lie is not told
    assert clip.bones == right.bones
    np.testing.assert_allclose(clip.heads[:, joints], right.heads[:, joints], atol=1e-4)


PREFIX = "The_name_of_a_scene_with_many_references_inside_of_each_other:"


def test_names_longer_than_blenders(tmp_path: Path):
    clip = read(tmp_path, re.sub(r"(JOINT|ROOT) ", rf"\1 {PREFIX}", GOOD).encode())
    assert {PREFIX + name for name in ("Hips", "LeftHand", "RightHand")} < set(clip.bones)


def test_joints_of_one_name_are_numbered(tmp_path: Path):
    assert {"LeftHand", "LeftHand.001"} < set(read(tmp_path, GOOD.replace("RightHand", "LeftHand").encode()).bones)


def with_columns(change, joint: str = "LeftLeg") -> str:
    """The good file with other channels of one joint. change: (offset, its three numbers) -> (channels, numbers)."""
    names = re.findall(r"(?:ROOT|JOINT) (\S+)", GOOD)
    at = 3 + 3 * names.index(joint)
    offset = re.search(rf"JOINT {joint}\s*\{{\s*OFFSET (.*)", GOOD)[1].split()
    lines, channels = [], ""
    for line in MOTION.strip().split("\n")[3:]:
        numbers = line.split()
        channels, numbers[at : at + 3] = change(offset, numbers[at : at + 3])
        lines.append(" ".join(numbers))
    hierarchy = re.sub(
        rf"(JOINT {joint}\s*\{{\s*OFFSET .*\s*CHANNELS) .*", rf"\1 {len(channels.split())} {channels}", HIERARCHY
    )
    return hierarchy + "\n".join(MOTION.split("\n")[:3] + lines) + "\n"


ANGLES = "Zrotation Yrotation Xrotation"


@pytest.mark.parametrize(
    "change",
    [
        lambda offset, zyx: ("Xrotation", zyx[2:]),
        lambda offset, zyx: ("Yrotation Xrotation", zyx[1:]),
        lambda offset, zyx: ("Xposition Yposition Zposition " + ANGLES, offset + zyx),
        lambda offset, zyx: (ANGLES + " Xposition Yposition Zposition", zyx + offset),
        lambda offset, zyx: ("Xposition Yposition Zposition " + ANGLES, ["0", "0", "0", *zyx]),  # from its OFFSET
        lambda offset, zyx: ("Yposition " + ANGLES, [offset[1], *zyx]),
    ],
    ids=["one angle", "two angles", "places", "places behind", "places from the offset", "one coordinate"],
)
def test_joints_of_other_channels(tmp_path: Path, change):
    same(tmp_path, with_columns(change).encode())


@pytest.mark.parametrize(
    "channels", ["2 Zrotation Yrotation Xrotation", "3 Zrotation Zrotation Xrotation", "3 Xscale Yrotation Zrotation"]
)
def test_channels_that_are_none_are_named(tmp_path: Path, channels: str):
    text = GOOD.replace(f"CHANNELS 3 {ANGLES}", f"CHANNELS {channels}", 1)
    with pytest.raises(UserError, match=rf'^walk\.bvh gives LowerBack the channels "{channels}"'):
        read(tmp_path, text.encode())


def test_a_frame_time_of_nothing_with_a_rate_that_is_known(tmp_path: Path):
    path = tiny.write(tmp_path / "walk.bvh", re.sub("Frame Time: .*", "Frame Time: 0", GOOD))
    with pytest.raises(UserError, match=r"Frame Time is 0; .*clips\.csv"):
        read_bvh(path)
    assert len(read_bvh(path, fps=30.0)) == 12


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
