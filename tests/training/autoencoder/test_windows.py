"""Windows of mirror images, and how often what is drawn."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from motionclip_blender.core.motion import facing_forward
from motionclip_blender.core.pose_format import PoseFormat
from motionclip_blender.core.pose_tensor import to_pose_tensor
from motionclip_blender.core.skeleton import BODY_JOINTS
from tests.synthetic import random_motion
from training.autoencoder.balance import weights
from training.autoencoder.dataset import Sample
from training.autoencoder.windows import Windows


def sample(clip: str, action: str = "walk", length: int = 40, seed: int = 0) -> Sample:
    return Sample(clip, action, random_motion(length, seed=seed), (action,), (action,), length)


@pytest.fixture(scope="module")
def pair() -> list[Sample]:
    one = Sample("a", "walk", random_motion(50, seed=3).turned(2.0), ("walks",), ("walks",), 50)
    return [sample("b", seed=1), one, replace(one, is_mirrored=True)]


@pytest.mark.parametrize("joints", [BODY_JOINTS, ("pelvis", "left_elbow", "head")])
def test_windows_of_a_mirror_image_are_those_of_the_mirrored_motion(pair, joints):
    windows = Windows(pair, joints).windows([2, 1, 0, 2], np.array([7, 7, 3, 11]), 24)
    for window, shown in zip(windows, ((2, 7), (1, 7), (0, 3), (2, 11)), strict=True):
        motion = pair[shown[0]].motion.crop(shown[1], shown[1] + 24)
        expected = to_pose_tensor(facing_forward(motion), PoseFormat(joints))
        np.testing.assert_allclose(window, expected, atol=2e-5)


def test_a_motion_and_its_mirror_image_are_stored_once(pair):
    assert len(Windows(pair, BODY_JOINTS)._poses) == 40 + 50


def test_windows_at_another_rate_lie_between_the_frames(pair):
    windows = Windows(pair, BODY_JOINTS)
    slow = windows.windows([1, 0], np.array([4, 0]), 21, np.array([0.5, 1.0]))
    np.testing.assert_allclose(slow[0, ::2], windows.windows([1], np.array([4]), 11)[0], atol=1e-5)
    np.testing.assert_allclose(slow[1], windows.windows([0], np.array([0]), 21)[0], atol=1e-5)


# --- how often


def shares(samples, weight, name) -> dict[str, float]:
    out: dict[str, float] = {}
    for each, share in zip(samples, weight, strict=True):
        out[name(each)] = out.get(name(each), 0.0) + share
    return out


@pytest.fixture(scope="module")
def many() -> list[Sample]:
    of_class = {"dribble": 40, "salsa": 30, "idle": 20, "walk": 6, "sit": 2, "wave": 2}
    sources = ("vsports", "vsports", "cmu", "kaykit")
    return [
        sample(f"{sources[i % 4]}/{action}{i}", action, 30 + 40 * (action == "idle"))
        for action, count in of_class.items()
        for i in range(count)
    ]


def test_no_class_and_no_source_has_more_than_its_share(many):
    counted = np.ones(len(many), bool)
    free = weights(many, counted)
    capped = weights(many, counted, 0.22, 0.35)
    assert max(shares(many, free, lambda s: s.action).values()) > 0.25
    assert capped.sum() == pytest.approx(1) and (capped > 0).all()
    assert max(shares(many, capped, lambda s: s.action).values()) <= 0.2201
    by_source = shares(many, capped, lambda s: s.clip.split("/")[0])
    assert max(by_source.values()) <= 0.3501 and min(by_source.values()) > 0.25
    # those that are not capped keep their proportions
    before, after = (shares(many, w, lambda s: s.action) for w in (free, weights(many, counted, 0.22)))
    assert after["sit"] / after["walk"] == pytest.approx(before["sit"] / before["walk"])


def test_without_limits_the_weights_are_as_before(many):
    lengths = np.sqrt([s.length for s in many])
    of_class = shares(many, lengths, lambda s: s.action)
    expected = lengths / np.sqrt([of_class[s.action] for s in many])
    np.testing.assert_allclose(weights(many, np.ones(len(many), bool)), expected / expected.sum())


def test_a_limit_that_cannot_be_kept_makes_all_equal(many):
    capped = weights(many, np.ones(len(many), bool), 0.01)
    assert np.allclose([*shares(many, capped, lambda s: s.action).values()], 1 / 6)


def test_what_is_not_counted_is_never_drawn(many):
    counted = np.array([s.action != "walk" for s in many])
    capped = weights(many, counted, 0.25, 0.4)
    assert capped.sum() == pytest.approx(1) and not capped[~counted].any()
    assert not weights(many, np.zeros(len(many), bool), 0.2).any()


def test_capped_classes_are_drawn_less_often(many):
    windows = Windows(many, ("pelvis",), most_of_class=0.2)
    drawn = windows.draw(600, 20, np.random.default_rng(0)).chosen
    assert 0.13 < np.mean([many[i].action == "dribble" for i in drawn]) < 0.27
