"""Texts are compared by their words, which are looked up by word."""

from __future__ import annotations

import numpy as np
import pytest

from motionclip_blender.core.prompt_plan.word_features import (
    WordTable,
    WordVectors,
    content,
    features,
    names_side,
    stem,
    tells_all,
    vocabulary_of,
)

TEXTS = (
    "walks to the left",
    "a man walks quickly",
    "waves both hands",
    "the",
    "waves while walking",
    "left-handed punch",
)


@pytest.fixture(scope="module")
def vectors() -> WordVectors:
    known = sorted({word for text in TEXTS for word in features(text)} - {"hand"})
    return WordVectors(known, np.linspace(1, 2, len(known)))


@pytest.fixture(scope="module")
def table(vectors: WordVectors) -> WordTable:
    rows = [vectors.indices(text) for text in TEXTS]
    return WordTable(vectors, np.array([len(row) for row in rows]), np.array([i for row in rows for i in row]))


@pytest.mark.parametrize("text", ["walks and waves", "a man walks quickly", "hands", "", "nothing of this kind"])
def test_the_table_gives_the_cosines_of_the_vectors(vectors: WordVectors, table: WordTable, text: str):
    words = vectors.vector(text)
    assert np.allclose(table.cosines(words), [vectors.vector(each) @ words for each in TEXTS], atol=1e-6)


def test_what_a_text_has_of_another_is_weighed_by_rarity(vectors: WordVectors, table: WordTable):
    share = table.contained("waves his hand")
    wave = vectors.weight(stem("wave"))
    unknown = float(vectors.weights.max())  # "hand"
    assert share == pytest.approx([0, 0, wave / (wave + unknown), 0, wave / (wave + unknown), 0])
    assert table.contained("walks and waves")[4] == pytest.approx(1)


def test_words_of_other_texts_are_refused(vectors: WordVectors):
    with pytest.raises(ValueError, match="not those of the wordings"):
        WordTable(vectors, np.array([1]), np.array([len(vectors.known)]))
    with pytest.raises(ValueError, match="not those of the wordings"):
        WordTable(vectors, np.array([2]), np.array([0]))


def test_the_vocabulary_is_all_content_words():
    assert vocabulary_of(TEXTS) == {word for text in TEXTS for word in content(text)}


def test_sides_are_words():
    assert names_side("Left-handed", "left") and names_side("to the left", "left")
    assert not names_side("leftover", "left") and not names_side("to the left", "right")


@pytest.mark.parametrize(
    ("text", "wording", "all_of_it"),
    [
        ("paints a wall", "a painter paints a wall", True),
        ("backpedals", "backpedals fast", True),
        ("trips", "road trip", False),  # a single word may mean another thing
        ("paints a fence", "a painter paints a wall", False),
        ("and then", "then walks", False),  # nothing but words of the language
        ("", "walks", False),
    ],
)
def test_a_wording_may_tell_all_of_a_text(text: str, wording: str, all_of_it: bool):
    assert tells_all(content(text), content(wording)) is all_of_it
