"""What is this motion?"""

from __future__ import annotations

import json
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest

from motionclip_blender.core import recognition
from motionclip_blender.core.engine import Engine
from motionclip_blender.core.errors import UserError
from motionclip_blender.core.pack import Pack
from motionclip_blender.core.recipe.make import generate
from motionclip_blender.core.recognition import MAX_LABELS, Recogniser, checked_labels, default_labels, ranked, search
from tests.paths import ROOT

CAPTIONS = ROOT / "training" / "data" / "captions"


def test_the_default_labels_are_the_classes_of_the_captions_that_the_pack_learned():
    more = Pack.load().info.get("more")
    classes = json.loads(((CAPTIONS / "more" if more else CAPTIONS) / "classes.json").read_text(encoding="utf-8"))
    assert list(default_labels()) == [name.replace("_", " ") for name in classes]


@pytest.mark.parametrize("text", ["", "{}", "[1]", '{"classes": 5}', '{"classes": [5]}', "\xff"])
def test_labels_of_a_pack_whose_wordings_are_damaged(text: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(recognition, "DEFAULT_FOLDER", tmp_path)
    default_labels.cache_clear()
    with pytest.raises(UserError, match="install the extension again"):
        default_labels()
    (tmp_path / "wordings.json").write_text(text, encoding="latin-1")
    with pytest.raises(UserError, match="install the extension again"):
        default_labels()
    monkeypatch.undo()
    assert "walk" in default_labels()  # a failure is not kept


def test_labels_are_cleaned():
    assert checked_labels(["walk", "", "  run  fast\n", "walk", "\t"]) == ("walk", "run fast")


def test_labels_that_cannot_be():
    with pytest.raises(UserError, match="list of labels is empty"):
        checked_labels(["", " "])
    for label, shown in (("???", "[?]{3}"), (" \U0001f57a ", "\U0001f57a"), ("jump " * 101, r"jump( jump){3} \.\.\.")):
        with pytest.raises(UserError, match=f'^The label "{shown}" is of no use: it has no words, or more than 500'):
            checked_labels(["walk", label])
    with pytest.raises(UserError, match="1,001 labels; 1,000 are the most"):
        checked_labels(f"label {i}" for i in range(MAX_LABELS + 1))


def test_ranks_are_cosines_and_shares_sum_to_one():
    vectors = np.array([[1.0, 0], [0, 2], [3, 3], [-1, 0]])
    scores = ranked(("ahead", "up", "between", "back"), vectors, np.array([5.0, 0.1]))
    assert [score.name for score in scores] == ["ahead", "between", "up", "back"]
    assert scores[0].cosine == pytest.approx(5 / np.hypot(5, 0.1))
    assert scores[-1].cosine == pytest.approx(-scores[0].cosine)
    assert sum(score.share for score in scores) == pytest.approx(1)
    assert all(a.share >= b.share > 0 for a, b in pairwise(scores))


@pytest.mark.parametrize("bad", [np.nan, np.inf])
def test_what_is_not_finite_is_near_to_nothing(bad: float):
    with pytest.raises(UserError, match="not finite"):
        ranked(("ahead",), np.array([[1.0, 0]]), np.array([5.0, bad]))
    with pytest.raises(UserError, match="not finite"):
        ranked(("ahead",), np.array([[bad, 0]]), np.array([5.0, 1]))


def test_generated_motions_are_recognised(engine: Engine):
    recogniser = Recogniser(engine, default_labels())
    for prompt in ("walk", "jumping jacks", "push ups", "swim"):
        names = [score.name for score in recogniser.scores(engine.encode(generate(engine, prompt, 60)))]
        assert prompt in names[:3], (prompt, names[:5])
        assert len(names) == len(default_labels())


def test_not_finite_latents_are_like_no_label(engine: Engine):
    recogniser = Recogniser(engine, ["walk", "run"])
    latents = engine.encode_texts(["walk", "run", "jog"])
    assert recogniser.cosines(latents).shape == (3, 2)
    assert recogniser.cosines(latents).argmax(axis=1).tolist() == [0, 1, 1]
    with pytest.raises(UserError, match="not finite"):
        recogniser.cosines(np.full((2, 512), np.nan))


def test_the_labels_are_the_users(engine: Engine):
    scores = Recogniser(engine, ["somebody walks", "somebody swims"]).scores(engine.encode_text("walking"))
    assert [score.name for score in scores] == ["somebody walks", "somebody swims"]


def test_a_text_finds_its_motion(engine: Engine):
    prompts = ["a person walks", "jumping jacks", "push-ups", "sit on a chair"]
    latents = {f"Action {i}": engine.encode(generate(engine, prompt, 60)) for i, prompt in enumerate(prompts)}
    assert search(engine, "star jumps with arms and legs", latents)[0].name == "Action 1"
    assert search(engine, "press-ups on the floor", latents)[0].name == "Action 2"
    assert search(engine, "walk", {}) == []
    with pytest.raises(UserError, match="empty"):
        search(engine, " ", latents)
    with pytest.raises(UserError, match="not finite"):
        search(engine, "walk", {"bad": np.full(512, np.nan, np.float32)})
