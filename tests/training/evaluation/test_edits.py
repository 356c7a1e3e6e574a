"""The paper's edits, measured by the classes that their motions are nearest to."""

from __future__ import annotations

import numpy as np
import pytest

from training.evaluation import edits
from training.evaluation.edits import Edit, measured, table

CLASSES = ["jump", "walk", "drink", "sit", "wave", "run", "kick"]


class Known:
    """An engine whose texts and motions are latents, and whose classes lie on the axes."""

    fps = 30

    def encode_texts(self, texts) -> np.ndarray:
        return np.eye(len(CLASSES))[[CLASSES.index(text) for text in texts]]

    def encode(self, latent: np.ndarray) -> np.ndarray:
        return latent


@pytest.fixture
def places(monkeypatch: pytest.MonkeyPatch) -> dict[str, np.ndarray]:
    """Latents by the text of an expression."""
    axis = dict(zip(CLASSES, np.eye(len(CLASSES)), strict=True))
    known = {**axis, "walk old": axis["walk"] + 0.1 * axis["sit"]}
    rows = {"a": '"jump" - "walk" + "walk old"', "b": '"sit" - "walk" + "drink"'}
    monkeypatch.setattr(edits, "class_names", lambda: CLASSES)
    monkeypatch.setattr(edits, "sums", lambda: {"edits": {"rows": rows}})
    monkeypatch.setattr(edits, "motions_of", lambda engine, latents, frames: latents)
    monkeypatch.setattr(edits, "latent_of", lambda engine, terms: sum(t.weight * known[t.source.text] for t in terms))
    return known


def test_both_classes_are_ranked_and_a_style_is_no_class(places):
    style, both = measured(Known())
    assert style == Edit("a", "jump", 1)  # what is added is of the class that is taken away
    assert (both.kept, both.kept_rank, both.added, both.added_rank) == ("sit", 1, "drink", 1)  # both lie as near
    assert both.before == 2 and style.shows_all and both.shows_all


def test_an_edit_that_loses_its_action_is_counted_as_such(places):
    places["drink"] = np.array([0.0, -1, 9, 0.1, 0.3, 0.3, 0.3])
    places["sit"] = np.array([-0.4, 1.1, 0, 0.2, 0.2, 0.3, 0.3]) + 1e-3
    found = measured(Known())[1]
    assert found.added_rank == 1 and not found.shows_all
    told = table([Edit("a", "jump", 1), found])
    assert "| a | jump | 1 | a style | - | - |" in told and "1 of 2 show all" in told
