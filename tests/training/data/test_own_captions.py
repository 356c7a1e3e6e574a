"""Captions of one's own: what tells them from others, what a run keeps of them, what is held out of them."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from motionclip_blender.core.errors import UserError
from training.data.captions import CaptionedSpan, load_captions
from training.data.own_captions import captions_in, captions_of_run, check_own, digest_of, keep_copy
from training.data.splits import is_test
from training.data.wordings import held_out_spans, table, trained_spans, trained_with, wordings

WAVE = {"clip": "mine/wave", "action": "wave", "captions": ["waves"], "exemplar": True, "after": "hold"}
KICK = {"clip": "mine/kick", "action": "kick", "captions": ["kicks left"], "exemplar": True, "after": "hold"}
LATER = KICK | {"clip": "tested/kick", "exemplar": False, "start": 1.0, "end": 2.5}


def write(folder: Path, **files: list[dict]) -> Path:
    folder.mkdir(parents=True)
    for name, lines in files.items():
        text = "".join(json.dumps(line) + "\n" for line in lines)
        (folder / f"{name}.jsonl").write_text(text, encoding="utf-8")
    return folder


@pytest.fixture
def own(tmp_path: Path) -> Path:
    return write(tmp_path / "own", mine=[WAVE, KICK, LATER])


def test_they_take_the_place_of_the_repositorys(own: Path):
    assert [span.clip for span in trained_spans(None, False, True, (own,))] == ["mine/wave", "mine/kick", "tested/kick"]
    assert wordings(None, False, own=(own,)) == {"waves", "kicks left", "kicks right"}
    texts, motions, classes, _ = table(None, False, own=(own,))
    assert texts == ["waves", "kicks left", "kicks right"] and motions == [0, 2, 3] and classes == [
        "wave", "wave", "kick", "kick",
    ]  # fmt: skip


def test_a_folder_of_ones_own_clips_may_be_held_out(own: Path):
    split = "unseen:tested"
    assert [span.clip for span in held_out_spans(split, own=(own,))] == ["tested/kick"]
    assert [span.clip for span in trained_spans(split, False, own=(own,))] == ["mine/wave", "mine/kick"]
    assert is_test("tested/kick", split, {"tested"})
    with pytest.raises(UserError, match="There is no split 'unseen:nobody'"):
        held_out_spans("unseen:nobody", own=(own,))


def test_files_and_folders_do_not_matter_but_words_do(tmp_path: Path, own: Path):
    parts = write(tmp_path / "a", b=[WAVE], c=[KICK]), write(tmp_path / "d", e=[LATER])
    assert digest_of(parts) == digest_of((own,)) != digest_of(parts[:1])
    assert digest_of(()) == ""


def test_a_folder_without_captions(tmp_path: Path):
    (tmp_path / "empty").mkdir()
    for folder in (tmp_path / "empty", tmp_path / "gone"):
        with pytest.raises(UserError, match=r"(empty|gone) holds no captions; name a folder"):
            captions_in((folder,))


def test_a_pack_is_given_the_captions_that_it_was_trained_on(own: Path, tmp_path: Path):
    info = {"split": None, "own_captions": digest_of((own,))}
    assert trained_with(info, (own,)) == (None, True, False, (own,))
    with pytest.raises(UserError, match="of its own; give their folder with --captions"):
        trained_with(info)
    with pytest.raises(UserError, match="repository's captions; leave out --captions"):
        trained_with({}, (own,))
    with pytest.raises(UserError, match="trained on AMASS, not on captioned clips; measure it by `evaluate --protocol"):
        trained_with({"split": "amass"})
    with pytest.raises(UserError, match="other captions than those in .*other; give them as they were"):
        check_own(info, (write(tmp_path / "other", mine=[WAVE]),))


def test_a_run_keeps_a_copy(own: Path, tmp_path: Path):
    info, run = {"own_captions": digest_of((own,))}, tmp_path / "run"
    with pytest.raises(UserError, match="The run .* give their folder with --captions"):
        captions_of_run(run, info)
    keep_copy(run, (own,))
    (copy,) = captions_of_run(run, info)
    assert load_captions(copy) == load_captions(own) and isinstance(load_captions(copy)[0], CaptionedSpan)
    assert captions_of_run(run, info, (own,)) == (own,)
    assert captions_of_run(run, {}) == ()
