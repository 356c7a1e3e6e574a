"""What a photo shows comes onto the body, and what it does not show is completed."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from motionclip_blender.core.body import Body
from motionclip_blender.core.skeleton import INDEX
from motionclip_blender.photo.atlas import lay_out
from motionclip_blender.photo.camera import draw
from motionclip_blender.photo.dress import dress
from motionclip_blender.photo.offsets import moved_to_outline
from motionclip_blender.photo.paint import Paint, Places, merged, project_photo
from motionclip_blender.photo.preview import drawn
from motionclip_blender.photo.raster import corner_mean
from motionclip_blender.photo.skin import Skin
from motionclip_blender.photo.surface import Surface
from motionclip_blender.photo.terms import Dressed, Fit
from tests.photo.made import BACKGROUND, camera, person, picture_of, seen_of

cv2 = pytest.importorskip("cv2")
pytest.importorskip("scipy")


@pytest.fixture(scope="module")
def front(open_body: Body) -> Fit:
    return person(open_body, 0)


@pytest.fixture(scope="module")
def dressed(open_body: Body, front: Fit) -> Dressed:
    return dress([picture_of(open_body, front)], [seen_of(open_body, front)], [front], open_body)


def zone_colour(body: Body, zone: str) -> np.ndarray:
    return np.clip(body.zone_colours[body.zone_names.index(zone)], 0, 1) ** (1 / 2.2)


def colours_of(body: Body, dressed: Dressed, faces: np.ndarray) -> np.ndarray:
    """The texture's colours (n, 3) at the middles of faces."""
    size = len(dressed.texture)
    at = np.floor(dressed.uv[faces].mean(axis=1) * (size, -size) + (0, size)).astype(int)
    return dressed.texture[at[:, 1], at[:, 0]] / 255.0


def test_the_arrays_are_those_of_the_contract(dressed: Dressed, open_body: Body) -> None:
    assert dressed.offsets.shape == open_body.template.shape
    assert dressed.uv.shape == (len(open_body.faces), 3, 2)
    assert dressed.texture.shape == (1024, 1024, 3)
    assert dressed.texture.dtype == np.uint8
    assert np.isfinite(dressed.offsets).all()


def test_the_dressed_body_looks_like_the_photo(dressed: Dressed, front: Fit, open_body: Body) -> None:
    picture, covered = drawn(dressed, front, open_body)
    difference = np.abs(picture - picture_of(open_body, front) / 255.0).mean(axis=2)
    inside = cv2.erode((seen_of(open_body, front).mask > 0.5).astype(np.uint8), np.ones((5, 5))) > 0
    assert difference[inside & covered].mean() < 0.03


def test_the_back_has_the_colours_of_the_front(dressed: Dressed, open_body: Body) -> None:
    points = open_body.template[open_body.faces].astype(float)
    backwards = np.cross(points[:, 1] - points[:, 0], points[:, 2] - points[:, 0])[:, 2] < 0
    zone = open_body.face_zone
    for name in ("shirt", "trousers"):
        there = np.flatnonzero((zone == open_body.zone_names.index(name)) & backwards)
        wrong = np.abs(colours_of(open_body, dressed, there) - zone_colour(open_body, name)).max(axis=1)
        assert np.median(wrong) < 0.04, name
        assert (wrong < 0.15).mean() > 0.9, name


def test_nothing_of_the_background_comes_onto_the_body(dressed: Dressed, open_body: Body) -> None:
    seen = colours_of(open_body, dressed, np.arange(len(open_body.faces)))
    assert (np.abs(seen - np.array(BACKGROUND) / 255).max(axis=1) < 0.06).mean() < 0.01


def test_the_hair_goes_round_the_head(dressed: Dressed, open_body: Body) -> None:
    hair = open_body.face_zone == open_body.zone_names.index("hair")
    behind = open_body.template[open_body.faces][:, :, 2].max(axis=1) < open_body.joints()[INDEX["head"], 2]
    wrong = np.abs(colours_of(open_body, dressed, np.flatnonzero(hair & behind)) - zone_colour(open_body, "hair"))
    assert np.median(wrong.max(axis=1)) < 0.12


