"""A photo without its person."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

pytest.importorskip("cv2")

from motionclip_blender.core.progress import Cancelled
from motionclip_blender.photo.acting import opening
from motionclip_blender.photo.background import floor_near, without_person
from motionclip_blender.photo.light import guess_light
from motionclip_blender.photo.patch_fill import filled
from tests.photo.staged import LIGHT, camera_at, staged

HERE = np.zeros(3)


@pytest.fixture(scope="module")
def scene(open_body):
    return staged(open_body, 320, 240, seed=1)


@pytest.fixture(scope="module")
def background(scene):
    return without_person(scene.picture, scene.mask, scene.fit.camera, HERE)


def test_what_is_not_the_persons_does_not_change(scene, background):
    kept = ~background.taken_out
    assert (background.picture[kept] == scene.picture[kept]).all()
    assert background.taken_out.mean() < 2.2 * (scene.mask > 0.5).mean() + scene.shadow.mean()
    assert background.taken_out[scene.mask > 0.5].all()


@pytest.mark.parametrize("seed", [2, 3, 4])
def test_what_is_painted_is_like_the_room(open_body, seed):
    scene = staged(open_body, 240, 200, seed=seed)
    found = without_person(scene.picture, scene.mask, scene.fit.camera, HERE)
    apart = np.abs(found.picture.astype(float) - scene.empty)[found.taken_out].mean()
    flat = np.abs(scene.empty.astype(float) - np.median(scene.empty, axis=(0, 1)))[found.taken_out].mean()
    assert apart < 9 and apart < flat / 3


def test_the_shadow_goes_too(scene, background):
    together = (background.shadow & scene.shadow).sum() / (background.shadow | scene.shadow).sum()
    assert together > 0.6
    assert 0.25 < background.darkness < 0.6
    assert background.taken_out[scene.shadow].mean() > 0.95


def test_no_shadow_is_made_up(open_body, scene):
    lit = np.where(scene.mask[..., None] > 0.5, scene.picture, scene.empty)
    found = without_person(lit, scene.mask, scene.fit.camera, HERE)
    assert not found.shadow.any() and found.darkness == 0


def test_the_same_photo_gives_the_same_background(scene, background):
    again = without_person(scene.picture, scene.mask, scene.fit.camera, HERE)
    assert (again.picture == background.picture).all()


def test_a_person_who_fills_the_picture(scene):
    found = without_person(scene.picture, np.ones_like(scene.mask), scene.fit.camera, HERE)
    assert found.picture.shape == scene.picture.shape


@pytest.mark.parametrize("size", [(1, 1), (3, 2), (9, 9), (2, 400)])
def test_tiny_and_thin_pictures(size):
    picture = np.random.default_rng(0).integers(0, 255, (*size, 3)).astype(np.uint8)
    hole = np.zeros(size, bool)
    hole[size[0] // 2, size[1] // 2] = size != (1, 1)
    out = filled(picture, hole)
    assert out.shape == picture.shape and (out[~hole] == picture[~hole]).all()


def test_filling_can_be_ended(scene):
    def stop():
        raise Cancelled

    with pytest.raises(Cancelled):
        filled(scene.picture, scene.mask > 0.5, stop)


def test_the_floor_is_below_the_horizon():
    camera = camera_at(320, 240)
    floor = floor_near(camera, HERE, 1.0)
    assert floor.any() and not floor[:120].any()
    assert floor_near(camera, HERE, 3.0).sum() > floor.sum()


# --- light


def test_light_comes_from_where_the_shadow_says(open_body, scene, background):
    points = open_body.posed_vertices(opening(scene.fit, 30.0))[0].astype(float)
    light = guess_light(scene.picture, scene.mask, scene.fit.camera, points, open_body.faces, background)
    assert light.source == "shadow" and np.degrees(np.arccos(light.towards @ LIGHT)) < 8


def test_without_a_shadow_shading_tells_the_side(open_body, scene, background):
    points = open_body.posed_vertices(opening(scene.fit, 30.0))[0].astype(float)
    none = replace(background, darkness=0.0)
    light = guess_light(scene.picture, scene.mask, scene.fit.camera, points, open_body.faces, none)
    assert light.source == "shading" and light.towards[0] < 0 and light.towards[1] > 0.5
    flat = np.full_like(scene.picture, 120)
    usual = guess_light(flat, scene.mask, scene.fit.camera, points, open_body.faces, none)
    assert usual.source == "usual" and np.linalg.norm(usual.towards) == pytest.approx(1)
