"""The actions whose hands are known are classes of the captions, and those that hold a thing are among them."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from motionclip_blender.core.cleanup import hands
from training.data.captions import FOLDER, MORE

TOLD = json.loads(Path(hands.__file__).with_name("hands.json").read_text(encoding="utf-8"))


def test_hands_are_those_of_classes_that_there_are():
    classes = {name for folder in (FOLDER, MORE) for name in json.loads((folder / "classes.json").read_bytes())}
    assert set(TOLD["actions"]) <= classes


def test_every_action_names_a_pose_that_there_is():
    for told in TOLD["actions"].values():
        ((which, pose),) = told.items()
        assert which in ("both", "acts") and pose in TOLD["poses"]


@pytest.mark.parametrize(("action", "pose"), [
    ("boxing", "fist"), ("carry", "grip"), ("catch", "flat"), ("climb_ladder", "grip"),
    ("pick_up", "grip"), ("press_button", "point"), ("pull", "grip"), ("push", "flat"), ("tennis_forehand", "grip"),
    ("throw", "grip"), ("wash", "flat"),
])  # fmt: skip
def test_hands_are_as_the_action_needs_them(action: str, pose: str):
    left, right = hands.hands_of(action, 0.0)
    assert left == right == pose
