"""Tests of paths over the ground, and of exercises, that are written out as steps."""

import pytest

from motionclip_blender.core.prompt_plan.exercises import exercises_written_out
from motionclip_blender.core.prompt_plan.paths import written_out

CORNER = "walks for 1 second, then walks and turns {} 90 degrees for 2 seconds"


@pytest.mark.parametrize(
    ("prompt", "way"),
    [
        ("walks in a square", "left"),
        ("walks the edges of a square, turning clockwise at every corner", "right"),
        ("walks along the sides of the square to the right", "right"),
    ],
)
def test_a_square_has_four_corners(prompt: str, way: str):
    assert written_out(prompt) == ", then ".join([CORNER.format(way)] * 4)


def test_a_triangle_has_three():
    assert written_out("a guard patrols in a triangle").count("turns left 120 degrees") == 3


@pytest.mark.parametrize(
    ("prompt", "steps"),
    [
        ("runs to the door and comes back", "runs to the door, then turns around, then runs"),
        ("about-face, then march back where you came from", "about-face, then march back where you came from"),
        ("walks up, turns and walks back", "walks up, turns around and walks back"),
        ("waves and comes back", "waves and comes back"),  # from nowhere
    ],
)
def test_ways_back(prompt: str, steps: str):
    assert written_out(prompt) == steps


def test_a_slalom_is_walked_or_run():
    assert written_out("zigzag sprint as if chased") == "sprint in a zigzag"
    assert written_out("weaves between the cones") == "walks in a zigzag"
    assert written_out("zigzags at speed") == "runs in a zigzag"
    assert written_out("runs in a zigzag under fire") == "runs in a zigzag"
    assert written_out("zigzag through cones at speed") == "runs in a zigzag"


def test_what_is_done_by_turns_is_a_step_a_side():
    assert exercises_written_out("kicks three times, alternating legs") == (
        "kicks once with the right leg, then kicks once with the left leg, then kicks once with the right leg"
    )
    assert (
        exercises_written_out("does two alternating lunges")
        == "lunges once with the right leg, then lunges once with the left leg"
    )
    assert exercises_written_out("two alternating ideas") == "two alternating ideas"
    assert exercises_written_out("kicks 1000 times, alternating legs") == "kicks 1000 times, alternating legs"


def test_sides_have_a_length():
    steps = written_out("walks along a square, two metres per side").split(", then ")
    assert steps[0] == "walks for two metres" and len(steps) == 8
