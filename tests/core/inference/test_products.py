"""Products with and without BLAS."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import pytest

from motionclip_blender.core.engine import Engine
from motionclip_blender.core.inference import products
from motionclip_blender.core.recipe.make import generate


@pytest.fixture
def no_blas(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(products, "without_blas", lambda: True)


def test_products_are_the_same_without_blas(monkeypatch: pytest.MonkeyPatch) -> None:
    random = np.random.default_rng(0)
    x, weight = random.standard_normal((7, 96), np.float32), random.standard_normal((33, 96), np.float32)
    queries, keys = random.standard_normal((2, 3, 5, 8), np.float32), random.standard_normal((2, 3, 9, 8), np.float32)
    shares, values = random.random((2, 3, 5, 9), np.float32), random.standard_normal((2, 3, 9, 8), np.float32)
    out = np.empty((7, 33), np.float32)
    for without in (False, True):
        monkeypatch.setattr(products, "without_blas", lambda without=without: without)
        np.testing.assert_allclose(products.times_transposed(x, weight), x @ weight.T, rtol=1e-4, atol=1e-5)
        assert products.times_transposed(x, weight, out) is out
        np.testing.assert_allclose(out, x @ weight.T, rtol=1e-4, atol=1e-5)
        scores = products.attention_scores(queries, keys)
        np.testing.assert_allclose(scores, queries @ keys.swapaxes(-1, -2), rtol=1e-4, atol=1e-5)
        np.testing.assert_allclose(products.weighted_values(shares, values), shares @ values, rtol=1e-4, atol=1e-5)


def test_a_prompt_is_the_same_motion_without_blas(engine: Engine, no_blas: None) -> None:
    without = generate(Engine(), "a person throws a ball far away", 45)
    products_of_blas = generate(engine, "a person throws a ball far away", 45)
    np.testing.assert_allclose(without.translation, products_of_blas.translation, atol=1e-4)
    np.testing.assert_allclose(without.rotations, products_of_blas.rotations, atol=1e-3)


@pytest.mark.parametrize(
    ("config", "without"),
    [
        ({"CONFIG": {"Build Dependencies": {"blas": {"name": "none"}}}}, True),
        ({"CONFIG": {"Build Dependencies": {"blas": {"name": "openblas", "found": True}}}}, False),
        ({"get_info": lambda name: {}}, True),
        ({"get_info": lambda name: {"libraries": ["openblas"]}}, False),
        ({}, False),
    ],
)
def test_numpy_tells_what_it_was_compiled_with(monkeypatch: pytest.MonkeyPatch, config: dict, without: bool) -> None:
    monkeypatch.setattr(np, "__config__", SimpleNamespace(**config))
    assert products.without_blas.__wrapped__() is without
