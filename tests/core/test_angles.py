"""Directions on both sides of straight back are near each other."""

from __future__ import annotations

import numpy as np
import pytest

from motionclip_blender.core.angles import apart, wrapped


@pytest.mark.parametrize(
    ("degrees", "same"), [(0, 0), (190, -170), (-190, 170), (180, -180), (-540, -180), (725.5, 5.5)]
)
def test_whole_turns_do_not_count(degrees: float, same: float):
    assert wrapped(degrees) == pytest.approx(same)


def test_the_shorter_way_round_counts():
    assert apart(170.0, -170.0) == apart(-170.0, 170.0) == 20
    assert apart(90.0, -90.0) == 180
    np.testing.assert_allclose(apart(np.array([0.0, 350.0, 185.0]), 5.0), (5, 15, 180))
