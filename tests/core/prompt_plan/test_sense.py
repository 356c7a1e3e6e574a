"""Whether a text is about what a body does: verbs of movement mean other things, too."""

from __future__ import annotations

import numpy as np
import pytest

from motionclip_blender.core.engine import Engine
from motionclip_blender.core.prompt_plan.sense import Sense
from motionclip_blender.core.prompt_plan.understand import understand
from training.autoencoder.sense import fitted

MOVES = ["runs to the door", "runs across the field", "throws the stone", "runs after the ball", "throws the ball far"]
MEANS = ["runs a company", "runs a small shop", "throws a big party", "runs the company", "throws a party"]


@pytest.mark.parametrize(
    "prompt",
    ["runs for president", "throws a party", "jumps to conclusions", "dodges taxes", "a red castle on a hill at dawn"],
)
def test_verbs_in_another_sense_are_refused(engine: Engine, prompt: str):
    assert not all(choice.sure for choice in understand(engine, engine.wordings, prompt)[1])


@pytest.mark.parametrize(
    "prompt", ["runs for cover", "throws a brick through the window", "jumps over a puddle", "dodges a falling rock"]
)
def test_verbs_in_their_own_are_not(engine: Engine, prompt: str):
    assert all(choice.sure for choice in understand(engine, engine.wordings, prompt)[1])


def test_the_same_verbs_are_told_apart_by_what_goes_with_them():
    known, numbers = fitted(3 * MOVES, 3 * MEANS, np.zeros((15, 3)), np.zeros((15, 3)))  # rare words are left out
    sense, nowhere = Sense(known, numbers, 3), np.zeros(3)
    assert sense.of(nowhere, "runs across the street to the ball") > sense.of(nowhere, "throws the company a party")
    assert all(sense.of(nowhere, text) > 0 for text in MOVES) and all(sense.of(nowhere, text) < 0 for text in MEANS)


def test_numbers_of_another_table_are_refused():
    with pytest.raises(ValueError, match="another table"):
        Sense(["runs"], np.zeros(5), 3)
