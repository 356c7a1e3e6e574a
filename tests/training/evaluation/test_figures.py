"""Recognition, retrieval and their statistics, on vectors with known answers."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pytest

from motionclip_blender.core.latents.arithmetic import normalised
from training.evaluation import retrieval
from training.evaluation.recognition import TEMPLATES, baselines, class_vectors, ranks, scores
from training.evaluation.style import MEASURES, _agreement, arithmetic, style_words

CLASSES = ["a", "b", "c", "d", "e", "f"]


def test_top_1_and_top_5():
    vectors = np.eye(6)
    latents = np.array([vectors[0], vectors[1] + 0.1 * vectors[0], vectors[2] + 2 * vectors[3], -vectors[4]])
    found = scores(latents, ["a", "b", "c", "e"], vectors, CLASSES)
    assert found["top1"] == 50 and found["top5"] == 75
    assert list(ranks(latents, vectors, np.array([0, 1, 2, 4]))) == [0, 0, 1, 5]


def test_balanced_is_the_mean_over_classes():
    vectors = np.eye(6)
    found = scores(vectors[[0, 0, 0, 1]], ["a", "a", "a", "b"], vectors, CLASSES)
    assert found["top1"] == found["balanced_top1"] == 100
    wrong = scores(vectors[[0, 0, 0, 0]], ["a", "a", "a", "b"], vectors, CLASSES)
    assert wrong["top1"] == 75 and wrong["balanced_top1"] == 50


def test_chance_and_the_majority_of_training():
    found = baselines(["a", "a", "b", "f"], CLASSES, common=["unheard", "b", "a", "c", "d", "e", "f"])
    assert found["chance"] == {"top1": pytest.approx(100 / 6), "top5": pytest.approx(500 / 6)}
    assert found["majority"] == {"top1": 25, "top5": 75}


@dataclass
class Texts:
    """A model for texts only."""

    vectors: dict[str, np.ndarray]

    def texts(self, texts: list[str]) -> np.ndarray:
        return np.stack([self.vectors[text] for text in texts])


def test_a_class_is_its_name_with_spaces_or_the_mean_of_templates():
    model = Texts({"jumping jacks": np.array([3.0, 4.0])} | {t.format("walk"): np.array([0, 2.0]) for t in TEMPLATES})
    np.testing.assert_allclose(class_vectors(model, ["jumping_jacks"]), [[0.6, 0.8]])
    np.testing.assert_allclose(class_vectors(model, ["walk"], TEMPLATES), [[0, 1]])


def test_retrieval_with_several_right_answers():
    gallery = normalised(np.array([[1, 0], [0.9, 0.1], [0, 1], [-1, 0]], float))
    queries = np.array([[1.0, 0], [0, 1.0]])
    right = np.array([[False, True, False, True], [False, False, True, False]])
    found = retrieval.figures(queries, gallery, right)
    assert found["r1"] == 50 and found["r5"] == 100 and found["median_rank"] == 1.5
    assert found["chance"]["r1"] == pytest.approx(100 * (0.5 + 0.25) / 2)
    assert found["chance"]["r5"] == found["chance"]["r10"] == pytest.approx(100)


def test_retrieval_in_random_order_gives_the_chance_it_names():
    random = np.random.default_rng(0)
    queries, gallery = random.normal(size=(3000, 8)), random.normal(size=(60, 8))
    right = np.zeros((3000, 60), bool)
    right[np.arange(3000), random.integers(60, size=3000)] = True
    right[:1500, 0] = True
    found = retrieval.figures(queries, gallery, right)
    assert found["r10"] == pytest.approx(found["chance"]["r10"], abs=3)


def test_style_words_name_known_measures_and_signs():
    words = style_words()
    assert {name for word in words["words"].values() for name in word} <= set(MEASURES)
    assert {sign for word in words["words"].values() for sign in word.values()} == {-1, 1}
    assert set(words["travelling"]) <= set(words["classes"])


def test_agreement_counts_signs():
    words = {"words": {"fast": {}, "old": {}}, "classes": ["walk"]}
    changes = [["walk", "fast", "speed", 1, 1.0, 2.0], ["walk", "old", "speed", -1, 1.0, 1.5],
               ["walk", "old", "bend", 1, 10.0, 20.0]]  # fmt: skip
    found = _agreement(words, changes)
    assert found["agree"] == pytest.approx(200 / 3)
    assert found["by_word"] == {"fast": 100, "old": 50}
    assert found["by_measure"]["speed"] == 50 and found["by_measure"]["hands"] is None


def test_style_arithmetic_that_works_is_told_from_one_that_does_not(monkeypatch):
    """The decoder's motions are as fast as the first number of their latent."""

    class Linear:
        window = (20, 120)
        pack = type("Pack", (), {"fps": 30.0})
        fast = 1.0

        def texts(self, texts):
            return np.array([[1.0 + self.fast * ("fast" in t) - 0.5 * ("slow" in t), 0.0] for t in texts])

        prompts = texts

        def generate(self, latents, frames):
            path = np.arange(frames)[None, :, None, None] * latents[:, None, None, :1]
            return np.concatenate((np.zeros_like(path), np.zeros_like(path), path), axis=-1) / 30 + np.zeros((22, 3))

        def positions(self, poses):
            return poses

    model = Linear()
    found = arithmetic(model)
    for way in ("word", "phrase"):
        assert found[way]["by_word"]["slow"] == 100
        assert [c[5] > c[4] for c in found[way]["changes"] if c[1:3] == ["fast", "speed"]] == [True] * 5
    model.fast = -0.9
    assert not any(c[5] > c[4] for c in arithmetic(model)["word"]["changes"] if c[1:3] == ["fast", "speed"])
