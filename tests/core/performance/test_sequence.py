"""Steps one after the other: who is down stays down for what the upper body does."""

from __future__ import annotations

import numpy as np
import pytest

from motionclip_blender.core.engine import Engine
from motionclip_blender.core.performance.perform import Performance, perform
from motionclip_blender.core.prompt_plan.understand import understand
from motionclip_blender.core.skeleton import INDEX

HIGH = 0.8  # metres of the pelvis of a body that stands


def performed(engine: Engine, prompt: str) -> Performance:
    return perform(engine, *understand(engine, engine.wordings, prompt))


def pelvis(engine: Engine, found: Performance) -> np.ndarray:
    return engine.body.posed_joints(found.motion)[:, 0, 1]


@pytest.mark.parametrize(
    "prompt",
    [
        "sits down, waves, and stands up",
        "a man sits on a chair, drinks from a cup, then gets up",
        "kneels down, talks, then stands up",
    ],
)
def test_who_is_down_stays_down_until_they_rise(engine: Engine, prompt: str):
    found = performed(engine, prompt)
    height = pelvis(engine, found)
    assert height[found.ends[0] - 10 : found.ends[1] - 12].max() < HIGH < height[-1]
    assert any("is done in the pose of the step before" in remark for remark in found.remarks)


def test_what_is_done_sitting_is_done(engine: Engine):
    found = performed(engine, "sits down, then waves with the right hand")
    joints = engine.body.posed_joints(found.motion)[found.ends[0] :]
    assert (joints[:, INDEX["right_wrist"], 1] > joints[:, INDEX["right_shoulder"], 1]).mean() > 0.3
    feet = joints[:, [INDEX["left_foot"], INDEX["right_foot"]]]
    assert np.ptp(feet, axis=0).max() < 0.02


@pytest.mark.parametrize("prompt", ["sits down, then kicks", "sits down, then walks", "sits down, stands and waves"])
def test_what_needs_the_legs_is_done_standing(engine: Engine, prompt: str):
    height = pelvis(engine, performed(engine, prompt))
    assert height.min() < 0.65 and height[-1] > 0.7  # who kicks stands with bent knees


def test_who_has_picked_something_up_does_not_stay_bent(engine: Engine):
    height = pelvis(engine, performed(engine, "picks something up from the floor, then waves"))
    assert height[-1] > HIGH
