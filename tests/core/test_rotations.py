"""Rotations: every form turns into every other and back, at the awkward angles too."""

from __future__ import annotations

import numpy as np
import pytest

from motionclip_blender.core import rotations as rot
from tests.synthetic import angle_between

HALF = np.sqrt(0.5)
AWKWARD_ANGLES = [0.0, 1e-9, 1e-4, 1.0, np.pi / 2, np.pi - 1e-6, np.pi]


def random_quaternions(*shape: int) -> np.ndarray:
    q = np.random.default_rng(1).normal(size=(*shape, 4))
    return q / np.linalg.norm(q, axis=-1, keepdims=True)


def test_a_quarter_turn_about_y_takes_forward_to_the_left():
    quarter = rot.axis_angle_to_quat(np.array([0, np.pi / 2, 0]))
    assert quarter == pytest.approx([HALF, 0, HALF, 0])
    assert rot.quat_to_matrix(quarter) @ [0, 0, 1] == pytest.approx([1, 0, 0])


def test_a_product_turns_by_its_right_factor_first():
    a, b = random_quaternions(2, 50)
    product = rot.quat_to_matrix(rot.quat_multiply(a, b))
    assert product == pytest.approx(rot.quat_to_matrix(a) @ rot.quat_to_matrix(b), abs=1e-12)


def test_the_conjugate_undoes_a_rotation():
    q = random_quaternions(50)
    assert rot.quat_multiply(q, rot.quat_conjugate(q)) == pytest.approx(np.tile([1, 0, 0, 0], (50, 1)), abs=1e-12)


def test_matrices_are_rotations():
    m = rot.quat_to_matrix(random_quaternions(3, 20))
    assert m.shape == (3, 20, 3, 3)
    assert m @ m.swapaxes(-1, -2) == pytest.approx(np.broadcast_to(np.eye(3), m.shape), abs=1e-12)
    assert np.linalg.det(m) == pytest.approx(np.ones((3, 20)))


@pytest.mark.parametrize("angle", AWKWARD_ANGLES)
@pytest.mark.parametrize("axis", [(1, 0, 0), (0, 1, 0), (0, 0, 1), (1, 1, 1), (-1, 2, -0.5)])
def test_every_form_comes_back_from_every_other(axis, angle):
    vector = np.array(axis) / np.linalg.norm(axis) * angle
    q = rot.axis_angle_to_quat(vector)
    assert angle_between(rot.axis_angle_to_quat(rot.quat_to_axis_angle(q)), q) < 1e-7
    assert angle_between(rot.matrix_to_quat(rot.quat_to_matrix(q)), q) < 1e-7
    assert angle_between(rot.matrix_to_quat(rot.sixd_to_matrix(rot.quat_to_sixd(q))), q) < 1e-7


def test_small_angles_keep_their_digits():
    vector = np.array([3e-7, -2e-7, 1e-7])
    assert rot.quat_to_axis_angle(rot.axis_angle_to_quat(vector)) == pytest.approx(vector, rel=1e-9)


def test_rotation_vectors_take_the_short_way_round():
    three_quarters = rot.axis_angle_to_quat(np.array([1.5 * np.pi, 0, 0]))
    assert rot.quat_to_axis_angle(three_quarters) == pytest.approx([-np.pi / 2, 0, 0])


def test_sixd_holds_the_first_two_rows():
    m = rot.quat_to_matrix(random_quaternions(5))
    sixd = rot.matrix_to_sixd(m)
    assert sixd[:, :3] == pytest.approx(m[:, 0]) and sixd[:, 3:] == pytest.approx(m[:, 1])


def test_any_six_numbers_become_a_rotation():
    sixd = np.random.default_rng(2).normal(size=(100, 6)) * 5
    m = rot.sixd_to_matrix(sixd)
    assert m @ m.swapaxes(-1, -2) == pytest.approx(np.broadcast_to(np.eye(3), m.shape), abs=1e-9)
    assert np.linalg.det(m) == pytest.approx(np.ones(100))


def test_continuous_never_jumps_and_keeps_the_rotations():
    seconds = np.linspace(0, 20, 400)[:, None, None]
    smooth = rot.axis_angle_to_quat(seconds * np.array([[0.0, 1, 0], [0.5, 0, 0]]))
    jumping = smooth * np.random.default_rng(3).choice([-1, 1], size=(400, 2, 1))
    mended = rot.continuous(jumping)
    assert np.abs(np.diff(mended, axis=0)).max() < 0.06
    assert angle_between(mended, jumping).max() < 1e-7
    assert (mended[0] == jumping[0]).all()


@pytest.mark.parametrize("sign", [1, -1])
def test_slerp_turns_evenly_along_the_shorter_arc(sign):
    a = rot.axis_angle_to_quat(np.array([0.0, 0, 0]))
    b = rot.axis_angle_to_quat(np.array([0.0, 0, 1.2])) * sign
    for t in (0.0, 0.25, 0.5, 1.0):
        assert angle_between(rot.slerp(a, b, t), rot.axis_angle_to_quat(np.array([0, 0, 1.2 * t]))) < 1e-7


def test_slerp_between_equal_rotations_stays_there():
    q = random_quaternions(10)
    assert angle_between(rot.slerp(q, q, 0.3), q).max() < 1e-7
    assert angle_between(rot.slerp(q, -q, 0.3), q).max() < 1e-7


def test_single_precision_stays_single():
    q = random_quaternions(4, 3).astype(np.float32)
    assert rot.quat_to_matrix(q).dtype == np.float32
    assert rot.slerp(q, q[::-1], 0.5).dtype == np.float32
    assert rot.continuous(q).dtype == np.float32


def test_the_smallest_rotation_between_directions():
    random = np.random.default_rng(0)
    a, b = random.normal(size=(2, 20, 3))
    turned = np.einsum("tab,tb->ta", rot.quat_to_matrix(rot.between(a, b)), a)
    np.testing.assert_allclose(np.cross(turned, b), 0, atol=1e-9)
    assert (np.sum(turned * b, axis=1) > 0).all()
    # as far as the directions are apart, also where they are opposite; one direction serves many
    opposite = rot.between(a, -a)
    np.testing.assert_allclose(np.abs(opposite[:, 0]), 0, atol=1e-6)
    np.testing.assert_allclose(np.einsum("tab,tb->ta", rot.quat_to_matrix(opposite), a), -a, atol=1e-6)
    assert rot.between(a[0], b).shape == (20, 4)
    np.testing.assert_allclose(rot.between(a[0], np.zeros(3)), [1, 0, 0, 0])
