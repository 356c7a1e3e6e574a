"""Fits what tells texts about what a body does from others with the same verbs (`core.prompt_plan.sense`)."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from motionclip_blender.core.prompt_plan.word_features import WORDS, WordVectors

_RARE = 3  # least number of texts with a feature that is used
_RIDGE = 1.0  # chosen on lines that were not learned from: 0.3 and 3 tell them apart as well


def fitted(
    bodily: Sequence[str], others: Sequence[str], of_bodily: np.ndarray, of_others: np.ndarray
) -> tuple[list[str], np.ndarray]:
    """Fits a ridge regression with equal weights of both kinds of texts. Returns the known features and the numbers
    of `Sense`.

    of_bodily, of_others: (n, D), (m, D) the texts' directions in CLIP's space.
    """
    texts = [*bodily, *others]
    words = WordVectors.of(texts, _RARE)
    x = np.concatenate(
        (np.concatenate((of_bodily, of_others)), WORDS * np.stack([words.vector(text) for text in texts])), axis=1
    )
    truth = np.repeat((1.0, -1.0), (len(bodily), len(others)))
    weight = np.repeat((len(texts) / 2 / len(bodily), len(texts) / 2 / len(others)), (len(bodily), len(others)))
    middle, mean = np.average(x, axis=0, weights=weight), np.average(truth, weights=weight)
    centred = x - middle
    weighted = centred.T * weight
    gram = weighted @ centred
    gram[np.diag_indices(len(gram))] += _RIDGE
    model = np.linalg.solve(gram, weighted @ (truth - mean))
    return list(words.known), np.concatenate((words.weights, model, [mean - middle @ model])).astype(np.float16)
