"""sRGB and linear RGB."""

from __future__ import annotations

import warnings

import numpy as np
import pytest

from motionclip_blender.core.colour import linear_to_srgb, srgb_to_linear


def test_values_of_the_standard():
    # the corners of the curve, and the mid grey of 8 bits
    assert srgb_to_linear(np.array([0, 0.04045, 128 / 255, 1])) == pytest.approx([0, 0.0031308, 0.2158605, 1], abs=1e-7)


@pytest.mark.parametrize("kind", [np.float32, np.float64])
def test_there_and_back(kind: type):
    values = np.linspace(0, 1, 256, dtype=kind).reshape(2, -1)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        linear = srgb_to_linear(values)
        back = linear_to_srgb(linear)
    assert linear.dtype == back.dtype == kind
    assert (np.diff(linear.reshape(-1)) > 0).all()
    assert np.abs(back - values).max() < 1e-6
