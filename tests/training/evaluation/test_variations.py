"""The spread of motions is told by motions that are known, and the figures of a few prompts can be made."""

from __future__ import annotations

import numpy as np
import pytest

from training.evaluation import variations
from training.evaluation.model import Model
from training.evaluation.recognition import class_names, class_vectors


def moving(phase: float) -> np.ndarray:
    """Returns joints (60, 22, 3) of which one goes up and down, once in 30 frames."""
    joints = np.zeros((60, 22, 3))
    joints[:, 5, 1] = np.sin(2 * np.pi * (np.arange(60) + phase) / 30)
    return joints


def test_motions_that_differ_in_time_alone_do_not_spread() -> None:
    assert variations.aligned(moving(0), moving(8)) == pytest.approx(0, abs=1e-9)
    assert variations.spread([moving(0), moving(0) + 0.1]) == pytest.approx(0.1 * np.sqrt(3))
    assert variations.aligned(np.zeros((60, 22, 3)), moving(0)) > 0.01


@pytest.mark.slow
def test_figures_of_prompts() -> None:
    model = Model(None)
    vectors = class_vectors(model, class_names())[:2]
    found, spreads = variations._of_prompts(model, ["aims a gun", "an angry person"], vectors, 2)
    assert found["spread_mm"] > 10 and len(spreads) == 2 and found["recognised"]["varied"]["top5"] == 100
    assert 0 <= found["broken_percent"] <= 100
