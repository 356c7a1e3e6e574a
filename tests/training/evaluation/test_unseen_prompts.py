"""The prompts of the evaluation were never trained on."""

from __future__ import annotations

import pytest

from training.data.captions import class_text
from training.data.wordings import wordings
from training.evaluation.generation import unseen_prompts
from training.evaluation.recognition import class_names


@pytest.fixture(scope="module")
def trained_on() -> set[str]:
    return {wording.lower() for wording in wordings()}


def test_every_class_has_two_of_its_own():
    prompts = unseen_prompts()["classes"]
    assert list(prompts) == class_names()
    assert all(len(set(wordings)) == 2 for wordings in prompts.values())
    every = [text.lower() for wordings in prompts.values() for text in wordings]
    assert len(set(every)) == len(every)


def test_none_is_a_caption_or_a_class_name(trained_on):
    data = unseen_prompts()
    every = [text for wordings in data["classes"].values() for text in wordings] + data["walking"]
    assert not [text for text in every if text.lower() in trained_on | {class_text(name) for name in class_names()}]
