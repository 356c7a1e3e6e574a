"""Segments of timelines that are made and found again."""

from __future__ import annotations

import numpy as np
import pytest

from motionclip_blender.core.engine import Engine
from motionclip_blender.core.label_timeline import FRAMES, SWITCH, LabelledPart
from motionclip_blender.core.motion import Motion
from motionclip_blender.core.recognition import Recogniser, default_labels
from training.evaluation.segments import (
    MadeTimeline,
    as_shipped,
    clear_prompts,
    figures,
    judged,
    made_timelines,
    measured,
)

NOTHING = Motion(np.tile([1.0, 0, 0, 0], (2, 55, 1)), np.zeros((2, 3)), 30)
MADE = MadeTimeline(NOTHING, ("walk", "wave", "bow"), (2.0, 5.0))


def parts(*found: tuple[str, float, float]) -> list[LabelledPart]:
    return [LabelledPart(name, start, end, 0.0, 0.0) for name, start, end in found]


def test_segments_count_in_order_with_the_farther_boundary():
    right = parts(("walk", 0, 2.2), ("wave", 2.2, 4.7), ("bow", 4.7, 8))
    off, beside = judged(right, MADE)
    assert off == pytest.approx([0.2, 0.3, 0.3]) and beside == 0
    off, beside = judged(parts(("walk", 0, 2), ("jump", 2, 3), ("bow", 3, 8)), MADE)
    assert off == [0, None, 2] and beside == 1
    off, beside = judged(parts(("wave", 0, 2), ("walk", 2, 8)), MADE)
    assert off[0] is not None and off[1:] == [None, None] and beside == 1
    told = figures([right, parts(("walk", 0, 2), ("jump", 2, 3), ("bow", 3, 8))], [MADE, MADE])
    assert told["in_order_percent"] == pytest.approx(100 * 5 / 6) and told["whole_percent"] == 50
    assert told["within_percent"] == pytest.approx(100 * 4 / 6) and told["beside"] == 1


@pytest.mark.slow
def test_smoothed_windows_and_whole_parts_find_more_timelines_than_each_window_by_itself():
    engine = Engine()
    recogniser = Recogniser(engine, default_labels())
    prompts = clear_prompts(engine, recogniser)
    assert len(prompts) >= 20
    made = made_timelines(engine, prompts, 7, 8)
    assert all(len(set(one.labels)) == 3 and one.boundaries[0] < one.boundaries[1] for one in made)
    alone = measured(engine, recogniser, made, FRAMES, (SWITCH, 0.0))
    assert alone[SWITCH]["within_percent"] >= 65 and alone[SWITCH]["beside"] < alone[0.0]["beside"]
    told = as_shipped(engine, recogniser, made)  # 22 of 24 segments, and 79 % by windows alone
    assert told["within_percent"] >= 90 and told["beside"] <= 2
    assert told["whole_percent"] > alone[SWITCH]["whole_percent"]
