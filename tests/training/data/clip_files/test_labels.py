"""Labels made elsewhere become spans of clips; those without a motion, and damaged files, are named."""

from __future__ import annotations

from pathlib import Path

import pytest

from motionclip_blender.core.errors import UserError
from tests.training.data import tiny
from training.data.clip_files.catalogue import source_files
from training.data.clip_files.collection import LabelsOf
from training.data.clip_files.labels import Label, Labels

NUMBERS = LabelsOf("*.txt", every=0.1, names=("jog", "squat"))


def block(file: str, first: object, last: object, kind: str, include: str = "") -> str:
    fields = {"defaultType": "x", "file": file, "startFrame": first, "endFrame": last, "include": include, "type": kind}
    return "".join(("{\n", *(f"\t{key}:{value}\n" for key, value in fields.items()), "},\n"))


def read(folder: Path, text: str, form: LabelsOf = LabelsOf("*.lab"), name: str = "a.lab") -> Labels:  # noqa: B008
    labels = Labels("mine")
    labels.add(tiny.write(folder / name, text), form)
    return labels


def test_blocks_are_read_in_seconds(tmp_path: Path):
    text = block("s_1.bvh", 30, 59, "dribble") + block("s_1.bvh", 0, 29, "") + block("S_1.BVH", 0, 14, "idle")
    labels = read(tmp_path, text + block("s_1.bvh", 60, 80, "pass", "false"))
    assert labels.of(tmp_path / "s_1.bvh") == (Label(0.0, 0.5, "idle"), Label(1.0, 2.0, "dribble"))
    assert labels.of(tmp_path / "s_2.bvh") == ()


def test_runs_of_numbers_are_read(tmp_path: Path):
    labels = read(tmp_path, "1 1 1 0 0 2 2", NUMBERS, "mocap6__13_29.txt")
    for clip in ("13_29.amc", "mocap6__13_29.amc"):
        assert [(label.name, round(label.start, 3), round(label.end, 3)) for label in labels.of(Path(clip))] == [
            ("jog", 0.0, 0.3), ("squat", 0.5, 0.7),
        ]  # fmt: skip


def test_an_empty_file_has_no_labels(tmp_path: Path):
    assert read(tmp_path, "").without_motion([]) == []


@pytest.mark.parametrize("text", ["no block", block("a.bvh", 9, 3, "walk"), block("a.bvh", "x", 3, "walk")])
def test_damaged_files_are_refused(tmp_path: Path, text: str):
    with pytest.raises(UserError, match=r"^a\.lab is no file of labels .*correct it, or leave it out\.$"):
        read(tmp_path, text)


@pytest.mark.parametrize("text", ["1 1 x", "1 3 1"])
def test_damaged_numbers_are_refused(tmp_path: Path, text: str):
    with pytest.raises(UserError, match=r"^a\.lab is no file of labels"):
        read(tmp_path, text, NUMBERS)


def test_labels_without_a_motion_and_damaged_ones_are_named_and_the_rest_goes_on(tmp_path: Path):
    base = tmp_path / "VSports/data/motions/basketData"
    tiny.write(base / "motion" / "s_003_1_1.bvh", "")
    tiny.write(
        base / "annotation" / "s_003_1.lab", block("s_003_1_1.bvh", 0, 29, "run") + block("s_9.bvh", 0, 9, "run")
    )
    tiny.write(base / "annotation" / "s_003_2.lab", "damaged")
    problems: list[str] = []
    (file,) = source_files(tmp_path, None, problems)
    assert file.labels == (Label(0.0, 1.0, "run"),)
    assert any("s_003_2.lab is no file of labels" in problem for problem in problems)
    assert any("vsports has labels of motions that are not there: s_9.bvh (s_003_1.lab)" in p for p in problems)
