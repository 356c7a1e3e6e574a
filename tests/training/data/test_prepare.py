"""`python -m training prepare`: motions, index, report, later runs."""

from __future__ import annotations

import json
import math
import shutil
import sys
from pathlib import Path

import numpy as np
import pytest

pytest.importorskip("bpy")

from motionclip_blender.core.errors import UserError
from motionclip_blender.core.motion import heading
from motionclip_blender.core.motion_files import amass
from tests.paths import SHARED
from tests.training.data import tiny
from tests.training.data.preparing import files_in
from training.data import prepare_file as module
from training.data.index import read_index
from training.data.prepare import main, prepare
from training.data.report import summary

MOTIONS = SHARED / "motions"


def write_sources(folder: Path) -> Path:
    """Five clips in four formats."""
    tiny.write(folder / "mine" / "bend.bvh", tiny.bvh(tiny.moves(40, "left_knee", axis=0)))
    tiny.write(folder / "mine" / "reach.amc", tiny.amc(tiny.moves(80, "lhumerus", axis=2)))
    tiny.write(folder / "mine" / "reach.asf", tiny.asf())
    crouch = {f"{side}_knee": -np.linspace(0, 1, 30) for side in ("left", "right")}
    tiny.write(folder / "crouch.humanoid3d.json", tiny.humanoid3d(tiny.humanoid3d_frames(30, crouch)))
    animations = {"Swing": tiny.moves(31), "Nod": tiny.moves(21, "head", axis=0), "T-Pose": tiny.moves(2)}
    tiny.write(folder / "cc0" / "kaykit" / "all.gltf", tiny.gltf(animations))
    shutil.move(folder / "cc0" / "kaykit" / "all.gltf", folder / "cc0" / "kaykit" / "all.glb")  # Blender reads either
    return folder


# --- one run, looked at from all sides


@pytest.fixture(scope="module")
def prepared(tmp_path_factory) -> tuple[Path, Path]:
    """(sources, out) of a run of two processes, with pictures."""
    folder = tmp_path_factory.mktemp("prepare")
    sources, out = write_sources(folder / "sources"), folder / "out"
    assert main(["--source", str(sources), "--out", str(out), "--workers", "2"]) == 0
    return sources, out


CLIPS = {"own/crouch": 30, "kaykit/Swing": 31, "kaykit/Nod": 21, "mine/bend": 40, "mine/reach": 20}


def test_every_clip_becomes_a_motion(prepared):
    _, out = prepared
    for clip, frames in CLIPS.items():
        motion = amass.load(out / f"{clip}.npz")
        assert motion.fps == 30 and len(motion) == frames, clip
        assert abs(heading(motion.rotations[0, 0])) < 1e-3
    assert {str(path.relative_to(out)) for path in out.rglob("*.npz")} == {f"{clip}.npz" for clip in CLIPS}


def test_the_index_names_every_clip(prepared):
    _, out = prepared
    clips = {clip["clip"]: clip for clip in read_index(out)}
    assert set(clips) == set(CLIPS)
    swing, reach = clips["kaykit/Swing"], clips["mine/reach"]
    assert swing["source"] == "kaykit" and swing["licence"] == "CC0-1.0" and "Kay Lousberg" in swing["credit"]
    assert reach["source"] == "mine" and reach["licence"] == "unknown" and reach["format"] == "amc"
    assert reach["frames"] == 20 and reach["seconds"] == pytest.approx(19 / 30, abs=1e-3) and reach["fps"] == 30
    for clip in clips.values():
        assert (out / clip["file"]).is_file() and clip["split"] in ("train", "test")
        assert max(clip["errors"]["degrees"].values()) < 3, clip["clip"]
        assert clip["errors"]["penetration"] < 0.01


def test_the_report_shows_every_clip(prepared):
    _, out = prepared
    page, figures = (out / "report.html").read_text(), json.loads((out / "report.json").read_text())
    assert "Every clip could be read." in page and figures["problems"] == []
    assert set(figures["sources"]) == {"kaykit (glb)", "mine (amc)", "mine (bvh)", "own (json)"}
    for clip in CLIPS:
        picture = out / "sheets" / f"{clip}.png"
        assert picture.stat().st_size > 2000 and f'src="sheets/{clip}.png"' in page


