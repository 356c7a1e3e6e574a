"""Easing in and out."""

from __future__ import annotations

import numpy as np
import pytest

from motionclip_blender.core.easing import smoothstep


def test_it_rises_from_0_to_1_and_is_flat_at_both_ends():
    shares = np.linspace(-1, 2, 301)
    eased = smoothstep(shares)
    assert (eased[shares <= 0] == 0).all() and (eased[shares >= 1] == 1).all()
    inside = (shares > 0) & (shares < 1)
    assert (np.diff(eased[inside]) > 0).all()
    assert smoothstep(np.array([[0.25, 0.5, 0.75]])) == pytest.approx(np.array([[0.15625, 0.5, 0.84375]]))
    slopes = np.gradient(eased, shares)
    assert slopes.max() == pytest.approx(1.5, abs=1e-3)
    assert abs(slopes[100]) < 0.02 and abs(slopes[200]) < 0.02
