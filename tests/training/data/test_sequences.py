"""Which spans follow each other, and what is said of two."""

from __future__ import annotations

from dataclasses import replace

import pytest

from training.data.captions import CaptionedSpan, load_captions
from training.data.sequences import sequences

WALK = CaptionedSpan("a", "walk", ("walks", "a person walks", "strolls"), True, "repeat", start=1.0, end=3.0)
SIT = CaptionedSpan("a", "sit_down", ("sits down", "sits"), False, "hold", start=3.4, end=5.0)


def test_a_text_of_two_spans_is_both_actions_in_their_order():
    (found,) = sequences([SIT, WALK])
    assert found.captions == ("walks and sits down", "a person walks and sits", "strolls and sits down")
    assert (found.action, found.start, found.end, found.after) == ("walk_and_sit_down", 1.0, 5.0, "hold")
    assert found.seam == pytest.approx(3.2) and not found.prompts
    (again,) = sequences([WALK, replace(SIT, action="walk", captions=WALK.captions)])
    assert again.action == "walk" and again.captions == WALK.captions  # what is the same is said once


def test_three_spans_are_two_sequences():
    stand = replace(SIT, action="stand_up", captions=("stands up",), start=5.0, end=None)
    assert [s.action for s in sequences([WALK, SIT, stand])] == ["walk_and_sit_down", "sit_down_and_stand_up"]


@pytest.mark.parametrize(
    "change",
    [
        {"clip": "b"}, {"start": 2.0}, {"start": 3.6}, {"rate": 0.8}, {"travel": True}, {"speed": 1.0},
        {"limbs": {"left_arm": "b"}}, {"start": 0.0, "end": 1.2},
    ],
)  # fmt: skip
def test_spans_that_do_not_follow_each_other_as_recorded(change):
    assert not sequences([WALK, replace(SIT, **change)])


def test_the_captions_that_ship_have_many():
    found = sequences(load_captions())
    assert len(found) > 150 and all(s.start < s.seam < (s.end or 1e9) for s in found)
