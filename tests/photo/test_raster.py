"""Triangles in numpy: who is in front, and where on a face a pixel lies."""

from __future__ import annotations

import numpy as np
import pytest

from motionclip_blender.photo.camera import draw, project, scaled, seen_from
from motionclip_blender.photo.raster import corner_mean, rasterise
from tests.photo.made import camera


def plane(depth: float) -> tuple[np.ndarray, np.ndarray]:
    """A square of 20 pixels, as two faces."""
    a, b, c, d = (5, 5), (25, 5), (25, 25), (5, 25)
    return np.array([[a, b, c], [a, c, d]], float), np.full((2, 3), depth)


def test_a_square_covers_its_pixels_once() -> None:
    shown = rasterise(*plane(2.0), 40, 50)
    assert shown.covered.sum() == 400
    assert shown.covered[5:25, 5:25].all()
    assert np.allclose(shown.shares[shown.covered].sum(axis=1), 1)
    assert np.allclose(shown.depth[shown.covered], 2)
    assert np.isinf(shown.depth[~shown.covered]).all()


def test_the_nearer_face_is_seen_whichever_comes_first() -> None:
    far, near = plane(3.0), plane(2.0)
    for first, second, wanted in ((far, near, {2, 3}), (near, far, {0, 1})):
        corners, depth = (np.concatenate(pair) for pair in zip(first, second, strict=True))
        shown = rasterise(corners, depth, 40, 50)
        assert set(np.unique(shown.face[shown.covered])) == wanted


def test_places_on_a_slanted_face_are_those_of_perspective() -> None:
    points = np.array([[-1.0, -0.5, 2.0], [1.0, -0.4, 5.0], [0.2, 1.0, 3.0]])
    pixels = 60 * points[:, :2] / points[:, 2:] + 50
    shown = rasterise(pixels[None], points[None, :, 2], 100, 100)
    rows, columns = np.nonzero(shown.covered)
    found = corner_mean(np.broadcast_to(points, (len(rows), 3, 3)), shown.shares[shown.covered])
    again = 60 * found[:, :2] / found[:, 2:] + 50
    assert np.abs(again - np.stack((columns, rows), axis=1) - 0.5).max() < 1e-3
    assert np.allclose(found[:, 2], shown.depth[shown.covered], atol=1e-4)


def test_what_is_behind_the_camera_or_no_number_is_left_out() -> None:
    corners, depth = plane(2.0)
    depth[0, 1], corners[1, 0, 0] = -1.0, np.nan
    assert not rasterise(corners, depth, 40, 50).covered.any()


def test_many_faces_are_drawn_in_parts_alike(monkeypatch: pytest.MonkeyPatch) -> None:
    rng = np.random.default_rng(0)
    corners, depth = rng.uniform(0, 60, (300, 3, 2)), rng.uniform(1, 5, (300, 3))
    whole = rasterise(corners, depth, 60, 60)
    monkeypatch.setattr("motionclip_blender.photo.raster._MOST_CANDIDATES", 700)
    parts = rasterise(corners, depth, 60, 60)
    assert np.array_equal(whole.face, parts.face)
    assert np.array_equal(whole.depth, parts.depth)


def test_a_closed_body_looks_the_same_without_the_faces_that_turn_their_back(open_body) -> None:
    eye = camera(160)
    pixels, depth = project(eye, open_body.template)
    both = rasterise(pixels[open_body.faces], depth[open_body.faces], 160, 160)
    front = draw(eye, open_body.template, open_body.faces)
    assert (front.covered ^ both.covered).sum() <= 0.004 * both.covered.sum()


def test_a_smaller_picture_shows_the_same() -> None:
    large = camera(400)
    points = np.array([[0.1, 0.4, 0.2], [-0.3, 1.5, -0.1]])
    small, _ = project(scaled(large, 100, 100), points)
    assert np.allclose(project(large, points)[0] / 4, small)
    assert (seen_from(large, points)[:, 2] > 0).all()
