"""Embeddings of captions, which are kept beside the data."""

from __future__ import annotations

import numpy as np
import pytest

torch = pytest.importorskip("torch")

from training.autoencoder.embeddings import Captions


def test_embeddings_are_kept_for_the_next_run(tmp_path, samples):
    first = Captions(samples, tmp_path)
    kept = tmp_path / "text_embeddings.npz"
    stamp = kept.stat().st_mtime_ns
    np.testing.assert_array_equal(Captions(samples, tmp_path).mean, first.mean)
    assert kept.stat().st_mtime_ns == stamp
    kept.write_bytes(b"rubbish")
    np.testing.assert_array_equal(Captions(samples, tmp_path).mean, first.mean)
