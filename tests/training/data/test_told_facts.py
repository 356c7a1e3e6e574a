"""What wordings say of sides, ways and turns, and whether facts contradict it."""

from __future__ import annotations

from dataclasses import replace

import pytest

from training.data.captions import CaptionedSpan
from training.data.span_measures import Measures
from training.data.told_facts import Facts, contradictions, measured_contradictions, told

MEASURED = Measures(
    side="left", arm=0.4, leg=0.0, direction="forward", degrees=2.0, metres=2.0, path=2.0, speed=1.0, turn=0.0,
    period=None, count=1, first="upright", last="upright", lowest="upright", bend=10.0, rise=0.0, hands=0.0, slide=1.0,
)  # fmt: skip


@pytest.mark.parametrize(
    ("caption", "facts"),
    [
        ("waves the left hand", Facts("left")),
        ("kicks with the right foot", Facts("right")),
        ("raises the left hand and the right foot", Facts()),
        ("walks and turns left", Facts(turn=90.0)),
        ("a sharp right turn", Facts(turn=-90.0)),
        ("walks in a circle, counterclockwise", Facts(turn=90.0)),
        ("walks a circle clockwise", Facts(turn=-90.0)),
        ("turns around and walks back", Facts(turn=180.0)),
        ("turns around to the right", Facts(turn=-180.0)),
        ("walks away without turning around", Facts()),
        ("steps to the left", Facts(direction="left")),
        ("walks slowly backwards", Facts(direction="backward")),
        ("backs away", Facts(direction="backward")),
        ("walks and turns the head", Facts()),
        ("jumps with the left leg", Facts("left")),
        ("a cheerful pirate", Facts()),
    ],
)
def test_what_a_wording_says(caption: str, facts: Facts):
    assert told(caption) == facts


@pytest.mark.parametrize(
    ("caption", "facts", "said"),
    [
        ("waves the left hand", Facts("right"), "the right side that acts"),
        ("turns left", Facts(turn=-90.0), "the other side"),
        ("turns around", Facts(turn=60.0), "more of a turn"),
        ("turns left", Facts(turn=5.0), "more of a turn"),
        ("walks backward", Facts(direction="forward"), "the way is forward"),
        ("walks sideways", Facts(direction="forward"), "the way is forward"),
    ],
)
def test_contradictions(caption: str, facts: Facts, said: str):
    (sentence,) = contradictions((caption,), facts)
    assert said in sentence


@pytest.mark.parametrize(
    ("caption", "facts"),
    [
        ("waves the left hand", Facts("left")),
        ("waves", Facts("right")),
        ("turns around", Facts(turn=-170.0)),
        ("turns left", Facts(turn=80.0)),
        ("walks sideways", Facts(direction="left")),
    ],
)
def test_agreement(caption: str, facts: Facts):
    assert list(contradictions((caption,), facts)) == []


def test_facts_and_wordings_are_compared_with_the_motion():
    span = CaptionedSpan("a/b", "walk", ("waves the right hand",), False, "hold")
    for wrong, said in (
        (span, "the left side"),
        (replace(span, turn=90.0), '"turn" is 90'),
        (replace(span, direction="backward"), '"direction" is "backward"'),
        (replace(span, count=5), '"count" is 5'),
    ):
        assert any(said in problem for problem in measured_contradictions(wrong, MEASURED)), said
    right = {"side": "left", "direction": "forward", "turn": 0.0, "count": 1}
    good = replace(span, captions=("waves the left hand", "walks ahead"), **right)
    assert list(measured_contradictions(good, MEASURED)) == []
