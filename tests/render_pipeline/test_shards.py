"""WebDataset's readers can read the shards, and damaged shards are recognised."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from render_pipeline import shards

FRAMES = [
    ({"key": "00000000", "motion": "a", "frame": 3, "seed": 5, "caption": "héllo"}, b"first"),
    ({"key": "00000001", "motion": "b", "frame": 0, "seed": 6, "caption": None}, b"second"),
]


def test_the_same_frames_give_the_same_bytes():
    assert shards.pack(FRAMES, "png") == shards.pack(FRAMES, "png")


def test_a_shard_is_found_again(tmp_path: Path):
    assert shards.find(tmp_path, 7) == (None, "")
    record = shards.save(tmp_path, 7, FRAMES, "png", {"c": "broken"})
    assert shards.find(tmp_path, 7) == (record, "")
    assert record.shard == "frames-00007.tar"
    assert shards.images(tmp_path, record, 1) == [b"first"]
    assert sorted(path.name for path in tmp_path.iterdir()) == ["frames-00007.json", "frames-00007.tar"]


@pytest.mark.parametrize("harm", ["flip", "cut", "gone", "record", "empty record"])
def test_a_damaged_shard_is_no_shard(tmp_path: Path, harm: str):
    shards.save(tmp_path, 0, FRAMES, "png", {})
    tar, record = tmp_path / "frames-00000.tar", tmp_path / "frames-00000.json"
    content = tar.read_bytes()
    if harm == "flip":
        tar.write_bytes(content[:520] + b"!" + content[521:])
    elif harm == "cut":
        tar.write_bytes(content[:700])
    elif harm == "gone":
        tar.unlink()
    else:
        record.write_text("{}" if harm == "empty record" else '{"shard": "fra')
    found, wrong = shards.find(tmp_path, 0)
    assert found is None
    assert wrong


@pytest.mark.parametrize(
    ("name", "value"),
    [("frames", 5), ("frames", None), ("frames", []), ("frames", [None]), ("frames", {"0": 1}), ("skipped", None),
     ("skipped", []), ("skipped", {"c": 5}), ("shard", "frames-00001.tar"), ("shard", "../x.tar"), ("shard", None),
     ("sha256", None), ("sha256", "00"), ("size", "5"), ("size", 5), ("size", None), ("more", 1)],
)  # fmt: skip
def test_a_record_that_is_wrong_is_none(tmp_path: Path, name: str, value: object):
    shards.save(tmp_path, 0, FRAMES, "png", {"c": "broken"})
    change(tmp_path, lambda record: record.update({name: value}))
    found, wrong = shards.find(tmp_path, 0)
    assert found is None and wrong


@pytest.mark.parametrize("name", ["key", "motion", "frame", "seed", "caption"])
@pytest.mark.parametrize("value", [7, "other", None, True, [1], "gone"])
def test_a_record_that_tells_of_other_frames_is_none(tmp_path: Path, name: str, value: object):
    shards.save(tmp_path, 0, FRAMES, "png", {})
    change(tmp_path, lambda record: record["frames"][0].pop(name) if value == "gone" else None)
    if value != "gone":
        change(tmp_path, lambda record: record["frames"][0].update({name: value}))
    found, wrong = shards.find(tmp_path, 0)
    assert found is None and wrong


@pytest.mark.parametrize("harm", ["fewer", "twice", "backwards"])
def test_a_record_of_fewer_frames_or_in_another_order_is_none(tmp_path: Path, harm: str):
    shards.save(tmp_path, 0, FRAMES, "png", {})
    changed = {
        "fewer": lambda frames: frames[:1],
        "twice": lambda frames: frames * 2,
        "backwards": lambda frames: frames[::-1],
    }
    change(tmp_path, lambda record: record.update(frames=changed[harm](record["frames"])))
    assert shards.find(tmp_path, 0) == (None, "its record lists other frames")


def change(folder: Path, how) -> None:
    """Changes a record, which remains JSON."""
    path = folder / "frames-00000.json"
    record = json.loads(path.read_text())
    how(record)
    path.write_text(json.dumps(record))


@pytest.mark.parametrize("text", ["[" * 100_000, "null", "5", '"x"', "[]"])
def test_a_record_that_is_other_json_is_none(tmp_path: Path, text: str):
    shards.save(tmp_path, 0, FRAMES, "png", {})
    (tmp_path / "frames-00000.json").write_text(text)
    found, wrong = shards.find(tmp_path, 0)
    assert found is None and wrong


def test_without_its_record_a_shard_was_never_finished(tmp_path: Path):
    shards.save(tmp_path, 0, FRAMES, "png", {})
    (tmp_path / "frames-00000.json").unlink()
    assert shards.find(tmp_path, 0) == (None, "")


def test_webdataset_reads_it(tmp_path: Path):
    webdataset = pytest.importorskip("webdataset")
    shards.save(tmp_path, 0, FRAMES, "png", {})
    samples = list(webdataset.WebDataset(str(tmp_path / "frames-00000.tar"), shardshuffle=False))
    assert [sample["__key__"] for sample in samples] == ["00000000", "00000001"]
    assert samples[0]["txt"].decode() == "héllo"
    assert "txt" not in samples[1]
