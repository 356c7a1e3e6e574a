"""The actions whose hands are known are classes of the captions."""

from __future__ import annotations

import json
from pathlib import Path

from motionclip_blender.core.cleanup import hands
from training.data.captions import FOLDER, MORE


def test_hands_are_those_of_classes_that_there_are():
    told = json.loads(Path(hands.__file__).with_name("hands.json").read_text(encoding="utf-8"))
    classes = {name for folder in (FOLDER, MORE) for name in json.loads((folder / "classes.json").read_bytes())}
    assert set(told["actions"]) <= classes
