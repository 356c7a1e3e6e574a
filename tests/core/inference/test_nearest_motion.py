"""The known motion at a latent: mixtures of its wordings, and latents between motions."""

from __future__ import annotations

import numpy as np
import pytest

from motionclip_blender.core.engine import Engine
from motionclip_blender.core.inference.nearest_motion import NearestMotions, _mixed_length
from motionclip_blender.core.latents.arithmetic import normalised


@pytest.fixture(scope="module")
def wordings() -> tuple[np.ndarray, np.ndarray]:
    """Directions of 12 motions' wordings, 1 to 12 each, which share most of what they say."""
    random = np.random.default_rng(4)
    motions = np.repeat(np.arange(12) * 2, np.arange(12) + 1)
    centres = random.normal(size=(24, 64)) + 1.0
    directions = normalised(centres[motions] + random.normal(size=(len(motions), 64)))
    order = random.permutation(len(motions))
    return directions[order].astype(np.float32), motions[order]


def test_every_mixture_of_a_motions_wordings_lies_at_them(wordings):
    directions, motions = wordings
    nearest, random = NearestMotions(directions, motions), np.random.default_rng(1)
    for motion in np.unique(motions):
        own = directions[motions == motion]
        for shares in (np.ones(len(own)), random.exponential(size=len(own)), np.eye(len(own))[0]):
            (near,) = nearest.of(normalised(shares.astype(np.float32) @ own)[None])
            assert near.motion == motion and near.distance < 5e-3 < near.second


def test_the_distance_is_that_to_the_best_mixture(wordings):
    """Against projected gradients, which need many steps."""
    directions, motions = wordings
    asked = normalised(np.random.default_rng(2).normal(size=(5, 64)) + 0.5)
    for motion in np.unique(motions)[2::4]:
        own = directions[motions == motion].astype(float)
        for one in asked:
            shares = np.zeros(len(own))
            for _ in range(2000):
                shares = np.maximum(shares - 0.5 / len(own) * (own @ (own.T @ shares - one)), 0)
            assert _mixed_length(own @ own.T, own @ one) == pytest.approx(np.sum((own.T @ shares) ** 2), abs=2e-3)


def test_nothing_alike_is_far_from_everything():
    directions = np.eye(4, dtype=np.float32)[:2]
    (near,) = NearestMotions(directions, np.array([5, 9])).of(-directions[:1])
    assert (near.distance, near.second) == (1.0, 1.0)


def test_one_motion_alone_has_no_second():
    (near,) = NearestMotions(np.eye(4, dtype=np.float32)[:1], np.array([3])).of(np.eye(4, dtype=np.float32)[:1])
    assert near.motion == 3 and near.distance < 5e-3 and near.second == 1.0


def test_answers_are_kept_and_right_in_any_order(wordings):
    directions, motions = wordings
    nearest = NearestMotions(directions, motions)
    one = nearest.of(directions[:5])
    two = nearest.of(directions[[7, 3, 3, 0]])
    assert two[1] is two[2] is one[3] and two[3] is one[0] and two[0].motion == motions[7]
    for _ in range(3):
        nearest.of(directions)
    again = nearest.of(directions[:5])
    assert [near.motion for near in again] == [near.motion for near in one]
    np.testing.assert_allclose([near.second for near in again], [near.second for near in one], atol=1e-4)


def test_prompts_lie_at_the_motion_that_answers_them(engine: Engine):
    """Also where a single wording of another motion is nearer than each of the motion's own."""
    retrieval = engine.retrieval
    motions = np.unique(retrieval.motions)[::5]
    found = retrieval.nearest(np.stack([retrieval.latent(int(motion)) for motion in motions]))
    assert [near.motion for near in found] == motions.tolist()
    assert max(near.distance for near in found) < 0.01
