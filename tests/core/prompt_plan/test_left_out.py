"""What a motion does not show of a prompt is said."""

from __future__ import annotations

import pytest

from motionclip_blender.core.engine import Engine
from motionclip_blender.core.prompt_plan.understand import understand


def remarks(engine: Engine, prompt: str) -> str:
    return " ".join(understand(engine, engine.wordings, prompt)[0].remarks)


@pytest.mark.parametrize(
    ("prompt", "phrase"),
    [
        ("a person walks slowly with a parasol", "with a parasol"),
        ("kicks a ball with a helmet", "with a helmet"),
        ("a person walks backwards like a lobster", "like a lobster"),
    ],
)
def test_phrases_that_no_wording_of_the_motion_has_are_told(engine: Engine, prompt: str, phrase: str):
    assert f'"{phrase}" is not shown' in remarks(engine, prompt)


@pytest.mark.parametrize(
    "prompt",
    ["waves with the left hand", "walks like a zombie", "walks like an old man", "kicks with the right foot", "walks"],
)
def test_what_is_shown_or_read_is_not_told(engine: Engine, prompt: str):
    assert "is not shown" not in remarks(engine, prompt)
