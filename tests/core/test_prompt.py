"""Prompts and lengths are checked before any work starts."""

from __future__ import annotations

import pytest

from motionclip_blender.core.errors import UserError
from motionclip_blender.core.prompt import (
    MAX_CHARACTERS,
    MAX_FRAMES,
    MIN_FRAMES,
    action_name,
    checked_frames,
    checked_prompt,
)


@pytest.mark.parametrize(
    ("typed", "read"),
    [
        ("a person waves", "a person waves"),
        ("  a person\n\twaves ", "a person waves"),
        ("eine Person läuft", "eine Person läuft"),
        ("一个人在挥手", "一个人在挥手"),
        ("wave 👋 twice", "wave 👋 twice"),
        ("wave\udcff\x07", "wave"),
        ("x" * MAX_CHARACTERS, "x" * MAX_CHARACTERS),
    ],
)
def test_a_prompt_is_one_line_of_text(typed, read):
    assert checked_prompt(typed) == read


@pytest.mark.parametrize(
    ("typed", "message"),
    [("", "empty"), (" \n ", "empty"), ("\x00", "empty"), ("👋👋", "no words"), ("...", "no words"),
     ("x" * (MAX_CHARACTERS + 1), "501 characters")],
)  # fmt: skip
def test_what_is_no_prompt_is_refused_in_a_sentence(typed, message):
    with pytest.raises(UserError, match=message):
        checked_prompt(typed)


def test_lengths_have_bounds():
    assert checked_frames(MIN_FRAMES) == MIN_FRAMES and checked_frames(MAX_FRAMES) == MAX_FRAMES
    for frames in (MIN_FRAMES - 1, MAX_FRAMES + 1, -5):
        with pytest.raises(UserError, match="length must be"):
            checked_frames(frames)


def test_an_actions_name_is_cut_between_characters():
    assert action_name("a person waves") == "a person waves"
    name = action_name("跳" * 40)
    assert name == "跳" * 21 and len(name.encode()) <= 63
    assert action_name("a" * 62 + " b") == "a" * 62
