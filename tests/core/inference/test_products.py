"""Products with and without BLAS."""

from __future__ import annotations

import subprocess
import sys

import numpy as np
import pytest

from motionclip_blender.core.engine import Engine
from motionclip_blender.core.inference import products
from motionclip_blender.core.recipe.make import generate
from tests.paths import ROOT


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


def test_a_matmul_of_plain_loops_is_noticed() -> None:
    """In a process of its own, in which numpy's product takes the strided loop that it has without BLAS."""
    program = """
import numpy as np
from motionclip_blender.core.inference import products
strided = np.ones((400, 800), np.float32)[:, ::2]
def loops(x, weight):
    return np.matmul(strided[: len(x), : x.shape[1]], strided[: weight.shape[1], : len(weight)].T)
np.dot = loops
print(products.without_blas())
"""
    done = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "True"
