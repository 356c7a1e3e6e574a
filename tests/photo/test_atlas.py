"""The UV map: within bounds, hardly stretched, hardly overlapping, and alike on both sides."""

from __future__ import annotations

import numpy as np
import pytest

from motionclip_blender.photo.atlas import PARTS, Atlas, lay_out


@pytest.fixture(scope="module")
def laid(open_body) -> tuple[Atlas, np.ndarray]:
    return lay_out(open_body)


def areas(corners: np.ndarray) -> np.ndarray:
    first, second = corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0]
    if corners.shape[2] == 2:
        return (first[:, 0] * second[:, 1] - first[:, 1] * second[:, 0]) / 2
    return np.linalg.norm(np.cross(first, second), axis=1) / 2


def test_every_corner_lies_in_the_map(laid, small_body) -> None:
    for atlas in (laid[0], lay_out(small_body)[0]):
        assert atlas.uv.shape == (len(atlas.faces), 3, 2)
        assert np.isfinite(atlas.uv).all()
        assert atlas.uv.min() >= 0 and atlas.uv.max() <= 1


def test_few_faces_are_turned_over(laid, open_body) -> None:
    atlas, _ = laid
    signed, real = areas(atlas.uv), areas(open_body.template[open_body.faces].astype(float))
    for number, part in enumerate(PARTS):
        own = atlas.part == number
        way = np.sign((signed[own] * real[own]).sum())
        turned = real[own][signed[own] * way <= 0].sum() / real[own].sum()
        assert turned < (0.2 if part.name == "head" else 0.07), (
            part.name
        )  # the head has ears, eyes and a mouth's inside


def test_no_part_is_much_coarser_than_another(laid, open_body) -> None:
    atlas, _ = laid
    flat, real = np.abs(areas(atlas.uv)), areas(open_body.template[open_body.faces].astype(float))
    density = np.array([flat[atlas.part == n].sum() / real[atlas.part == n].sum() for n in range(len(PARTS))])
    trunk = density[[part.name for part in PARTS].index("trunk")]
    assert (density > 0.7 * trunk).all()
    assert density[0] > 2 * trunk  # the face is looked at


def test_the_map_is_used_well_and_charts_keep_apart(laid) -> None:
    atlas, outwards = laid
    shown = atlas.texels(512, outwards)
    assert shown.covered.mean() > 0.45
    part = np.where(shown.covered, atlas.part[shown.face], -1)
    for step in (np.s_[1:, :], np.s_[:, 1:]):
        before = part[tuple(slice(None, -1) if s.start else s for s in step)]
        beside = (part[step] != before) & (part[step] >= 0) & (before >= 0)
        assert not beside.any()


def test_the_mirror_image_of_a_place_lies_across_the_body(laid, open_body) -> None:
    atlas, outwards = laid
    shown = atlas.texels(512, outwards)
    faces, shares = shown.face[shown.covered], shown.shares[shown.covered]
    places = np.einsum("nkc,nk->nc", open_body.template[open_body.faces[faces]], shares)
    flat = np.einsum("nkc,nk->nc", atlas.flat[faces], shares)
    index = np.full(shown.face.shape, -1)
    index[shown.covered] = np.arange(len(faces))
    for other, sign in ((atlas.mirrored, (-1, 1, 1)), (atlas.behind, (1, 1, -1))):
        part, there = other(atlas.part[faces], flat)
        pixel = np.clip(np.floor(atlas.placed(part, there) * (512, -512) + (0, 512)).astype(int), 0, 511)
        found = index[pixel[:, 1], pixel[:, 0]]
        hit = (found >= 0) & (atlas.part[faces[found]] == part)
        trunk = hit & (atlas.part[faces] == 1)
        distance = np.linalg.norm((places[found] - places * sign)[trunk][:, :2], axis=1)
        assert hit.mean() > 0.8
        assert np.median(distance) < 0.03
