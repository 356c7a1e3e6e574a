"""What is said of something else, or by nobody, is a guess, by the default pack."""

from __future__ import annotations

import pytest

from motionclip_blender.core.engine import Engine
from motionclip_blender.core.prompt_plan.understand import understand


def sure(engine: Engine, prompt: str) -> bool:
    return all(choice.sure for choice in understand(engine, engine.wordings, prompt)[1])


@pytest.mark.parametrize(
    "prompt",
    [
        "rolls dice", "puts on a coat", "rolls a joint", "hangs a picture", "runs a business", "the sun rises",
        "the clock stops", "klaatu barada nikto", "o menino chuta a bola", "the price of bread is falling",
        "kisses a ballerina", "someone washes their feet", "scrubs his back",
    ],
)  # fmt: skip
def test_what_means_another_thing_is_a_guess(engine: Engine, prompt: str):
    assert not sure(engine, prompt)


@pytest.mark.parametrize(
    "prompt",
    [
        "rolls over the floor", "rolls to the left", "runs around the corner", "drinks a smoothie", "kicks a melon",
        "a bus driver steers", "swims breaststroke", "runs two laps", "flies over the hills", "hangs from a bar",
        "idle_tired", "Turn180R", "dances like a ballerina", "washes a window", "reads a book", "puts the cup down",
    ],
)  # fmt: skip
def test_what_is_known_is_none(engine: Engine, prompt: str):
    assert sure(engine, prompt)


@pytest.mark.parametrize(
    ("prompt", "expected"),
    [
        ("the magician bows to his pupils", "bow"), ("a samurai walks along the beach", "walk"),
        ("a zombie walks", "zombie_walk"), ("walks through", "walk"),
    ],
)  # fmt: skip
def test_what_is_done_counts_more_than_who_does_it_and_where(engine: Engine, prompt: str, expected: str):
    (choice,) = understand(engine, engine.wordings, prompt)[1]
    assert choice.action == expected


def test_over_is_not_off(engine: Engine):
    (choice,) = understand(engine, engine.wordings, "jumps over a box")[1]
    assert "off" not in choice.wording.split()
