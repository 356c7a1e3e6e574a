"""Tells texts about what a body does from others with the same verbs: "runs for cover" from "runs for president"."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from .word_features import WORDS, WordVectors


class Sense:
    """A linear model of a text's direction (D,) in CLIP's space and its words (V,)."""

    def __init__(self, known: Sequence[str], numbers: np.ndarray, width: int) -> None:
        """Builds the model.

        known: (V,) features of texts. numbers: (V + D + V + 1,) the weights of these features, then those of the model
        and its constant. width: D. Raises `ValueError` if these do not fit together.
        """
        if len(numbers) != 2 * len(known) + width + 1:
            raise ValueError("the sense of words is of another table")
        numbers = numbers.astype(np.float32)
        self._words = WordVectors(known, numbers[: len(known)])
        self._weights, self._constant = numbers[len(known) : -1], float(numbers[-1])

    def of(self, direction: np.ndarray, text: str) -> float:
        """Returns about 1 for a text about what a body does, and about -1 for one that is about something else."""
        read = np.concatenate((direction, WORDS * self._words.vector(text)))
        return float(read @ self._weights) + self._constant
