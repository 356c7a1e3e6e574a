"""Motions made from others: the clips that they combine, and wordings that no other motion has."""

from __future__ import annotations

from collections import Counter

import numpy as np
import pytest

from motionclip_blender.core.body import Body
from motionclip_blender.core.motion import Motion
from motionclip_blender.core.motion_files import amass
from motionclip_blender.core.skeleton import HAND_JOINTS, INDEX
from training.autoencoder.dataset import LIMBS, load_samples, with_limb
from training.data.augment import UPPER_BODY, augmented
from training.data.captions import CaptionedSpan, load_captions


def span(clip: str, action: str, *captions: str, **more) -> CaptionedSpan:
    return CaptionedSpan(clip, action, captions, **({"exemplar": True, "after": "hold"} | more))


def test_slower_and_faster_take_captions_that_say_what_is_done():
    slow, fast = augmented([span("a/punch", "punch", "punches", "a person punches", "uppercut", "punches quickly")])
    assert slow.captions == ("punches slowly", "a person punches slowly") and slow.style == ("slow",)
    assert fast.captions == ("a person punches quickly",)  # the other wording is a prompt already
    assert slow.rate < 1 < fast.rate


def test_what_gravity_times_is_left_alone():
    assert not augmented([span("a/jump", "jump", "jumps", "a person jumps")])


def test_a_class_that_has_a_slow_exemplar_gets_no_slowed_one():
    spans = [span("a/walk", "walk", "walks"), span("a/amble", "walk", "ambles", style=("slow",))]
    assert {s.style for s in augmented(spans)} == {("fast",)}


def test_no_wording_has_two_motions_in_what_ships():
    spans = load_captions()
    made = augmented(spans)
    counts = Counter(c.lower() for s in (*spans, *made) if s.exemplar for c in s.captions)
    assert made and not [caption for caption, count in counts.items() if count > 1]
    together = [s for s in made if UPPER_BODY in s.limbs]
    assert any("walk and drink" in s.captions for s in together)
    assert not any("{" in c for s in made for c in s.captions)


def test_arms_of_one_on_legs_of_another():
    legs = Motion.from_axis_angle(np.full((8, 165), 0.1), np.zeros((8, 3)))
    arms = Motion.from_axis_angle(np.full((5, 165), 0.3), np.ones((5, 3)))
    both = with_limb(legs, arms, UPPER_BODY)
    upper = [INDEX[name] for name in LIMBS[UPPER_BODY]]
    lower = [INDEX[f"{side}_{name}"] for side in ("left", "right") for name in ("hip", "knee", "ankle", "foot")]
    np.testing.assert_allclose(both.rotations[:5, upper], arms.rotations[:, upper], atol=1e-6)
    np.testing.assert_allclose(both.rotations[:, lower], legs.rotations[:, lower], atol=1e-6)
    np.testing.assert_allclose(both.translation, legs.translation)
    assert {INDEX[name] for name in HAND_JOINTS} <= set(upper)


@pytest.mark.parametrize("rate", [0.5, 2.0])
def test_a_span_at_another_rate_lasts_longer_or_shorter(rate: float, tmp_path, monkeypatch):
    random = np.random.default_rng(0)
    poses = random.normal(0, 0.2, (31, 55, 3))
    poses[:, [INDEX["left_collar"], INDEX["right_collar"]]] = 0  # those that hang would be lifted
    motion = Motion.from_axis_angle(poses.reshape(31, 165), random.normal(0, 0.1, (31, 3)))
    amass.save(motion, tmp_path / "a" / "walk.npz")
    monkeypatch.setattr("training.data.wordings.load_captions", lambda: [span("a/walk", "jump", "walks", rate=rate)])
    sample = load_samples(tmp_path, Body.load(), longest=1)[0]
    assert sample.length == round(30 / rate) + 1
    np.testing.assert_allclose(np.abs(np.sum(sample.motion.rotations[-1] * motion.rotations[-1], -1)), 1, atol=1e-4)


def test_what_is_held_out_is_in_no_sample_of_training(tmp_path, monkeypatch):
    motion = Motion.from_axis_angle(np.zeros((10, 165)), np.zeros((10, 3)))
    for name in ("train", "test"):
        amass.save(motion, tmp_path / "a" / f"{name}.npz")
    spans = [
        span("a/train", "jump", "jumps"),
        span("a/test", "kick", "kicks"),
        span("a/train", "wave", "waves", limbs={"left_arm": "a/test"}),
    ]
    monkeypatch.setattr("training.data.wordings.load_captions", lambda: spans)
    monkeypatch.setattr("training.data.splits.is_test", lambda clip, *_: clip == "a/test")
    assert {s.action for s in load_samples(tmp_path, Body.load(), 5, split="held-out")} == {"jump"}
    assert {s.action for s in load_samples(tmp_path, Body.load(), 5)} == {"jump", "kick", "wave"}
