"""Packs that were each trained without one collection, in one table."""

from __future__ import annotations

import json
import shutil

import pytest

pytest.importorskip("torch")

from motionclip_blender.core.errors import UserError
from motionclip_blender.core.motion_files import amass
from tests.synthetic import random_motion
from training.data import wordings
from training.data.captions import CaptionedSpan
from training.evaluation import evaluate
from training.evaluation import items as items_module
from training.evaluation.left_out import left_out, lines_of

CLIPS = {
    "kaykit/a": "walk",
    "kaykit/b": "wave",
    "o3de/a": "walk",
    "o3de/b": "wave",
    "o3de/c": "spin",
    "cmu/01_01": "walk",
}


def told(clip: str, action: str) -> CaptionedSpan:
    return CaptionedSpan(clip, action, (action,), True, "hold")


@pytest.fixture
def packs(tmp_path, monkeypatch, tiny_pack, no_text_tower):
    """Packs that were trained without a collection, beside the prepared clips."""
    spans = [told(clip, action) for clip, action in CLIPS.items()]
    for module in (items_module, wordings):
        monkeypatch.setattr(module, "load_captions", lambda folder=None: [] if folder else spans)
    for seed, clip in enumerate(CLIPS):
        amass.save(random_motion(40, seed=seed), tmp_path / f"{clip}.npz")
    (tmp_path / "index.json").write_text(json.dumps({"clips": [{"clip": clip} for clip in CLIPS]}))

    def pack(split):
        folder = tmp_path / "packs" / str(split).replace(":", "-")
        shutil.copytree(tiny_pack, folder)
        description = json.loads((folder / "pack.json").read_text())
        (folder / "pack.json").write_text(json.dumps(description | {"info": {"split": split, "more": True}}))
        return folder

    return pack


def test_each_pack_is_measured_on_what_it_was_trained_without(tmp_path, packs, capsys):
    folders = [packs("unseen:o3de"), packs("unseen:cmu")]
    found = left_out(folders, tmp_path, None, lambda _: None)
    assert list(found["sources"]) == ["o3de", "cmu"]
    o3de, cmu = found["sources"].values()
    assert (o3de["spans"], o3de["classes"], o3de["unseen"]) == (2, 2, True)  # nothing else spins
    assert (cmu["spans"], cmu["classes"], cmu["top1"]) == (1, 1, 100)  # one class is always right, and not counted
    assert found["mean"] == {name: o3de[name] for name in found["mean"]}
    lines = lines_of(found)
    assert (
        lines[2].startswith(f"| o3de | 2 | 2 | {o3de['top1']:.1f} | ")
        and lines[-1] == "| aim |  |  | 40 | 70 |  |  | 45 |"
    )
    assert lines_of({"sources": {"cmu": cmu}, "mean": None})[-1].startswith("| cmu | 1 | 1 | 100.0 |")

    out = tmp_path / "out"
    arguments = ["--data", str(tmp_path), "--out", str(out), "--left-out", *map(str, folders)]
    assert evaluate.main(arguments) == 0
    assert json.loads((out / "left_out.json").read_text())["mean"]["mm"] == pytest.approx(found["mean"]["mm"])
    assert lines[2] in capsys.readouterr().out


def test_a_pack_that_was_trained_without_people_is_refused(tmp_path, packs):
    with pytest.raises(UserError, match="people was not trained without a collection"):
        left_out([packs("people")], tmp_path, None, lambda _: None)
