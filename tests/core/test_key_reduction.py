"""Reduced keys: the curve through them stays within the bound, and there are few."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest

from motionclip_blender.core import rotations as rot
from motionclip_blender.core.errors import UserError
from motionclip_blender.core.key_reduction import Bound, distances, reduced, rotation_errors, slopes, through_keys
from tests.synthetic import random_motion


def bezier(values: np.ndarray, keys: np.ndarray) -> np.ndarray:
    """The curve (T,) through keys, by de Casteljau's construction, with handles at a third of the way."""
    slope = np.gradient(values)
    at = np.flatnonzero(keys)
    made = values.astype(float).copy()
    for a, b in pairwise(at):
        third = (b - a) / 3
        points = [values[a], values[a] + slope[a] * third, values[b] - slope[b] * third, values[b]]
        for frame in range(a, b + 1):
            t, row = (frame - a) / (b - a), points
            while len(row) > 1:
                row = [(1 - t) * p + t * q for p, q in pairwise(row)]
            made[frame] = row[0]
    return made


@pytest.mark.parametrize("degrees", [0.2, 1.0, 4.0])
@pytest.mark.parametrize("seed", [1, 2])
def test_no_frame_is_off_by_more_than_the_bound(degrees, seed):
    motion = random_motion(150, size=0.4, seed=seed)
    turns = rot.continuous(motion.rotations.astype(float)).swapaxes(0, 1)
    keys = reduced(turns, degrees, rotation_errors)
    assert keys[:, [0, -1]].all()
    for joint in range(0, 55, 6):
        made = np.stack([bezier(turns[joint, :, i], keys[joint]) for i in range(4)], axis=1)
        assert rotation_errors(made, turns[joint]).max() <= degrees + 1e-6
        assert keys[joint].sum() < 75
    assert np.allclose(through_keys(turns, slopes(turns), keys)[0, :, 1], bezier(turns[0, :, 1], keys[0]))


def test_a_wider_bound_needs_fewer_keys_and_none_is_needless():
    turns = rot.continuous(random_motion(200, size=0.4).rotations.astype(float)).swapaxes(0, 1)
    counts = [reduced(turns, degrees, rotation_errors).sum() for degrees in (0.1, 0.5, 2.0, 8.0)]
    assert counts == sorted(counts, reverse=True) and counts[-1] < counts[0] / 2
    keys = reduced(turns[:3], 2.0, rotation_errors)
    for joint in range(3):
        for at in np.flatnonzero(keys[joint])[1:-1]:
            without = keys[joint].copy()
            without[at] = False
            made = through_keys(turns[[joint]], slopes(turns[[joint]]), without[None])
            assert rotation_errors(made, turns[[joint]]).max() > 2.0


def test_a_still_curve_keeps_its_ends_and_a_leap_its_place():
    way = np.zeros((1, 60, 3))
    assert np.flatnonzero(reduced(way, 0.01, distances)[0]).tolist() == [0, 59]
    way[:, 30:, 0] = 1.0
    keys = reduced(way, 0.01, distances)
    assert keys[0, 29] and keys[0, 30] and keys.sum() < 12
    assert np.abs(through_keys(way, slopes(way), keys) - way).max() <= 0.01


def test_a_curve_has_the_same_keys_alone_and_among_others():
    turns = rot.continuous(random_motion(400, size=0.4).rotations.astype(float)).swapaxes(0, 1)
    together = reduced(turns, 1.0, rotation_errors)  # more than are worked on at once
    for joint in range(0, 55, 9):
        assert np.array_equal(reduced(turns[[joint]], 1.0, rotation_errors)[0], together[joint])


@pytest.mark.parametrize("frames", [1, 2, 3])
def test_short_curves(frames):
    way = np.random.default_rng(0).normal(size=(2, frames, 3))
    assert reduced(way, 1e-6, distances).all()


@pytest.mark.parametrize("bad", [0.0, -1.0, float("nan"), float("inf")])
def test_a_bound_that_is_none(bad):
    with pytest.raises(UserError, match="give another bound"):
        Bound(degrees=bad)
    with pytest.raises(UserError, match="0 millimetres"):
        Bound(millimetres=bad)
