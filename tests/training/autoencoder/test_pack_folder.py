"""Packs are written whole or not at all."""

from __future__ import annotations

from pathlib import Path

import pytest

torch = pytest.importorskip("torch")

from motionclip_blender.core.errors import UserError
from motionclip_blender.core.pack import Pack
from tests.training.autoencoder.small_run import captioned
from training.autoencoder import recaption, write_pack
from training.autoencoder.pack_folder import whole_pack
from training.data.captions import CaptionedSpan
from training.stages import told_on_stderr

SPANS = [CaptionedSpan("a/whirl", "spin", ("whirls around", "a dancer turns"), True, "hold")]


def names(folder: Path) -> set[str]:
    return {path.name for path in folder.iterdir()}


def test_a_new_pack_takes_the_place_of_an_old_one(tmp_path: Path):
    old = tmp_path / "pack"
    old.mkdir()
    for name in ("pack.json", "weights.safetensors", "details.safetensors", "wordings.json", "NOTICE.txt"):
        (old / name).write_text("old")
    with whole_pack(old) as folder:
        for name in ("pack.json", "weights.safetensors"):
            (folder / name).write_text("new")
        assert (old / "weights.safetensors").read_text() == "old" and folder.parent == tmp_path
    assert names(old) == {"pack.json", "weights.safetensors", "NOTICE.txt"} and names(tmp_path) == {"pack"}
    assert (old / "pack.json").read_text() == (old / "weights.safetensors").read_text() == "new"


def test_a_pack_that_is_not_finished_leaves_nothing_behind(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    captioned(monkeypatch, SPANS)

    def stopped(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(write_pack, "write_index", stopped)
    with pytest.raises(KeyboardInterrupt):
        recaption.recaption(Pack.load(), tmp_path / "pack", "9.9")
    assert names(tmp_path) == set()


def test_what_no_pack_may_say_is_refused_before_it_is_computed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(write_pack, "trained_with", None)  # what comes first
    for version in ("", "x" * 200):
        with pytest.raises(UserError, match="No pack can be written so: version is"):
            recaption.recaption(Pack.load(), tmp_path / "pack", version)
    assert names(tmp_path) == set()


def test_a_folder_that_cannot_be_written(tmp_path: Path):
    (tmp_path / "file").write_text("x")
    with (
        pytest.raises(UserError, match="Cannot write .*; choose another place"),
        whole_pack(tmp_path / "file" / "pack"),
    ):
        pass


def test_stages_are_told_once(capsys: pytest.CaptureFixture[str]):
    tell = told_on_stderr()
    tell("reading", 0.0)
    tell("fitting", 0.25)
    tell("fitting", 0.5)
    first, second = capsys.readouterr().err.splitlines()
    assert first.endswith("0 %  reading") and second.endswith("25 %  fitting")
