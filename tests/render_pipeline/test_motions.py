"""The motions of a folder, and the captions in its index."""

from __future__ import annotations

import json
import os
import shutil
from pathlib import Path

import numpy as np
import pytest

from motionclip_blender.core.body import Body
from motionclip_blender.core.errors import UserError
from motionclip_blender.core.motion import Motion
from motionclip_blender.core.motion_files import amass
from render_pipeline.motions import Captions, Motions

from .conftest import call, read

WALKS = ["a person walks"]


@pytest.fixture(scope="module")
def npz(tmp_path_factory) -> Path:
    """A motion of three frames."""
    path = tmp_path_factory.mktemp("one") / "walk.npz"
    rotations = np.tile([1.0, 0, 0, 0], (3, 55, 1))
    amass.save(Motion(rotations, np.zeros((3, 3)), 30.0), path, np.zeros(10))
    return path


def put(npz: Path, folder: Path, *names: str | bytes) -> Path:
    for name in names:
        path = Path(os.fsdecode(os.fsencode(folder) + b"/" + os.fsencode(name)))
        path.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(npz, path)
    return folder


# --- files and folders


def test_motions_behind_links_in_capitals_and_of_any_name(npz: Path, tmp_path: Path, open_body: Body):
    put(npz, tmp_path / "disk", "walk.npz", "deep/RUN.NPZ")
    data = put(npz, tmp_path / "data", "a.npz", "A.Npz", "b.NPZ", b"L\xe4ufer.npz", "._a.npz", ".half-written.npz")
    (data / "CMU").symlink_to(tmp_path / "disk")
    (tmp_path / "disk" / "back").symlink_to(data)
    (data / "none").symlink_to(tmp_path / "nothing")
    motions = Motions(data, open_body)
    assert motions.names == ["A", "CMU/deep/RUN", "CMU/walk", "L%E4ufer", "a", "b"]
    assert [len(motions.load(name).motion) for name in motions.names] == [3] * 6
    assert len(motions.sizes()) == 6
    (problem,) = motions.problems
    assert "none is a link to what is not there" in problem


@pytest.mark.parametrize(
    "error", [KeyError("poses"), MemoryError(), ValueError("in\ntwo lines"), OSError(5, "I/O error")]
)
def test_whatever_is_wrong_with_a_motion_is_a_sentence(npz: Path, tmp_path: Path, open_body: Body, error, monkeypatch):
    motions = Motions(put(npz, tmp_path, "a.npz"), open_body)

    def fail(*_: object):
        raise error

    monkeypatch.setattr(amass, "load", fail)
    with pytest.raises(UserError, match=rf"^a\.npz cannot be read \({type(error).__name__}.*\); make it again"):
        motions.load("a")


def test_two_motions_of_one_name_are_both_there(npz: Path, tmp_path: Path, open_body: Body):
    assert Motions(put(npz, tmp_path, "a.npz", "a.NPZ"), open_body).names == ["a", "a.npz"]


def test_frames_of_linked_motions(npz: Path, tmp_path: Path):
    put(npz, tmp_path / "disk", "walk.npz", b"L\xe4ufer.npz")
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "CMU").symlink_to(tmp_path / "disk")
    index = [{"file": "CMU\\walk.npz", "captions": WALKS}, {"file": "CMU\\gone.npz", "captions": WALKS}]
    (tmp_path / "data" / "index.json").write_bytes(b"\xef\xbb\xbf" + json.dumps(index).encode())
    done = call(tmp_path / "data", tmp_path / "out", "--per-motion", "1")
    assert done.returncode == 0, done.stderr
    assert "has captions for 1 motion that is not there (CMU\\gone.npz); correct the names." in done.stderr
    told = {sample.told["motion"]: sample.told["caption"] for sample in read(tmp_path / "out").values()}
    assert told == {"CMU/walk": "a person walks", "CMU/L%E4ufer": None}


# --- the index


def captions(folder: Path, entries: list[dict], *names: str, encoding: str = "utf-8") -> Captions:
    (folder / "index.json").write_bytes(json.dumps(entries, ensure_ascii=False).encode(encoding))
    return Captions(folder, names)


@pytest.mark.parametrize(
    ("entry", "name"),
    [
        ({"file": "cmu/walk.npz"}, "cmu/walk"),
        ({"file": "cmu\\walk.npz"}, "cmu/walk"),
        ({"clip": "cmu\\walk"}, "cmu/walk"),
        ({"file": ".\\cmu\\walk.npz"}, "cmu/walk"),
        ({"file": "CMU\\Walk.NPZ"}, "cmu/walk"),
        ({"file": "cmu/walk.npz"}, "CMU/Walk"),
        ({"file": "walk.npz", "source": "cmu"}, "cmu/walk"),
        ({"file": "deep\\walk.npz", "source": "cmu\\01"}, "cmu/01/deep/walk"),
        ({"file": "La\u0308ufer.npz"}, "L\u00e4ufer"),
        ({"file": "cmu\\walk.npz"}, "cmu\\walk"),
        ({"file": "walk.1.npz"}, "walk.1"),
    ],
)
def test_an_entry_finds_its_motion(tmp_path: Path, entry: dict, name: str):
    found = captions(tmp_path, [entry | {"captions": WALKS}], name, "other")
    assert found.at(name, 0.0) == WALKS and found.at("other", 0.0) == [] and found.strangers == []


def test_capitals_matter_where_motions_differ_by_them_alone(tmp_path: Path):
    entries = [{"file": "Walk.npz", "captions": ["big"]}, {"file": "walk.npz", "captions": ["small"]},
               {"file": "WALK.npz", "captions": ["either"]}]  # fmt: skip
    found = captions(tmp_path, entries, "Walk", "walk")
    assert found.at("Walk", 0) == ["big"] and found.at("walk", 0) == ["small"] and found.strangers == ["WALK.npz"]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-32"])
def test_an_index_in_another_encoding(tmp_path: Path, encoding: str):
    found = captions(tmp_path, [{"file": "Läufer.npz", "captions": ["läuft"]}], "Läufer", encoding=encoding)
    assert found.at("Läufer", 0.0) == ["läuft"]


def test_an_index_that_is_no_unicode_is_refused_in_words(tmp_path: Path):
    with pytest.raises(UserError, match=r"index\.json is no index of motions"):
        captions(tmp_path, [{"file": "Läufer.npz", "captions": ["läuft"]}], "Läufer", encoding="latin-1")


def test_entries_of_motions_that_are_not_there_are_named_if_they_have_captions(tmp_path: Path):
    entries = [
        {"file": "gone.npz", "captions": WALKS},
        {"clip": "gone, too", "spans": [{"captions": []}, {"captions": WALKS}, {"captions": WALKS}]},
        {"file": "without.npz"},
        {"captions": WALKS},
        {"file": "here.npz", "captions": WALKS},
    ]
    assert captions(tmp_path, entries, "here").strangers == ["gone.npz", "gone, too", "an entry of no name"]


def test_without_an_index_nothing_is_known(tmp_path: Path):
    found = Captions(tmp_path, ["walk"])
    assert found.at("walk", 0.0) == [] and found.strangers == []