def test_a_second_photo_fills_more(open_body: Body, front: Fit) -> None:
    atlas, outwards = lay_out(open_body)
    raster = atlas.texels(256, outwards)
    faces = raster.face[raster.covered]
    places = Places(raster, atlas.part[faces], corner_mean(atlas.flat[faces], raster.shares[raster.covered]))
    paints = []
    for turn in (0.0, np.pi):
        fit = replace(front, camera=camera(turn=turn))
        skin = Skin(open_body, fit)
        paints.append(project_photo(picture_of(open_body, fit), seen_of(open_body, fit), skin, skin.vertices(), places))
    both = merged(paints)
    known = [(paint.weights > 0.25).mean() for paint in (*paints, both)]
    assert known[2] > 1.6 * max(known[:2])
    truth = np.clip(open_body.zone_colours, 0, 1) ** (1 / 2.2)
    wrong = np.abs(both.colours - truth[open_body.face_zone[faces]]).max(axis=1)
    assert (wrong[both.weights > 0.25] < 0.1).mean() > 0.93


def test_the_light_of_a_second_photo_is_made_alike() -> None:
    rng = np.random.default_rng(0)
    colours = rng.uniform(0.3, 0.6, (1000, 3)).astype(np.float32)
    first = Paint(colours, np.where(np.arange(1000) < 700, 1.0, 0.0))
    second = Paint(colours * 0.8, np.where(np.arange(1000) >= 300, 1.0, 0.0))
    assert np.abs(merged([first, second]).colours - colours).max() < 0.03


def test_a_limb_hides_what_is_behind_it(open_body: Body) -> None:
    pose = np.zeros((55, 3))
    pose[INDEX["left_shoulder"]] = (0.0, -1.3, -0.9)  # the arm before the trunk
    pose[INDEX["left_elbow"]] = (0.0, -1.0, 0.0)
    fit = Fit(np.zeros(10), pose, np.zeros(3), camera(), 1.0)
    found = dress([picture_of(open_body, fit)], [seen_of(open_body, fit)], [fit], open_body)
    skin = zone_colour(open_body, "skin")
    shirt = np.flatnonzero(open_body.face_zone == open_body.zone_names.index("shirt"))
    trunk = shirt[lay_out(open_body)[0].part[shirt] == 1]
    assert (np.abs(colours_of(open_body, found, trunk) - skin).max(axis=1) < 0.15).mean() < 0.02


def test_vertices_move_out_to_a_wider_outline_and_stay_at_the_true_one(open_body: Body, front: Fit) -> None:
    seen, surface = seen_of(open_body, front), Surface(open_body)
    skin = Skin(open_body, front)
    still = moved_to_outline([skin], [seen], surface)
    assert np.linalg.norm(still, axis=1).max() < 0.012
    wide = cv2.dilate(seen.mask, cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (13, 13)))
    offsets = moved_to_outline([skin], [replace(seen, mask=wide)], surface)
    before, after = (
        draw(front.camera, vertices, open_body.faces).covered for vertices in (skin.vertices(), skin.vertices(offsets))
    )
    missing = (wide > 0.5) & ~before
    assert (missing & after).sum() > 0.6 * missing.sum()
    assert np.linalg.norm(offsets, axis=1).max() < 0.1
    edges = open_body.faces[:, [0, 1]]
    assert np.linalg.norm(offsets[edges[:, 0]] - offsets[edges[:, 1]], axis=1).max() < 0.025  # smooth


def test_a_licensed_bodys_correctives_are_kept(small_body: Body) -> None:
    fit = person(small_body, 1)
    skin = Skin(small_body, fit)
    offsets = np.full(small_body.template.shape, 0.01)
    moved = skin.vertices(offsets) - skin.bare
    assert np.linalg.norm(moved, axis=1).max() < 0.01 * np.sqrt(3) + 1e-6
    assert np.allclose(skin.vertices(), small_body.posed_vertices(skin.motion, fit.betas)[0], atol=1e-6)
