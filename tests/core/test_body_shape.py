"""The shape that is asked for by text."""

from __future__ import annotations

import numpy as np
import pytest

from motionclip_blender.core.body_shape import BodyShape
from motionclip_blender.core.errors import UserError


def test_numbers_count_from_the_first_beta(open_body):
    assert BodyShape.parse("1, -0.5").betas(open_body) == pytest.approx([1, -0.5])


def test_names_are_those_of_the_body(open_body):
    betas = BodyShape.parse("age=2, Height=-1,leg length=0.5").betas(open_body)
    expected = dict(zip(open_body.shape_names, [0.0] * 10, strict=True)) | {"age": 2, "height": -1, "leg_length": 0.5}
    assert betas == pytest.approx(list(expected.values())[: len(betas)])


def test_a_body_without_names_has_numbered_ones(small_body):
    assert BodyShape.parse("beta_2=1.5").betas(small_body) == pytest.approx([0, 0, 1.5])
    assert BodyShape.parse("Shape001=1").betas(small_body) == pytest.approx([0, 1])


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("", "is a number"), ("1,,2", "is a number"), ("tall", "is a number"), ("1,height=2", "or all of them names"),
        ("nan", "between -5 and 5"), ("height=inf", "between -5 and 5"), ("9", "between -5 and 5"),
        ("age=1,age=2", "given twice"),
    ],
)  # fmt: skip
def test_what_is_no_shape_is_refused(text, sentence):
    with pytest.raises(UserError, match=sentence):
        BodyShape.parse(text)


def test_a_name_that_the_body_lacks_is_refused_with_those_it_has(open_body):
    with pytest.raises(UserError, match="no beta 'girth'; it has height, weight"):
        BodyShape.parse("girth=1").betas(open_body)
    with pytest.raises(UserError, match="10 shape parameters"):
        BodyShape.parse(",".join(["1"] * 11)).betas(open_body)


def test_a_shaped_body_is_that_body(open_body):
    betas = np.array([2, 0, 0, 0, -1], np.float32)
    shaped = open_body.shaped(betas)
    assert shaped.vertices() == pytest.approx(open_body.vertices(betas))
    assert shaped.joints() == pytest.approx(open_body.joints(betas), abs=1e-5)
    assert shaped.mean is open_body and open_body.shaped(None) is open_body
    assert shaped.leg_length > open_body.leg_length


def test_only_a_body_of_smplx_s_own_shapes_notes_them_in_motion_files(open_body, small_body):
    assert open_body.shaped([1.0]).smplx_betas is None, "its betas would mean another shape elsewhere"
    assert small_body.smplx_betas is None
    assert small_body.shaped([1.0]).smplx_betas == pytest.approx([1] + 9 * [0])
