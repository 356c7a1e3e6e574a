"""Edges that were drawn pixel by pixel become what many samples a pixel would have given."""

from __future__ import annotations

import numpy as np
import pytest

from motionclip_blender.rig.antialias import smooth_edges

SIZE = 96
DARK, LIGHT = np.array([30, 40, 60], np.uint8), np.array([200, 190, 180], np.uint8)


def half_plane(angle: float, samples: int, size: int = SIZE) -> np.ndarray:
    """(size, size, 3) uint8: dark on one side of a line through the middle, `samples` x `samples` a pixel."""
    at = (np.arange(size * samples) + 0.5) / samples - size / 2 - 0.2
    inside = at[None, :] * np.cos(angle) + at[:, None] * np.sin(angle) > 0
    share = inside.reshape(size, samples, size, samples).mean(axis=(1, 3))[..., None]
    linear = [((colour / 255 + 0.055) / 1.055) ** 2.4 for colour in (DARK, LIGHT)]
    mixed = share * linear[0] + (1 - share) * linear[1]
    return np.round(255 * (1.055 * mixed ** (1 / 2.4) - 0.055)).astype(np.uint8)


def off(picture: np.ndarray, truth: np.ndarray) -> float:
    """Mean square error away from the border, where a line's end cannot be known."""
    inner = slice(12, -12)
    return float(np.mean((picture[inner, inner].astype(float) - truth[inner, inner]) ** 2))


@pytest.mark.parametrize("degrees", [2, 7, 13, 22, 31, 40, 52, 60, 77, 86, 95, 112, 170, 200, 250, 300])
def test_a_straight_line_comes_close_to_its_coverage(degrees):
    stairs, truth = (half_plane(np.radians(degrees), samples) for samples in (1, 16))
    assert off(smooth_edges(stairs), truth) < 0.2 * off(stairs, truth)


@pytest.mark.parametrize("degrees", [43, 45, 47, 133, 137, 223, 313])
def test_so_does_one_near_a_diagonal_though_less(degrees):
    """There most steps are one pixel long, and little is known from their lengths."""
    stairs, truth = (half_plane(np.radians(degrees), samples) for samples in (1, 16))
    assert off(smooth_edges(stairs), truth) < 0.4 * off(stairs, truth)


def test_a_disc_comes_close_to_its_coverage():
    def disc(samples: int) -> np.ndarray:
        at = (np.arange(SIZE * samples) + 0.5) / samples - SIZE / 2 - 0.3
        share = (at[None] ** 2 + at[:, None] ** 2 < 30**2).reshape(SIZE, samples, SIZE, samples).mean(axis=(1, 3))
        return np.round(255 * share[..., None] ** (1 / 2.2) * np.ones(3)).astype(np.uint8)

    assert off(smooth_edges(disc(1)), disc(16)) < 0.35 * off(disc(1), disc(16))


@pytest.mark.parametrize("shape", [(1, 1), (1, 7), (7, 1), (2, 2), (3, 500), (480, 640)])
def test_any_size(shape):
    picture = np.random.default_rng(0).integers(0, 256, (*shape, 3), np.uint8)
    before = picture.copy()
    smooth = smooth_edges(picture)
    assert smooth.shape == picture.shape and smooth.dtype == np.uint8
    assert np.array_equal(picture, before), "the picture itself is left alone"


def test_nothing_to_smooth():
    """One colour, a soft slope, and edges along the pixels, which are sharp already."""
    plain = np.full((20, 30, 3), 77, np.uint8)
    slope = np.broadcast_to(np.arange(0, 240, 4, dtype=np.uint8)[None, :, None], (20, 60, 3))
    upright = plain.copy()
    upright[:, 11:] = 200
    corner = plain.copy()
    corner[:9] = 200
    for picture in (plain, slope, upright, corner):
        assert np.array_equal(smooth_edges(picture), picture)


def test_turned_and_mirrored_it_is_the_same():
    picture = half_plane(np.radians(33), 1)
    picture[20:40, 10:30] = (90, 200, 10)
    smooth = smooth_edges(picture).astype(int)
    for turn in (np.rot90, np.fliplr, np.flipud, lambda array: np.swapaxes(array, 0, 1)):
        turned = smooth_edges(np.ascontiguousarray(turn(picture))).astype(int)
        # where a pixel is at an upright and a level edge alike, one of them goes first
        assert (np.abs(turned - turn(smooth)) > 1).any(axis=2).mean() < 0.002


def test_colours_stay_between_their_neighbours():
    rng = np.random.default_rng(4)
    picture = np.repeat(np.repeat(rng.integers(0, 256, (12, 12, 3), np.uint8), 5, 0), 7, 1)
    around = np.pad(picture, ((1, 1), (1, 1), (0, 0)), mode="edge").astype(int)
    near = np.stack((around[1:-1, 1:-1], around[:-2, 1:-1], around[2:, 1:-1], around[1:-1, :-2], around[1:-1, 2:]))
    smooth = smooth_edges(picture).astype(int)
    assert (smooth >= near.min(axis=0) - 1).all() and (smooth <= near.max(axis=0) + 1).all()


def test_the_border_of_the_picture_is_no_edge():
    """Nothing is blended with what lies on the other side of the picture."""
    picture = half_plane(np.radians(20), 1)
    smooth = smooth_edges(picture)
    for edge in (smooth[0], smooth[-1], smooth[:, 0], smooth[:, -1]):
        assert edge.min(axis=0).tolist() >= DARK.tolist() and edge.max(axis=0).tolist() <= LIGHT.tolist()
    wide = np.full((5, 40, 3), 30, np.uint8)
    wide[2:, -1] = 220
    assert np.array_equal(smooth_edges(wide)[:, :30], wide[:, :30])
