"""Blends and sums of latents."""

from __future__ import annotations

import numpy as np
import pytest

from motionclip_blender.core.errors import UserError
from motionclip_blender.core.latents.arithmetic import MAX_STOPS, blend, combined, even_factors
from motionclip_blender.core.latents.expression import parse
from motionclip_blender.core.latents.terms import Prompt, StyleName

rng = np.random.default_rng(0)
A, B, C = (rng.normal(size=512).astype(np.float32) for _ in range(3))
SAD = 0.5 * rng.normal(size=512).astype(np.float32)
LATENTS = {Prompt("a"): A, Prompt("b"): B, Prompt("c"): C, StyleName("sad"): SAD}


def length(latent: np.ndarray) -> float:
    return float(np.linalg.norm(latent))


@pytest.mark.parametrize("spherical", [False, True])
def test_a_blend_begins_and_ends_with_its_latents(spherical: bool):
    stops = blend(A, B, even_factors(5), spherical)
    assert stops.shape == (5, 512) and stops.dtype == np.float32
    assert np.allclose(stops[[0, -1]], [A, B], atol=1e-5)
    assert np.allclose(blend(A, B, 0.25, spherical), stops[1], atol=1e-6)


def test_the_straight_way_is_straight():
    assert np.allclose(blend(A, B, 0.3), 0.7 * A + 0.3 * B, atol=1e-6)


def test_the_spherical_way_keeps_length_and_turns_evenly():
    stops = blend(A, 2 * B, even_factors(9), spherical=True)
    lengths = np.linalg.norm(stops, axis=1)
    assert np.allclose(lengths, np.linspace(length(A), 2 * length(B), 9), rtol=1e-5)
    directions = stops / lengths[:, None]
    angles = np.arccos(np.sum(directions[1:] * directions[:-1], axis=1))
    assert np.allclose(angles, angles[0], rtol=1e-3)


@pytest.mark.parametrize("end", [A, -A, np.zeros(512, np.float32), 3 * A], ids=["same", "opposite", "zero", "longer"])
def test_where_there_is_no_arc_the_spherical_way_is_straight(end: np.ndarray):
    stops = blend(A, end, even_factors(5), spherical=True)
    assert np.allclose(stops, blend(A, end, even_factors(5)), atol=1e-4)


@pytest.mark.parametrize("factor", [-0.1, 1.1, np.nan, np.inf])
def test_factors_outside_are_refused(factor: float):
    with pytest.raises(UserError, match="between 0 and 1"):
        blend(A, B, factor)


@pytest.mark.parametrize("stops", [-1, 0, 1, MAX_STOPS + 1])
def test_numbers_of_stops_that_cannot_be(stops: int):
    with pytest.raises(UserError, match="2 to 64 stops"):
        even_factors(stops)


def test_a_base_with_a_difference_is_the_plain_sum_where_that_is_no_longer():
    shorter = {**LATENTS, Prompt("b"): 0.1 * B, Prompt("c"): 0.1 * C, Prompt("a"): 0.9 * A - 0.05 * (B - C)}
    found = combined(parse('"a" + "b" - "c" + 0 * "d"'), shorter | {Prompt("d"): A})
    plain = shorter[Prompt("a")] + 0.1 * B - 0.1 * C
    longest = length(shorter[Prompt("a")])
    assert np.allclose(found, plain * min(1, longest / length(plain)), atol=1e-6) and found.dtype == np.float32
    assert np.allclose(combined(parse('0.5 * "a" + 0.5 * "b"'), LATENTS), (A + B) / 2, atol=1e-6)


@pytest.mark.parametrize("text", ['"a" + "b"', '"a" + 3 * ("b" - "c")', '5 * "a"', '"a" + 9 * {sad}', '-2 * "a" - "b"'])
def test_a_sum_is_never_longer_than_its_longest_source(text: str):
    terms = parse(text)
    plain = np.sum([term.weight * LATENTS[term.source] for term in terms], axis=0)
    found = combined(terms, LATENTS)
    used = [LATENTS[term.source] for term in terms if isinstance(term.source, Prompt)]
    assert length(found) == pytest.approx(max(map(length, used)), rel=1e-5) and length(plain) > length(found)
    assert np.allclose(found / length(found), plain / length(plain), atol=1e-5)  # the direction is the sum's


def test_a_weight_below_one_shortens():
    assert np.allclose(combined(parse('0.5 * "a"'), LATENTS), 0.5 * A)


NOTHING_LEFT = {
    "{sad}": "{sad} alone is no motion; add it to something",
    '2 * {sad} + 0 * "a"': "{sad} alone is no motion",
    '0 * "a"': "All weights are zero",
    '"a" - "a"': "cancel each other out",
    '10 * "a" - 10 * "a"': "cancel each other out",
}


@pytest.mark.parametrize(("text", "sentence"), NOTHING_LEFT.items())
def test_nothing_left_is_said(text: str, sentence: str):
    with pytest.raises(UserError, match=sentence):
        combined(parse(text), LATENTS)
