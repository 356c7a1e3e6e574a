"""The sense of texts is fitted as by the whole equations, without writing them down."""

from __future__ import annotations

import numpy as np

from motionclip_blender.core.prompt_plan.word_features import WORDS, WordVectors
from training.autoencoder.sense import fitted


def test_the_numbers_are_those_of_a_weighted_ridge_regression():
    random = np.random.default_rng(0)
    verbs, things = ("kicks", "runs", "waves", "sits"), ("ball", "office", "president", "hand", "chair")
    texts = [f"{verb} {thing} number {i % 3}" for i in range(6) for verb in verbs for thing in things]
    bodily, others = texts[:90], texts[90:]
    directions = random.normal(size=(len(texts), 8)).astype(np.float32)
    known, numbers = fitted(bodily, others, directions[:90], directions[90:])

    words = WordVectors.of(texts, 3)
    x = np.concatenate((directions, WORDS * np.stack([words.vector(text) for text in texts])), axis=1).astype(float)
    truth = np.repeat((1.0, -1.0), (90, 30))
    weight = np.repeat((60 / 90, 60 / 30), (90, 30))
    centred = x - np.average(x, axis=0, weights=weight)
    gram = (centred.T * weight) @ centred + np.eye(x.shape[1])
    model = np.linalg.solve(gram, centred.T @ (weight * (truth - np.average(truth, weights=weight))))
    assert known == list(words.known)
    np.testing.assert_array_equal(numbers[: len(known)], words.weights.astype(np.float16))
    np.testing.assert_allclose(numbers[len(known) : -1], model, rtol=1e-3, atol=1e-6)


def test_texts_without_a_word_that_is_known():
    known, numbers = fitted(["a b"], ["c d", "e f"], np.eye(3)[:1], np.eye(3)[1:])
    assert known == [] and numbers.shape == (4,) and numbers[0] > 0 > numbers[1]
