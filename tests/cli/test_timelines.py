"""Many timeline files on the command line, run as its users run it."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from motionclip_blender.cli.timelines_request import parse_timelines
from motionclip_blender.core.errors import UserError
from motionclip_blender.core.motion_files import amass
from tests.cli.command import names, needs_model, run


def folder_of(tmp_path: Path) -> Path:
    folder = tmp_path / "days"
    folder.mkdir()
    (folder / "b.txt").write_text("walks\nwaves\n", encoding="utf-8")
    (folder / "a.json").write_text('[{"prompt": "jumps", "frames": 50}, {"prompt": "bows", "frames": 40}]')
    (folder / "bad.json").write_text('[{"prompt": "walks", "speed": 2}]')
    (folder / "unknown.txt").write_text("walks\nplays the cello\n")
    (folder / "gone.json").write_text('["walks", {"action": "none.npz"}]')
    (folder / "notes.md").write_text("not one of them")
    return folder


@needs_model
def test_what_is_bad_is_named_and_the_rest_goes_on(tmp_path: Path):
    folder = folder_of(tmp_path)
    done = run(tmp_path, "--timelines", "days", "missing.txt", "--out", "made", "--json")
    assert done.returncode == 1, done.stderr
    told = json.loads(done.stdout)
    assert (told["made"], told["failed"]) == (2, 4)
    by_name = {Path(each["file"]).name: each for each in told["timelines"]}
    assert list(by_name) == ["a.json", "b.txt", "bad.json", "gone.json", "unknown.txt", "missing.txt"]
    assert names(tmp_path / "made") == {"a.npz", "b.npz"}
    assert by_name["a.json"]["frames"] == 90 == len(amass.read(tmp_path / "made" / "a.npz").motion)
    for name, sentence in {
        "bad.json": 'Segment 1: The field "speed" is unknown', "gone.json": "Segment 2: There is no file days/none.npz",
        "unknown.txt": 'Segment 2: Nothing known is like "plays the cello"', "missing.txt": "cannot be read",
    }.items():  # fmt: skip
        assert sentence in by_name[name]["error"] and "wrote" not in by_name[name]
        assert sentence in done.stderr and name in done.stderr
    one = run(tmp_path, "--timeline", folder / "a.json", "--npz", "one.npz")
    assert one.returncode == 0
    alone, many = (amass.read(tmp_path / path).motion for path in ("one.npz", "made/a.npz"))
    assert np.array_equal(alone.rotations, many.rotations) and np.array_equal(alone.translation, many.translation)
    again = run(tmp_path, "--timelines", folder / "a.json", "--out", "made", "--frames", "60")
    assert again.returncode == 0 and "1 of 1 timelines made" in again.stdout
    assert len(amass.read(tmp_path / "made" / "a-2.npz").motion) == 60, "no file is replaced unasked"


def test_what_cannot_be_begun(tmp_path: Path):
    (tmp_path / "empty").mkdir()
    (tmp_path / "file").write_text("")
    for asked, sentence in (
        (["--timelines", str(tmp_path / "empty"), "--out", str(tmp_path / "o")], "has no timeline files"),
        (["--timelines", str(tmp_path / "file"), "--out", str(tmp_path / "file")], "is no folder"),
        (["--timelines", "a.json"], "--out"),
        (["--timelines", "a.json", "--out", str(tmp_path / "o"), "--frames", "1"], "2 to 3,600"),
        (["--timelines", "a.json", "--prompts", "p.txt", "--out", "o"], "nrecognized"),
    ):
        with pytest.raises(UserError, match=sentence):
            parse_timelines(asked)
    assert names(tmp_path) == {"empty", "file"}
