"""The paper's styles in real clips and in generated motions."""

from __future__ import annotations

import numpy as np
import pytest

pytest.importorskip("torch")

from motionclip_blender.core.motion import Motion
from training.data.captions import load_captions
from training.evaluation import styled
from training.evaluation.items import Item, Items
from training.study.lists import styles


def item(action: str = "walk", style: tuple[str, ...] = (), captions: tuple[str, ...] = ("walks",), speed: float = 1.0):
    frames = 60
    path = np.zeros((frames, 3))
    path[:, 2] = speed * np.arange(frames) / 30
    rotations = np.zeros((frames, 55, 4))
    rotations[..., 0] = 1
    return Item(f"a/{action}{speed}", action, captions, style, 0.0, 2.0, False, Motion(rotations, path, 30.0))


def test_the_styles_are_those_of_the_study():
    assert styled.style_names() == styles()


def test_every_style_has_real_clips():
    spans = [s for s in load_captions() if not s.limbs]
    items = [item(span.action, span.style, span.captions) for span in spans]
    counts = {style: sum(styled.shows(i, style) for i in items) for style in styled.style_names()}
    assert min(counts.values()) >= 1 and max(counts.values()) < 0.05 * len(items), counts


def test_a_span_shows_a_style_by_its_tag_or_by_a_tenth_of_its_captions():
    assert styled.shows(item(style=("sad", "slow")), "depressed")
    assert not styled.shows(item(style=("slow",)), "depressed")
    captions = ("an OLD man walks", *(f"walks {i}" for i in range(9)))
    assert styled.shows(item(captions=captions), "old")
    assert not styled.shows(item(captions=(*captions, "walks on")), "old")
    assert not styled.shows(item(captions=("he holds gold",)), "old")


class Made:
    """Generates walks whose speed is the number in the latent: 1, and 3 with any style."""

    window = (20, 120)

    def __init__(self, body):
        self.body = body
        self.pack = type("Pack", (), {"fps": 30.0})

    def prompts(self, texts):
        return np.array([[1.0 if len(text.split()) == 1 else 3.0] for text in texts])

    def texts(self, texts):
        return np.array([[0.0 if text == "neutral" else -0.5] for text in texts])

    def generate(self, latents, frames):
        return np.arange(frames)[None] / 30 * latents

    def positions(self, poses):
        still = styled.body_joints(self.body, item().motion)[:1]
        moved = np.repeat(still[None], len(poses), axis=0).repeat(poses.shape[1], axis=1)
        moved[..., 2] += poses[..., None]
        return moved


def test_changes_are_those_from_plain_motions_of_the_same_class(small_body):
    plain = [item(speed=1.0), item(speed=2.0), item("run", speed=5.0)]
    happy = [item(style=("happy",), speed=2.5), item("run", ("happy",), speed=5.5), item("wave", ("happy",))]
    found = styled.style_changes(Made(small_body), Items(tuple(plain), tuple(happy), ()))
    of_happy = found["styles"]["happy"]
    assert (of_happy["spans"], of_happy["plain_spans"], of_happy["classes"]) == (2, 3, ["run", "walk"])  # no plain wave
    assert of_happy["real"]["speed"] == pytest.approx((1.0 + 0.5) / 2, abs=1e-3)
    assert of_happy["prompt"]["speed"] == pytest.approx(2.0, abs=1e-3)
    assert of_happy["sum"]["speed"] == pytest.approx(-0.5, abs=1e-3)
    of_old = found["styles"]["old"]
    assert of_old["spans"] == 0 and of_old["real"]["speed"] is None and of_old["prompt"]["speed"] is not None


def test_a_class_that_is_a_style_is_compared_with_its_base(small_body):
    spans = (item("idle", speed=0.5), item("dizzy", ("drunk",), speed=0.7))
    of_drunk = styled.style_changes(Made(small_body), Items(spans, (), ()))["styles"]["drunk"]
    assert of_drunk["classes"] == ["idle"] and of_drunk["real"]["speed"] == pytest.approx(0.2, abs=1e-3)


def test_agreement_counts_measures_that_go_the_same_way():
    real = {"speed": 1.0, "stride": -1.0, "bend": 1.0, "sway": 1.0}
    made = {"speed": 2.0, "stride": -3.0, "bend": -1.0, "sway": 0.5}
    none = dict.fromkeys(real)
    found = {"old": {"real": real, "prompt": made}, "drunk": {"real": none, "prompt": made}}
    assert styled._agreement(found, "prompt") == 75
