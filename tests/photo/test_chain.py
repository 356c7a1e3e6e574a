"""The body as a function of what is sought: the same as `Body`, with true derivatives."""

from __future__ import annotations

import numpy as np
import pytest

from motionclip_blender.core.motion import Motion
from motionclip_blender.photo.chain import TURNED, Chain, State, projected
from motionclip_blender.photo.prior import load_prior

RELAXED = np.random.default_rng(5).normal(size=(33, 3)) * 0.2
IDS = np.arange(0, 600, 41)


@pytest.fixture
def state() -> State:
    rng = np.random.default_rng(1)
    turns = rng.normal(size=(TURNED, 3)) * 0.6
    turns[0] = (2.9, 0.3, -0.2)
    return State(turns, np.array([0.1, 0.2, 3.0]), rng.normal(size=10), 6.0)


def test_joints_and_vertices_are_those_of_the_body(small_body, state) -> None:
    chain = Chain(small_body, state, RELAXED)
    motion = Motion.from_axis_angle(np.concatenate((state.turns, RELAXED)).reshape(1, -1), state.place[None])
    assert np.allclose(chain.places, small_body.posed_joints(motion, state.betas)[0], atol=1e-4)
    assert np.allclose(chain.vertices(IDS)[0], small_body.posed_vertices(motion, state.betas, IDS)[0], atol=1e-4)


@pytest.mark.parametrize("what", ["landmarks", "vertices", "pixels"])
def test_derivatives_are_those_of_small_steps(small_body, state, what: str) -> None:
    offsets = load_prior().offsets

    def value(at: State) -> tuple[np.ndarray, np.ndarray]:
        chain = Chain(small_body, at, RELAXED)
        if what == "vertices":
            return chain.vertices(IDS)
        found = chain.landmarks(offsets)
        return found if what == "landmarks" else projected(*found, at.focal, np.array([200.0, 150.0]))

    _, derivatives = value(state)
    for column in range(state.size):
        change = np.zeros(state.size)
        change[column] = step = 1e-3 if 69 <= column < 79 else 1e-6  # the body's shapes have single precision
        numeric = (value(state.moved(change))[0] - value(state.moved(-change))[0]) / (2 * step)
        scale = np.abs(derivatives).max()
        assert np.abs(numeric - derivatives[..., column]).max() < 1e-3 * scale, column


def test_a_turn_beyond_half_a_circle_is_taken_the_shorter_way_round(small_body, state) -> None:
    change = np.zeros(state.size)
    change[:3] = state.turns[0] / np.linalg.norm(state.turns[0])
    moved = state.moved(change)
    assert np.linalg.norm(moved.turns[0]) <= np.pi
    plain = State(np.concatenate(((state.turns[0] + change[:3])[None], state.turns[1:])), state.place, state.betas, 6.0)
    assert np.allclose(Chain(small_body, moved, RELAXED).places, Chain(small_body, plain, RELAXED).places)


def test_the_prior_that_ships_fits_the_body() -> None:
    prior = load_prior()
    assert prior.mean.shape == prior.low.shape == prior.high.shape == (63,)
    assert prior.whitening.shape == (63, 63)
    assert (prior.low < prior.mean).all() and (prior.mean < prior.high).all()
    assert prior.offsets.shape == (33, 3)
    assert np.abs(prior.offsets).max() < 0.2
    assert (prior.spread > 0).all() and (prior.deep > 0).all()
