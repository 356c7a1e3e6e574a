"""Fits to people whose body and camera are known, seen by an unerring network."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from motionclip_blender.core.errors import UserError
from motionclip_blender.core.progress import Cancelled
from motionclip_blender.photo.camera import draw, seen_from
from motionclip_blender.photo.fit import fit
from motionclip_blender.photo.see import LANDMARKS, Seen
from motionclip_blender.photo.skin import Skin
from motionclip_blender.photo.terms import Fit
from tests.photo.made import person, seen_of

pytest.importorskip("cv2")
pytest.importorskip("scipy")


def joints(body, found: Fit) -> np.ndarray:
    return seen_from(found.camera, body.posed_joints(Skin(body, found).motion, found.betas)[0])[:22].astype(float)


def apart(body, found: Fit, truth: Fit) -> float:
    """Mean distance of the joints from the pelvis, as a part of the body's height, after scaling."""
    own, true = (points - points[0] for points in (joints(body, found), joints(body, truth)))
    own *= (own * true).sum() / (own**2).sum()
    return float(np.linalg.norm(own - true, axis=1).mean() / np.ptp(body.vertices(truth.betas)[:, 1]))


@pytest.fixture(scope="module", params=[(0, 0.0, 0.1), (1, 0.7, 0.25)], ids=["in front", "aside"])
def case(request, open_body) -> tuple[Fit, Seen, Fit]:
    seed, turn, pitch = request.param
    truth = person(open_body, seed, turn=turn, pitch=pitch)
    seen = seen_of(open_body, truth)
    return truth, seen, fit(seen, open_body)


def test_the_outline_is_met(case, open_body) -> None:
    _, seen, found = case
    covered = draw(found.camera, Skin(open_body, found).vertices(), open_body.faces).covered
    should = seen.mask > 0.5
    overlap = (covered & should).sum() / (covered | should).sum()
    assert overlap > 0.93
    assert found.score == pytest.approx(overlap, abs=0.03)


def test_the_joints_are_where_they_were(case, open_body) -> None:
    truth, _, found = case
    assert apart(open_body, found, truth) < 0.04


def test_the_feet_stand_on_the_floor_and_the_pelvis_is_over_the_origin(case, open_body) -> None:
    truth, _, found = case
    skin = Skin(open_body, found)
    assert skin.vertices()[:, 1].min() == pytest.approx(0, abs=1e-3)
    pelvis = open_body.posed_joints(skin.motion, found.betas)[0, 0]
    assert np.abs(pelvis[[0, 2]]).max() < 1e-3
    turned = found.camera.rotation
    assert np.allclose(turned @ turned.T, np.eye(3), atol=1e-9)
    assert np.linalg.det(turned) == pytest.approx(1)
    assert found.camera.position[2] > 1  # in front, looking along -Z
    pitch = np.degrees([np.arcsin(-each.camera.rotation[2, 1]) for each in (found, truth)])
    assert abs(pitch[0] - pitch[1]) < 8


def test_the_arrays_are_those_of_the_contract(case) -> None:
    _, seen, found = case
    assert found.betas.shape == (10,)
    assert found.pose.shape == (55, 3)
    assert found.translation.shape == found.camera.position.shape == (3,)
    assert (found.camera.width, found.camera.height) == (seen.width, seen.height)
    assert all(np.isfinite(array).all() for array in (found.betas, found.pose, found.translation))
    assert 0 <= found.score <= 1


def test_a_lens_that_is_told_is_kept(open_body) -> None:
    truth = person(open_body, 2, focal=2.2, away=4.5)
    seen = seen_of(open_body, truth)
    found = fit(seen, open_body, focal=truth.camera.focal)
    assert found.camera.focal == pytest.approx(truth.camera.focal, rel=0.05)
    own, true = joints(open_body, found), joints(open_body, truth)
    own *= (own * true).sum() / (own**2).sum()
    assert np.linalg.norm(own - true, axis=1).mean() < 0.06 * 1.7


def test_the_same_photo_gives_the_same_fit(case, open_body) -> None:
    _, seen, found = case
    again = fit(seen, open_body)
    assert np.array_equal(again.pose, found.pose)
    assert again.camera.focal == found.camera.focal


def test_a_back_that_was_taken_for_a_front_is_turned_round(open_body) -> None:
    truth = person(open_body, 5, turn=2.8)
    taken = replace(seen_of(open_body, truth).turned_round(), face=False)
    found = fit(taken, open_body)
    assert apart(open_body, found, truth) < 0.05
    assert found.score > 0.9


def test_legs_that_are_cut_off_stand_straight(open_body) -> None:
    truth = person(open_body, 3)
    whole = seen_of(open_body, truth)
    below = np.array(["knee" in name or "ankle" in name or "heel" in name or "foot" in name for name in LANDMARKS])
    hip = int(whole.landmarks[LANDMARKS.index("left_hip"), 1])
    cut = replace(
        whole, height=hip, mask=whole.mask[:hip], visibility=np.where(below, 0.01, 0.99),
        landmarks=whole.landmarks + below[:, None] * np.array([30.0, 60.0]),
    )  # fmt: skip
    found = fit(cut, open_body)
    assert found.score > 0.85
    assert np.degrees(np.linalg.norm(found.pose[[1, 2, 4, 5]], axis=1)).max() < 20


def test_what_fits_no_body_is_refused(open_body) -> None:
    truth = person(open_body, 0)
    seen = seen_of(open_body, truth)
    mask = np.zeros_like(seen.mask)
    mask[:60, :60] = 1
    with pytest.raises(UserError, match="cannot be fitted"):
        fit(replace(seen, mask=mask), open_body)


def test_a_fit_can_be_cancelled(case, open_body) -> None:
    def stop(stage: str, share: float) -> None:
        assert stage == "Fitting the body"
        if share > 0.4:
            raise Cancelled

    with pytest.raises(Cancelled):
        fit(case[1], open_body, stop)
