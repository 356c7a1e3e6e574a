"""Samples and their captions, which many tests of runs share."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:  # torch is behind them; without it the tests are skipped one by one
    from training.autoencoder.dataset import Sample
    from training.autoencoder.embeddings import Captions


@pytest.fixture(scope="module")
def samples() -> list[Sample]:
    from tests.training.autoencoder.small_run import made_samples

    return made_samples()


@pytest.fixture(scope="module")
def captions(samples: list[Sample]) -> Captions:
    from training.autoencoder.embeddings import Captions

    return Captions(samples)
