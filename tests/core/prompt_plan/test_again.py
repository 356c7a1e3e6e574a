"""What a prompt repeats of itself, as clauses."""

from __future__ import annotations

import pytest

from motionclip_blender.core.prompt_plan.again import MOST_ROUNDS, with_repeats
from motionclip_blender.core.prompt_plan.split import Clause


def repeated(*texts: str) -> list[str]:
    return [clause.text for clause in with_repeats(map(Clause, texts))]


@pytest.mark.parametrize(
    ("clause", "rounds"),
    [
        ("repeats", 2),
        ("repeat that 2x", 2),
        ("repeats the whole sequence three times", 3),
        ("does it all over again", 2),
        ("repeat twice more", 3),
        ("repeat it 500 times", MOST_ROUNDS + 1),
    ],
)
def test_all_before_is_done_again(clause: str, rounds: int):
    assert repeated("jumps", "claps", clause) == ["jumps", "claps"] * rounds


@pytest.mark.parametrize(
    ("before", "clause", "after"),
    [
        ("kicks with the right leg", "the other leg", "kicks with the left leg"),
        ("kicks with the right leg", "with the other leg", "kicks with the left leg"),
        ("hops on the left foot", "switch to the right foot", "hops on the right foot"),
        ("lunges with the left leg", "switches legs", "lunges with the right leg"),
        ("punches with the right hand", "does the same with the left", "punches with the left hand"),
        ("kicks", "the same with the left leg", "kicks with the left leg"),
        ("shrugs the left shoulder", "the right one", "shrugs the right shoulder"),
        ("raises the right knee to the chest", "the left knee", "raises the left knee to the chest"),
        ("looks over the left shoulder", "over the right", "looks over the right shoulder"),
        ("raises the left arm", "the left leg", "raises the left leg"),
        (
            "touches the left ear with the right hand",
            "the right ear with the left hand",
            "touches the right ear with the left hand",
        ),
        ("walks forward", "the other way", "walks backward"),
        ("walks in a circle to the left", "the other way", "walks in a circle to the right"),
    ],
)
def test_the_last_step_is_done_on_the_other_side(before: str, clause: str, after: str):
    assert repeated("bows", before, clause) == ["bows", before, after]


def test_what_is_done_at_once_changes_its_side_too():
    found = with_repeats(
        [Clause("walks to the left", ("waves with the left hand",)), Clause("repeat on the other side")]
    )
    assert found[1] == Clause("walks to the right", ("waves with the right hand",))


@pytest.mark.parametrize("clause", ["repeats a punch", "does a flip", "switches the light on", "changes clothes"])
def test_other_clauses_stay(clause: str):
    assert repeated("jumps", clause) == ["jumps", clause]


def test_nothing_before_is_nothing_to_repeat():
    assert repeated("repeat") == ["repeat"]
