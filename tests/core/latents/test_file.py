"""Latents as files, and as text."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from motionclip_blender.core.errors import UserError
from motionclip_blender.core.latents import file as latent_file


def test_saved_and_loaded(tmp_path: Path):
    latent = np.random.default_rng(0).normal(size=512).astype(np.float32)
    latent_file.save(latent, tmp_path / "new" / "mine.npz", "default 1.0")
    assert np.array_equal(latent_file.load(tmp_path / "new" / "mine.npz"), latent)
    with np.load(tmp_path / "new" / "mine.npz") as data:
        assert str(data["pack"]) == "default 1.0"


@pytest.mark.filterwarnings("error::RuntimeWarning")
def test_what_is_no_latent(tmp_path: Path):
    (tmp_path / "text.npz").write_text("no")
    np.savez(tmp_path / "other.npz", poses=np.zeros(3))
    np.savez(tmp_path / "words.npz", latent=np.array(["a"]))
    np.savez(tmp_path / "nan.npz", latent=np.full(512, np.nan))
    np.savez(tmp_path / "code.npz", latent=np.array([object()]))
    np.savez(tmp_path / "huge.npz", latent=np.full(512, 1e300))
    np.savez(tmp_path / "large.npz", latent=np.full(512, -1e30, np.float32))
    np.savez(tmp_path / "empty.npz", latent=np.zeros(0))
    for name in ("none", "text", "other", "words", "nan", "code", "huge", "large", "empty", "x" * 300):
        with pytest.raises(UserError, match=f"{name}.npz (is no saved latent|holds no latent)"):
            latent_file.load(tmp_path / f"{name}.npz")


def test_as_text_and_back():
    latent = np.random.default_rng(0).normal(size=512).astype(np.float32)
    assert np.array_equal(latent_file.from_text(latent_file.to_text(latent)), latent)
    for value in (np.nan, np.inf, 1e30):
        assert latent_file.from_text(latent_file.to_text(np.full(512, value, np.float32))) is None
