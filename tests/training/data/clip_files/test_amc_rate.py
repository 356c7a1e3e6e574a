"""Frames per second of AMC files, and rest poses put in front of them."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from motionclip_blender.core.body import Body
from motionclip_blender.core.clip_files.amc_rate import amc_rate
from motionclip_blender.core.clip_files.asf_amc import read_amc
from motionclip_blender.core.clip_files.rest_frames import added_rest_frames
from motionclip_blender.core.errors import UserError
from motionclip_blender.core.retarget.source import SourceClip
from tests.paths import SHARED
from tests.training.data import people, tiny
from training.data.clip_files.catalogue import source_files

CMU = SHARED / "motions" / "cmu"

TEXT = tiny.amc(tiny.moves(60, "lhumerus", axis=2))
FIRST = TEXT.index("1\nroot")


def read(folder: Path, text: str, name: str = "07_01.amc", fps: float | None = None) -> SourceClip:
    return read_amc(tiny.write(folder / name, text), tiny.write(folder / "07.asf", tiny.asf()), fps)


# --- the rate


@pytest.mark.parametrize(
    ("line", "fps"),
    [
        (":SAMPLES-PER-SECOND 30", 30), (":samples-per-second 60.0", 60), ("# fps 60", 60), ("# 60 fps", 60),
        ("# Frame rate: 119.88", 119.88), ("# framerate=25", 25), ("# captured at 60 Hz", 60), ("#fps:100", 100),
        ("# 24 frames per second", 24), ("# Frames/sec = 50", 50),
    ],
)  # fmt: skip
def test_the_rate_of_the_header(tmp_path: Path, line: str, fps: float):
    clip = read(tmp_path, f"{line}\n{TEXT}")
    assert clip.fps == fps and clip.note == ""
    assert read(tmp_path, TEXT[:FIRST] + line + "\n" + TEXT[FIRST:]).fps == fps
    assert read(tmp_path, f"{line}\n{TEXT}", fps=240.0).fps == 240


@pytest.mark.parametrize(
    "line", ["# made in 2005 by 60 people", ":FULLY-SPECIFIED", "# C:\\fps\\take 60", "# 0 fps", "# frames 60"]
)
def test_headers_without_a_rate(tmp_path: Path, line: str):
    clip = read(tmp_path, f"{line}\n{TEXT}")
    assert clip.fps == 120 and "no rate is given, so 120 frames a second" in clip.note


@pytest.mark.parametrize(
    ("name", "fps"),
    [
        ("HDM_xy_01-01_01_120.amc", 120),
        ("HDM_bd_cartwheelLHandStart1Reps_001_060.amc", 60),
        ("hdm_tr_05-03_02_30.AMC", 30),
    ],
)
def test_the_rate_of_a_name_as_hdm05_has_it(tmp_path: Path, name: str, fps: float):
    clip = read(tmp_path, TEXT, name)
    assert clip.fps == fps and clip.note == ""


def test_a_name_like_cmus_says_no_rate(tmp_path: Path):
    assert read(tmp_path, TEXT, "07_60.amc").fps == 120


@pytest.fixture(scope="module")
def rest(open_body: Body) -> np.ndarray:
    return people.proportions(open_body)


@pytest.mark.parametrize("slower", [1.0, 0.8, 1.25])
def test_the_rate_is_guessed_by_how_fast_the_body_moves(rest: np.ndarray, slower: float):
    clip = people.walking(rest, 240)
    assert amc_rate(Path("a.amc"), "", _at(clip, 4 / slower), None)[0] == 120
    slow = _at(clip, 0.8 / slower)
    fps, note = amc_rate(Path("a.amc"), "", slow, None)
    assert fps in (30, 60) and "too fast" in note and "--fps" in note
    assert amc_rate(Path("a.amc"), "", slow, 24.0) == (24.0, "")


@pytest.mark.skipif(not CMU.is_dir(), reason="the motion clips are not beside the repository")
def test_guesses_on_real_recordings():
    """The files have 60 frames a second of recordings at 120; they are also resampled to 120 and to 30."""
    right = dict.fromkeys((120, 60, 30), 0)
    files = [file for file in source_files(CMU.parent) if file.kind == ".amc"][::8]
    for file in files:
        clip = read_amc(file.path, file.skeleton, 60.0)
        for fps in right:
            right[fps] += amc_rate(Path("a.amc"), "", _at(clip, fps / 60), None)[0] == fps
    assert len(files) == 16 and right[120] >= 15 and right[60] >= 12 and right[30] >= 11, right


def _at(clip: SourceClip, times: float) -> SourceClip:
    """Returns the clip with this many times as many frames."""
    frames = np.arange(0, len(clip) - 1, 1 / times)
    return replace(clip, rotations=_between(clip.rotations, frames), heads=_between(clip.heads, frames))


def _between(values: np.ndarray, frames: np.ndarray) -> np.ndarray:
    low = frames.astype(int)
    part = (frames - low).reshape(-1, *[1] * (values.ndim - 1))
    return values[low] * (1 - part) + values[np.minimum(low + 1, len(values) - 1)] * part


@pytest.mark.parametrize("frames", [1, 2, 3, 200])
def test_who_stands_still_or_for_a_moment_says_nothing(rest: np.ndarray, frames: int):
    clip = people.walking(rest, 240)
    still = replace(clip, rotations=clip.rotations[[0] * frames], heads=clip.heads[[0] * frames])
    assert amc_rate(Path("a.amc"), "", still, None)[0] == 120


# --- rest poses in front


def with_rests(rests: int, frames: int = 60) -> str:
    """Returns a clip of a person whose arms hang, with frames of the rest pose (a T-pose) in front."""
    still = np.zeros((rests, 3))
    moves = {
        bone: np.concatenate((still, np.tile((0, 0, sign * 75.0), (frames, 1)) + swing))
        for bone, sign, swing in (
            ("lhumerus", -1, tiny.moves(frames, axis=0, degrees=40)["left_elbow"]),
            ("rhumerus", 1, np.zeros((frames, 3))),
        )
    }  # fmt: skip
    return tiny.amc(moves)


@pytest.mark.parametrize("rests", [1, 2, 3, 40])
@pytest.mark.parametrize("fps", [30.0, 60.0, 120.0])
def test_rest_poses_in_front_are_dropped(tmp_path: Path, rests: int, fps: float):
    right = read(tmp_path, with_rests(0), fps=fps)
    clip = read(tmp_path, with_rests(rests), fps=fps)
    np.testing.assert_allclose(clip.heads, right.heads, atol=1e-9)
    assert len(clip.rotations) == len(right.rotations) == 60


def test_a_rest_pose_that_is_turned_and_moved_is_one(rest: np.ndarray):
    clip = people.walking(rest, 60)
    world = clip.rotations.copy()
    world[:, 17] = world[:, 19] = world[:, 21] = (np.cos(0.6), 0, 0, np.sin(0.6))  # an arm hangs
    world[:2] = (np.cos(0.5), 0, np.sin(0.5), 0)
    assert added_rest_frames(people.posed(rest, world, clip.heads[:, 0] + (3, 0, 3))) == 2


@pytest.mark.parametrize("pace", [20, 40, 60])
def test_who_lowers_the_arms_from_a_t_pose_keeps_every_frame(tmp_path: Path, pace: int):
    lowered = np.linspace(0, 75, pace)[:, None] * (0, 0, 1)
    assert len(read(tmp_path, tiny.amc({"lhumerus": -lowered, "rhumerus": lowered}), fps=60.0)) == pace


def test_a_leap_out_of_another_pose_is_no_added_rest_pose(tmp_path: Path):
    leap = np.repeat([(0, 0, -40.0), (0, 0, 40.0)], 20, axis=0)
    assert len(read(tmp_path, tiny.amc({"lhumerus": leap}), fps=60.0)) == 40


# --- as they are written elsewhere


@pytest.mark.parametrize(
    "change",
    [
        lambda text: text.replace(".", ",").encode(),
        lambda text: text.replace("\n", "\r\n").encode("utf-8-sig"),
        lambda text: text.encode("utf-16"),
        lambda text: ("# 左足を上げる センター\n" + text).encode("cp932"),
        lambda text: ("# Übung\n" + text).encode("latin-1"),
        lambda text: (text + "\x1a").replace("\n", "\r").encode(),
    ],
)
def test_other_ways_to_write_the_same(tmp_path: Path, change):
    right = read(tmp_path / "right", TEXT, fps=60.0)
    folder = tmp_path / "other"
    folder.mkdir()
    (folder / "a.amc").write_bytes(change(TEXT))
    (folder / "a.asf").write_bytes(change(tiny.asf()))
    clip = read_amc(folder / "a.amc", folder / "a.asf", 60.0)
    np.testing.assert_allclose(clip.heads, right.heads, atol=1e-9)


@pytest.mark.parametrize("fps", [0.001, 1e9])
def test_a_rate_at_which_nobody_is_recorded_is_refused(tmp_path: Path, fps: float):
    with pytest.raises(UserError, match=r"07_01\.amc says that it has .*; give its true rate, from 1 to 5000\.$"):
        read(tmp_path, TEXT, fps=fps)
    with pytest.raises(UserError, match=r"says that it has 1e\+09 frames a second"):
        read(tmp_path, f"{TEXT[:FIRST]}# 1000000000 fps\n{TEXT[FIRST:]}")
    tiny.write(tmp_path / "clips.csv", f"file,fps\n07_01,{fps:f}\n")
    with pytest.raises(UserError, match=r"clips\.csv gives a clip a rate of .*; correct it to frames a second, from 1"):
        source_files(tmp_path)
