"""Motions that are looked up by label, in both forms that are prepared."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from motionclip_blender.core.errors import UserError
from motionclip_blender.core.motion import Motion
from motionclip_blender.core.motion_files import amass
from motionclip_blender.core.motion_files.prepared import PreparedMotions
from tests.training.data.amass import made
from training.data.amass.prepare import Settings, prepare
from training.data.amass.shards import Shards
from training.data.captions import CaptionedSpan
from training.data.index import write_index


def wandering(frames: int, seed: int) -> Motion:
    times = np.arange(frames) / 30
    poses = 0.3 * made.poses_at(times, seed, 165)
    poses[:, :3] = 0
    return Motion.from_axis_angle(poses, np.stack((0.5 * times, 0 * times, seed + 0 * times), axis=1))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    clips, spans = [], []
    for i, name in enumerate(("own/train", "own/held")):
        motion = wandering(150, i)
        amass.save(motion, tmp_path / f"{name}.npz")
        clips.append({"clip": name, "file": f"{name}.npz", "seconds": motion.seconds})
        walks = CaptionedSpan(name, "walk", ("a person walks", "Drink from  mug"), True, "hold", end=1.0)
        spans += [walks, CaptionedSpan(name, "run", ("walk",), True, "hold", start=2.0, end=4.5)]
    index = write_index(tmp_path, clips, spans)
    for entry in index:
        entry["split"] = "test" if entry["clip"] == "own/held" else "train"
    (tmp_path / "index.json").write_text(json.dumps({"clips": index}), encoding="utf-8")
    return tmp_path


def test_a_label_is_its_span_of_a_held_out_clip(folder: Path):
    prepared = PreparedMotions(folder)
    assert set(prepared.labels) == {"run", "walk", "a person walks", "Drink from mug"}
    found = prepared.find(" RUN ")
    whole = amass.load(folder / "own/held.npz")
    assert found.place == "own/held, 2.0 to 4.5 s" and len(found.motion) == 75
    assert np.allclose(found.motion.translation, whole.translation[60:135])
    # a class goes before a wording, even of a shorter span
    assert prepared.find("walk").place == "own/held, 0.0 to 1.0 s"
    assert prepared.find("drink from mug").place == "own/held, 0.0 to 1.0 s"


def test_a_label_that_is_not_there_names_the_nearest(folder: Path):
    with pytest.raises(UserError, match='labelled "wlak"; the nearest labels are "walk", '):
        PreparedMotions(folder).find("wlak")
    with pytest.raises(UserError, match='"Drink from mug"'):
        PreparedMotions(folder).find("drink")


def test_a_file_of_a_label_that_is_gone(folder: Path):
    (folder / "own/held.npz").unlink()
    with pytest.raises(UserError, match="held.npz"):
        PreparedMotions(folder).find("walk")


@pytest.mark.parametrize(
    ("index", "sentence"),
    [
        (None, "holds no prepared motions"),
        ("{", "damaged"),
        ("[]", "damaged"),
        ("{}", "damaged"),
        ('{"clips": []}', "has a label"),
        ('{"clips": [{"clip": "a", "file": "a.npz", "label": null, "captions": [], "spans": []}]}', "has a label"),
        ('{"clips": [{"clip": "a", "file": 3, "label": "walk"}]}', "damaged"),
        ('{"format": "motionclip-amass", "version": 1, "fps": 30, "joints": ["pelvis"], "shards": [{}]}', "missing"),
        ('{"format": "motionclip-amass", "version": 1, "fps": 30, "joints": ["tail"], "shards": []}', "damaged"),
    ],
)
def test_an_index_that_is_damaged(tmp_path: Path, index, sentence):
    if index is not None:
        (tmp_path / "index.json").write_text(index)
    with pytest.raises(UserError, match=sentence):
        PreparedMotions(tmp_path)


@pytest.mark.parametrize("legacy", [False, True], ids=["mended", "legacy"])
def test_windows_of_amass_stand_upright(tmp_path: Path, legacy):
    source = made.write_amass(tmp_path / "amass", tmp_path / "babel", files=6)
    prepare(Settings(*source, legacy, size=4), tmp_path / "out", workers=1)
    prepared, shards = PreparedMotions(tmp_path / "out"), Shards(tmp_path / "out")
    assert set(prepared.labels) == {span.raw for window in shards.windows for span in window.spans}
    held = {
        origin.path for origin in shards.origins if origin.amass in ("val", "test") or origin.babel in ("val", "test")
    }
    for label in prepared.labels:
        found = prepared.find(label)
        path, length = found.place.split(", ")
        shown = [
            (i, span) for i, window in enumerate(shards.windows) for span in window.spans
            if span.raw == label and shards.origins[i].path == path
        ]  # fmt: skip
        assert shown, f"{path} shows no {label}"
        assert path in held or not any(
            span.raw == label and shards.origins[i].path in held
            for i, window in enumerate(shards.windows) for span in window.spans
        )  # fmt: skip
        assert abs(len(found.motion) - 30 * float(length.split()[0])) < 2 and found.motion.fps == 30
        # they stand in a world whose Z is up, 0.7 m over the floor's pelvis, and walk along X
        assert np.allclose(found.motion.matrices[:, 0], np.eye(3), atol=1e-5)
        assert np.ptp(found.motion.translation[:, 1]) < 1e-3 or legacy
        assert abs(np.diff(found.motion.translation[:, 0]).mean() * 30 - 0.5) < 0.1  # legacy strides
    with pytest.raises(UserError, match='nearest labels are "walk"'):
        prepared.find("walking")


def test_a_shard_that_is_gone_or_short(tmp_path: Path):
    source = made.write_amass(tmp_path / "amass", tmp_path / "babel", files=2)
    prepare(Settings(*source, size=100), tmp_path / "out", workers=1)
    prepared = PreparedMotions(tmp_path / "out")
    label = prepared.labels[-1]
    shard = tmp_path / "out/shard-00000.npy"
    np.save(shard, np.load(shard)[:3])
    with pytest.raises(UserError, match="shorter than its index"):
        prepared.find(label)
    shard.unlink()
    with pytest.raises(UserError, match="missing"):
        prepared.find(label)