def test_a_second_run_does_nothing(prepared):
    sources, out = prepared
    before = files_in(out)
    assert prepare(sources, out, workers=2) == []
    after = files_in(out)
    assert set(before) == set(after)
    written_anew = {name for name in before if before[name] != after[name]}
    assert written_anew <= {"index.json", "report.json", "report.html"}


def test_only_what_is_asked_for(prepared, tmp_path: Path):
    sources, _ = prepared
    assert prepare(sources, tmp_path / "out", only="mine", workers=1, pictures=False) == []
    assert {clip["clip"] for clip in read_index(tmp_path / "out")} == {"mine/bend", "mine/reach"}
    assert not (tmp_path / "out" / "sheets").exists()
    assert "<img" not in (tmp_path / "out" / "report.html").read_text()
    with pytest.raises(UserError, match=r"^No clip under .* has 'dances' in its path"):
        prepare(sources, tmp_path / "out", only="dances")


def test_a_file_that_changed_is_made_anew_and_no_other(prepared, tmp_path: Path):
    sources, out = (shutil.copytree(folder, tmp_path / folder.name) for folder in prepared)
    # times say when a file was changed; the copies have those of the originals
    assert prepare(sources, out, workers=1, pictures=False) == []
    before = files_in(out)
    tiny.write(sources / "mine" / "bend.bvh", tiny.bvh(tiny.moves(25, "left_knee", axis=0)))
    (out / "own" / "crouch.npz").unlink()
    assert prepare(sources, out, workers=1, pictures=False) == []
    after = files_in(out)
    changed = {name for name in after if before.get(name) != after[name] and name.endswith(".npz")}
    assert changed == {"mine/bend.npz", "own/crouch.npz"}
    assert len(amass.load(out / "mine" / "bend.npz")) == 25


@pytest.mark.parametrize("text", [None, "{", json.dumps({"mine": {"sides": ["L", "R"], "tail": "Tail"}})])
def test_rig_maps_that_are_broken_are_said_at_once(tmp_path: Path, text: str | None):
    tiny.write(tmp_path / "sources" / "a.bvh", "")
    own = tmp_path / "own.json" if text is None else tiny.write(tmp_path / "own.json", text)
    with pytest.raises(UserError, match=r"own\.json"):
        prepare(tmp_path / "sources", tmp_path / "out", own_maps=own)
    assert not (tmp_path / "out").exists()


# --- real motions


@pytest.fixture(scope="module")
def real(tmp_path_factory) -> list[dict]:
    """Prepares the captioned collections, without the folder `more`, which holds rigs without a map."""
    chosen, out = tmp_path_factory.mktemp("chosen"), tmp_path_factory.mktemp("real")
    for path in MOTIONS.iterdir():
        if path.name != "more":
            (chosen / path.name).symlink_to(path)
    assert prepare(chosen, out, pictures=False) == []
    return read_index(out)


needs_motions = pytest.mark.skipif(not MOTIONS.is_dir(), reason="the motion clips are not beside the repository")


@pytest.mark.slow
@needs_motions
def test_every_real_clip_is_prepared_and_keeps_within_the_limits(real: list[dict]):
    assert len(real) >= 440
    for group, figures in summary(real).items():
        assert figures["degrees"] < (3 if group.startswith("cmu") else 6), group
        assert figures["penetration_cm"] < 1, group
        assert figures["sliding_cm_s"] <= 1.3 * figures["source_sliding_cm_s"] + 0.1, group  # some sources stand still
    floating = {c["clip"]: c["errors"]["float"] for c in real if (c["errors"]["float"] or 0) > 0.03}
    assert floating == {}
    for clip in real:
        assert clip["frames"] >= 2 and all(math.isfinite(angle) for angle in clip["errors"]["degrees"].values())


@pytest.mark.slow
@needs_motions
def test_real_rates_are_those_of_the_table_and_added_rest_frames_are_dropped(real: list[dict]):
    clips = {clip["clip"]: clip for clip in real}
    assert clips["cmu/60_10"]["frames"] == pytest.approx(19.97 * 30, abs=3)  # at 60 fps; its header says 120
    assert {clip["format"] for clip in real if clip["source"] == "cmu"} == {"amc", "bvh", "json"}


