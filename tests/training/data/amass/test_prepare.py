"""`python -m training prepare --amass`: whole folders, what is left out, and a run that is killed."""

from __future__ import annotations

import csv
import json
import pickle
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest

from motionclip_blender.core.errors import UserError
from tests.training.data.amass import made
from training.data.amass import prepare as command
from training.data.amass.files import read
from training.data.amass.prepare import Settings, prepare
from training.data.amass.shards import Shards, is_shards, numbers_path, words_path

ROOT = Path(__file__).parents[4]


@pytest.fixture(scope="module")
def source(tmp_path_factory) -> Settings:
    folder = tmp_path_factory.mktemp("source")
    return Settings(*made.write_amass(folder / "amass", folder / "babel"), size=7)


@pytest.fixture(scope="module", params=[False, True], ids=["mended", "legacy"])
def prepared(request, source, tmp_path_factory) -> tuple[Settings, Path]:
    settings = Settings(source.amass, source.babel, request.param, size=7)
    out = tmp_path_factory.mktemp("out") / "shards"
    prepare(settings, out, workers=1)
    return settings, out


def contents(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def skipped(folder: Path) -> dict[str, tuple[str, str]]:
    with (folder / "skipped.csv").open(encoding="utf-8", newline="") as file:
        return {row["what"]: (row["reason"], row["detail"]) for row in csv.DictReader(file)}


def test_windows_come_back_as_the_files_have_them(prepared):
    settings, out = prepared
    shards = Shards(out)
    assert is_shards(out) and not is_shards(settings.amass)
    assert shards.index["recordings"] == 12 and shards.legacy == settings.legacy
    assert len(shards) == sum(entry["windows"] for entry in shards.index["shards"])
    assert len(shards.index["shards"]) > 2
    for i, (window, origin) in enumerate(zip(shards.windows, shards.origins, strict=True)):
        recording = read(settings.amass / origin.path, settings.legacy)
        turns, trans = shards.read(i)
        np.testing.assert_array_equal(turns, recording.turns[window.start : window.stop])
        np.testing.assert_array_equal(trans, recording.trans[window.start : window.stop])
        np.testing.assert_array_equal(shards.read(i, 5, 65)[0], turns[5:65])


def test_both_splits(prepared):
    shards = Shards(prepared[1])
    by_set = {part: {shards.origins[i].path.split("/")[0] for i in shards.chosen("amass", part)} for part in
              ("train", "val", "test")}  # fmt: skip
    assert by_set == {
        "train": {"KIT", "CMU", "ACCAD", "BioMotionLab_NTroje"}, "val": {"MPI_HDM05", "SFU"}, "test": {"SSM_synced"}
    }  # fmt: skip
    in_val = {shards.origins[i].path.split("/")[-1].split("_")[0] for i in shards.chosen("babel", "val")}
    assert in_val == {"take005", "take011"}
    assert len(shards.chosen("babel", "train")) + len(shards.chosen("babel", "val")) == len(shards)
    with pytest.raises(UserError, match="no window in the part test"):
        shards.chosen("babel", "test")


def test_shards_may_go_to_another_process(prepared):
    shards = Shards(prepared[1])
    expected = shards.read(3)[0]
    np.testing.assert_array_equal(pickle.loads(pickle.dumps(shards)).read(3)[0], expected)


def test_what_is_left_out_stands_in_the_table(tmp_path, source, capsys):
    amass = tmp_path / "amass"
    shutil.copytree(source.amass, amass)
    made.write(amass / "KIT/s0/no_poses.npz", poses=None)
    made.write(amass / "KIT/s0/unknown_poses.npz")
    made.write(amass / "KIT/s0/short_poses.npz", 59, 30.0)
    (amass / "KIT/s0/cut_off_poses.npz").write_bytes(b"PK")
    shutil.copy(amass / "KIT/s0/take000_poses.npz", amass / "KIT/s0/take000_stageii.npz")
    train = list(json.loads((source.babel / "train.json").read_bytes()).values())
    label = [made.label("walk")]
    for name in ("no", "short", "cut_off", "gone"):
        train.append(made.entry(f"KIT/s0/{name}_poses.npz", 59 / 30, label))
    train[0]["frame_ann"] = {"labels": [made.label("walk", 3, 2), made.label("jump", 0, 9)]}
    val = list(json.loads((source.babel / "val.json").read_bytes()).values())
    babel = made.write_babel(tmp_path / "babel", train, val)
    out = tmp_path / "out"
    assert command.main(["--amass", str(amass), "--babel", str(babel), "--out", str(out), "--workers", "1"]) == 1
    left = skipped(out)
    assert left["KIT/s0/no_poses.npz"][0] == "not a motion" and "has no poses" in left["KIT/s0/no_poses.npz"][1]
    assert left["KIT/s0/unknown_poses.npz"][0] == "not in BABEL"
    assert left["KIT/s0/short_poses.npz"] == ("under 60 frames", "59 frames")
    assert left["KIT/s0/cut_off_poses.npz"][0] == "damaged"
    assert left["KIT/s0/take000_stageii.npz"][0] == "there twice"
    assert left["KIT/KIT/s0/gone_poses.npz"][0] == "not in AMASS's folder"
    assert left["KIT/s0/take000_poses.npz"][0] == "label left out"
    told = capsys.readouterr().out
    assert "1 damaged" in told and "1 not in BABEL" in told and "skipped.csv names them" in told


def test_further_annotations_become_windows(tmp_path, source):
    amass = tmp_path / "amass"
    shutil.copytree(source.amass, amass)
    made.write(amass / "KIT/s0/more_poses.npz", 361, 120.0)
    babel = shutil.copytree(source.babel, tmp_path / "babel")
    one = {"labels": [made.label("hops about")]}
    extra = made.entry("KIT/s0/more_poses.npz", 3.0, []) | {"seq_anns": [one], "frame_anns": None}
    gone = made.entry("KIT/s0/gone_poses.npz", 3.0, []) | {"seq_anns": [one], "frame_anns": None}
    bad = made.entry("KIT/s0/bad_poses.npz", 3.0, []) | {"seq_anns": [{}], "frame_anns": None}
    (babel / "extra_train.json").write_text(json.dumps({"0": extra, "1": gone, "2": bad}))
    (babel / "extra_val.json").write_text("{}")
    arguments = ["--amass", str(amass), "--babel", str(babel), "--workers", "1", "--out"]
    assert command.main([*arguments, str(tmp_path / "without")]) == 0
    assert skipped(tmp_path / "without")["KIT/s0/more_poses.npz"][0] == "not in BABEL"
    assert command.main([*arguments, str(tmp_path / "with"), "--extra"]) == 0
    shards, before = Shards(tmp_path / "with"), Shards(tmp_path / "without")
    told = [shards.windows[i].spans[0].raw for i in shards.chosen("babel", "train")
            if "more" in shards.origins[i].path]  # fmt: skip
    assert told == ["hops about"] and len(shards) == len(before) + 1
    assert shards.classes == before.classes
    left = skipped(tmp_path / "with")
    assert left["KIT/KIT/s0/gone_poses.npz"][0] == "not in AMASS's folder"
    assert left["KIT/KIT/s0/bad_poses.npz"][0] == "BABEL's entry"
    with pytest.raises(UserError, match="begun with other files of BABEL"):
        command.main([*arguments, str(tmp_path / "with")])
    with pytest.raises(UserError, match="leave out --extra or --legacy"):
        command.main([*arguments, str(tmp_path / "legacy"), "--extra", "--legacy"])


def test_folders_that_do_not_fit(tmp_path, source):
    with pytest.raises(UserError, match="one that BABEL labels"):
        made.write(tmp_path / "other/KIT/s0/x_poses.npz")
        prepare(Settings(tmp_path / "other", source.babel), tmp_path / "out", 1)
    (tmp_path / "full").mkdir()
    (tmp_path / "full/mine.txt").touch()
    with pytest.raises(UserError, match="is not empty"):
        prepare(source, tmp_path / "full", 1)
    only = made.write(tmp_path / "short/KIT/s0/a_poses.npz", 30, 30.0)
    babel = made.write_babel(tmp_path / "b", [made.entry("KIT/s0/a_poses.npz", 1, [made.label("a")])])
    with pytest.raises(UserError, match="No recording could be prepared .*under 60 frames"):
        prepare(Settings(only.parents[2], babel), tmp_path / "out2", 1)


def test_a_folder_that_was_begun_otherwise(tmp_path, source):
    prepare(source, tmp_path / "out", 1)
    for other, what in (
        (Settings(source.amass, source.babel, True, size=7), "--legacy"),
        (Settings(source.amass, source.babel, size=8), "--shard"),
    ):
        with pytest.raises(UserError, match=f"begun with other {what}"):
            prepare(other, tmp_path / "out", 1)
    (tmp_path / "classes.json").write_text('["walk"]')
    with pytest.raises(UserError, match="begun with other classes"):
        prepare(Settings(source.amass, source.babel, classes=tmp_path / "classes.json", size=7), tmp_path / "out", 1)


def test_shards_that_are_damaged_or_not_finished(tmp_path, prepared):
    folder = tmp_path / "shards"
    shutil.copytree(prepared[1], folder)
    numbers = numbers_path(folder, 1)
    whole = numbers.read_bytes()
    for rubbish in (whole[:-400], b"rubbish", b""):
        numbers.write_bytes(rubbish)
        with pytest.raises(UserError, match="shard-00001"):
            Shards(folder)
    numbers.write_bytes(whole)
    Shards(folder)
    words_path(folder, 1).write_text("{}")
    with pytest.raises(UserError, match="damaged"):
        Shards(folder)
    (folder / "index.json").unlink()
    with pytest.raises(UserError, match="to its end"):
        Shards(folder)


def test_a_shard_in_which_all_is_left_out(tmp_path, source):
    """The last files come to no window: they are remembered all the same, and the folder opens."""
    amass = tmp_path / "amass"
    shutil.copytree(source.amass, amass)
    made.write(amass / "ZZZ/s0/last_poses.npz")
    settings = Settings(amass, source.babel, size=1)
    index = prepare(settings, tmp_path / "out", 1)
    assert index["shards"][-1]["windows"] == 0 and "ZZZ/s0/last_poses.npz" in skipped(tmp_path / "out")
    assert len(Shards(tmp_path / "out")) == sum(entry["windows"] for entry in index["shards"])


def test_several_processes_write_the_same_bytes(tmp_path, prepared):
    settings, out = prepared
    prepare(settings, tmp_path / "out", workers=2)
    assert contents(tmp_path / "out") == contents(out)


@pytest.mark.skipif(sys.platform == "win32", reason="there is no SIGKILL")
@pytest.mark.parametrize("workers", [1, pytest.param(2, marks=pytest.mark.slow)])
def test_a_run_that_is_killed_goes_on_to_the_same_bytes(tmp_path, workers):
    source = Settings(*made.write_amass(tmp_path / "amass", tmp_path / "babel", 40), size=5)
    expected = tmp_path / "whole"
    prepare(source, expected, 1)
    out = tmp_path / "out"
    run = [
        sys.executable, "-m", "training", "prepare", "--amass", str(source.amass), "--babel", str(source.babel),
        "--out", str(out), "--shard", "5", "--workers", str(workers),
    ]  # fmt: skip
    kills = 0
    for wanted in (1, 6, 12):
        begun = subprocess.Popen(run, cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        deadline = time.monotonic() + 60
        while not words_path(out, wanted).exists() and begun.poll() is None and time.monotonic() < deadline:
            time.sleep(0.002)
        begun.send_signal(signal.SIGKILL)
        kills += begun.wait() == -signal.SIGKILL
        if begun.returncode == 0:
            break
    assert kills >= 2
    (out / ".shard-00099-dead.npy").write_bytes(b"half")  # what a kill in the middle of writing leaves
    subprocess.run(run, cwd=ROOT, check=True, timeout=120, stdout=subprocess.DEVNULL)
    assert contents(out) == contents(expected)
