"""`index.json`: origin, captions and split of each prepared clip."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from motionclip_blender.core.errors import UserError
from training.data import index as module
from training.data.captions import CaptionedSpan
from training.data.index import read_index, write_index


def clip(name: str, seconds: float = 10.0) -> dict:
    return {"clip": name, "file": f"{name}.npz", "seconds": seconds}


def span(name: str, action: str, *captions: str, **more) -> CaptionedSpan:
    return CaptionedSpan(name, action, captions or (action,), False, "hold", **more)


def test_clips_are_in_order_and_keep_what_is_known_of_them(tmp_path: Path):
    written = write_index(tmp_path, [clip("b/two"), clip("a/one") | {"licence": "CC0-1.0"}], [])
    assert [entry["clip"] for entry in written] == ["a/one", "b/two"]
    assert written[0]["licence"] == "CC0-1.0" and written[0]["file"] == "a/one.npz"
    assert read_index(tmp_path) == written == json.loads((tmp_path / "index.json").read_text())["clips"]


def test_a_clip_without_captions(tmp_path: Path):
    (entry,) = write_index(tmp_path, [clip("a/one")], [span("a/other", "walk")])
    assert entry["label"] is None and entry["captions"] == [] and entry["spans"] == []


def test_spans_and_captions_of_a_clip(tmp_path: Path):
    spans = [
        span("a/one", "walk", "walks", "goes", start=0.0, end=4.0),
        span("a/one", "jump", "jumps", "goes", start=4.0, style=("high",)),
        span("a/other", "run"),
    ]
    (entry,) = write_index(tmp_path, [clip("a/one")], spans)
    assert entry["captions"] == ["walks", "goes", "jumps"]
    assert entry["label"] == "jump"  # which lasts longest
    assert entry["spans"] == [
        {"start": 0.0, "end": 4.0, "label": "walk", "style": [], "captions": ["walks", "goes"]},
        {"start": 4.0, "end": 10.0, "label": "jump", "style": ["high"], "captions": ["jumps", "goes"]},
    ]


def test_a_span_ends_with_its_clip_at_the_latest(tmp_path: Path):
    (entry,) = write_index(tmp_path, [clip("a/one", 3.0)], [span("a/one", "walk", end=3.2)])
    assert entry["spans"][0]["end"] == 3.0


def test_motions_made_of_several_clips_caption_none_of_them(tmp_path: Path):
    mixed = span("a/one", "wave", "walks and waves", limbs={"right_arm": "a/two"})
    first, second = write_index(tmp_path, [clip("a/one"), clip("a/two")], [mixed, span("a/one", "walk")])
    assert first["captions"] == ["walk"] and first["label"] == "walk" and second["captions"] == []


def test_the_split_is_that_of_the_take(tmp_path: Path, monkeypatch):
    monkeypatch.setattr(module, "is_test", lambda name: name == "a/one")
    first, second = write_index(tmp_path, [clip("a/one"), clip("a/two")], [])
    assert first["split"] == "test" and second["split"] == "train"


def test_two_clips_of_one_name(tmp_path: Path):
    with pytest.raises(UserError, match=r"^Two clips are called a/one; rename one of them\.$"):
        write_index(tmp_path, [clip("a/one"), clip("a/one")], [])
    assert not (tmp_path / "index.json").exists()


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_an_index_that_was_written_on_windows(tmp_path: Path, encoding: str):
    entries = {"clips": [{"clip": "cmu\\Läufer", "file": "cmu\\Läufer.npz", "label": "a\\b"}]}
    (tmp_path / "index.json").write_bytes(json.dumps(entries, ensure_ascii=False).encode(encoding))
    assert read_index(tmp_path) == [{"clip": "cmu/Läufer", "file": "cmu/Läufer.npz", "label": "a\\b"}]


def test_a_folder_without_an_index(tmp_path: Path):
    with pytest.raises(UserError, match="has no index; run `python -m training prepare"):
        read_index(tmp_path)


@pytest.mark.parametrize("text", ["", "{", "[]", "{}", '{"clips": [3]}'])
def test_an_index_that_is_damaged(tmp_path: Path, text: str):
    (tmp_path / "index.json").write_text(text)
    with pytest.raises(
        UserError, match=r"index\.json is damaged, or none of `prepare`'s; run `python -m training prepare"
    ):
        read_index(tmp_path)


def test_shards_are_no_clips(tmp_path: Path):
    (tmp_path / "index.json").write_text('{"format": "motionclip-amass", "version": 1}')
    with pytest.raises(UserError, match="holds shards of AMASS, not clips; `evaluate --protocol babel-60`"):
        read_index(tmp_path)