def test_one_limb_that_is_wrong_is_enough_to_refuse(tmp_path: Path):
    limbs = dict.fromkeys(("upper_arm", "forearm", "thigh", "shin", "hips", "shoulders", "spine", "head"), 2.0)
    module._check(module.Errors(limbs | {"hips": 25.0}, 0.0, 0.0, 0.0, 0.0))
    with pytest.raises(UserError, match="most of all the forearm, by 60"):
        module._check(module.Errors(limbs | {"forearm": 60.0}, 0.0, 0.0, 0.0, 0.0))


@pytest.mark.skipif(sys.platform != "linux", reason="capitals tell files apart")
def test_of_two_clips_of_one_name_in_other_capitals_one_file_is_left(tmp_path: Path):
    for number, name in enumerate(("Walk", "walk")):
        tiny.write(tmp_path / "in" / f"{name}.bvh", tiny.bvh(tiny.moves(20 + number, "left_knee", axis=0)))
    problems = prepare(tmp_path / "in", tmp_path / "out", workers=1, pictures=False)
    assert len(problems) == 1
    (entry,) = read_index(tmp_path / "out")
    assert [path.name for path in (tmp_path / "out" / "own").glob("*.npz")] == [Path(entry["file"]).name]


def test_the_index_tells_captions_of_ones_own(tmp_path: Path):
    tiny.write(tmp_path / "in" / "mine" / "bend.bvh", tiny.bvh(tiny.moves(20, "left_knee", axis=0)))
    line = {"clip": "mine/bend", "action": "bend", "captions": ["bends a knee"], "exemplar": True, "after": "hold"}
    tiny.write(tmp_path / "own" / "mine.jsonl", json.dumps(line))
    given = ["--source", str(tmp_path / "in"), "--out", str(tmp_path / "out"), "--workers", "1", "--no-pictures"]
    assert main([*given, "--captions", str(tmp_path / "own")]) == 0
    (entry,) = read_index(tmp_path / "out")
    assert entry["label"] == "bend" and entry["captions"] == ["bends a knee"]
    with pytest.raises(UserError, match="holds no captions"):
        main([*given, "--captions", str(tmp_path / "in")])


def test_what_earlier_runs_prepared_stays(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    def write(place: str, frames: int) -> Path:
        return tiny.write(tmp_path / place, tiny.bvh(tiny.moves(frames, "left_knee", axis=0)))

    def clips(source: str, *options: str) -> dict[str, int]:
        given = ["--source", str(tmp_path / source), "--out", str(tmp_path / "out"), "--workers", "1", "--no-pictures"]
        assert main([*given, *options]) == 0
        return {clip["clip"]: clip["frames"] for clip in read_index(tmp_path / "out")}

    write("a/mine/bend.bvh", 20)
    gone = write("a/mine/other.bvh", 21)
    write("b/yours/bend.bvh", 22)
    assert clips("a") == {"mine/bend": 20, "mine/other": 21}
    assert clips("b") == {"mine/bend": 20, "mine/other": 21, "yours/bend": 22}
    assert "Clips of earlier runs that stay in" in capsys.readouterr().err
    assert clips("a", "--only", "other") == {"mine/bend": 20, "mine/other": 21, "yours/bend": 22}
    write("b/mine/bend.bvh", 23)
    capsys.readouterr()
    assert clips("b") == {"mine/bend": 23, "mine/other": 21, "yours/bend": 22}
    assert "mine/bend: this run's takes the place of the one that an earlier run prepared." in capsys.readouterr().err
    gone.unlink()  # whose clip goes with it
    assert clips("a") == {"mine/bend": 20, "yours/bend": 22}


@pytest.mark.parametrize("text", ["1e9", "0.5", "-30", "nan", "thirty"])
def test_no_rate_is_taken_at_which_nobody_is_recorded(text: str, capsys: pytest.CaptureFixture[str]):
    with pytest.raises(SystemExit):
        main(["--source", "in", f"--fps={text}"])
    assert f"{text} is no rate of a recording; give frames a second, from 1 to 5000" in capsys.readouterr().err
