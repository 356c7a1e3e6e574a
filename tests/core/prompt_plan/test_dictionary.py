"""Correct English words, and their use when prompts are corrected."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from motionclip_blender.core.errors import UserError
from motionclip_blender.core.prompt_plan.dictionary import FILE, Dictionary
from motionclip_blender.core.prompt_plan.spelling import Spelling
from training.text_tower.dictionary import main


def test_every_word_of_a_dictionary_is_found_and_few_others():
    words = [f"word{chr(97 + i % 26)}{chr(97 + i // 26 % 26)}{chr(97 + i // 676)}" for i in range(2000)]
    known = Dictionary.of(words[:1000])
    assert all(word in known for word in words[:1000])
    assert sum(word in known for word in words[1000:]) < 50


def test_what_ships_has_words_and_no_misspelt_ones():
    known = Dictionary.load()
    assert all(word in known for word in ("crutches", "snores", "crochets", "toaster"))
    assert sum(word in known for word in ("jumsp", "crowches", "wakls", "sitss", "throwz", "pnuches")) <= 1


@pytest.mark.parametrize("bits", [np.zeros(3, np.float32), np.zeros((2, 2), np.uint8), np.zeros(0, np.uint8)])
def test_another_file_is_no_dictionary(tmp_path: Path, bits: np.ndarray):
    np.savez(tmp_path / "words.npz", bits=bits)
    with pytest.raises(ValueError, match="is no dictionary"):
        Dictionary.load(tmp_path / "words.npz")


def test_a_correct_word_is_not_mended_but_a_misspelt_one_is():
    without, known = Spelling(["crunches", "scores"]), Spelling(["crunches", "scores"], (), Dictionary.load())
    assert (without.mended("crutches"), known.mended("crutches")) == ("crunches", "crutches")
    assert known.mended("crumches") == "crunches"


def test_a_form_of_a_word_of_the_wordings_is_known():
    known = Spelling(["pogo", "dance", "swim", "swimming"])
    assert known.knows("pogoing") and not known.knows("danceing") and not known.knows("swiming")


def test_the_command_leaves_out_names_and_short_words(tmp_path: Path):
    (tmp_path / "list").write_text("crutches\nParis\nox\ntoaster's\n", encoding="utf-8")
    main(["--words", str(tmp_path / "list"), "--out", str(tmp_path / "words.npz")])
    assert "crutches" in Dictionary.load(tmp_path / "words.npz")
    assert (tmp_path / "words.npz").stat().st_size < FILE.stat().st_size
    (tmp_path / "none").write_text("Paris\n", encoding="utf-8")
    with pytest.raises(UserError, match="has no words"):
        main(["--words", str(tmp_path / "none"), "--out", str(tmp_path / "other.npz")])
    assert not (tmp_path / "other.npz").exists()
