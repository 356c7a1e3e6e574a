"""A thousand prompts are counted by the motions that they give."""

from __future__ import annotations

from training.evaluation.model import Model
from training.evaluation.variety import PROMPTS, prompts, variety


def test_there_are_a_thousand_prompts() -> None:
    assert len(set(prompts())) == PROMPTS


def test_the_same_motion_counts_once_and_so_does_its_mirror_image() -> None:
    waves = [f"waves with the {side} hand" for side in ("left", "right")]
    texts = ["walks", "a person walks", *waves, "sits down", "xqzv wub"]
    found = variety(Model(None), texts)
    assert found["prompts"] == 6 and found["answered"] == 5
    assert found["distinct_motions"] == 3 and found["known_motions"] <= 4
