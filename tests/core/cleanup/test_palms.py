"""Hands that carry the body lie flat, and others are left alone."""

from __future__ import annotations

import numpy as np
import pytest

from motionclip_blender.core.cleanup.foot_locking import put_on_floor
from motionclip_blender.core.cleanup.palms import _bend_to_flat, with_palms_down
from motionclip_blender.core.engine import Engine
from motionclip_blender.core.motion import Motion
from motionclip_blender.core.performance.perform import composed
from motionclip_blender.core.prompt_plan.understand import understand
from motionclip_blender.core.skeleton import INDEX


def made(engine: Engine, wording: str) -> Motion:
    """The motion of a prompt, before the clean-up, on the floor."""
    motion = composed(engine, *understand(engine, engine.wordings, wording), 60).motion
    return put_on_floor(motion, engine.body)


def test_who_crawls_stands_on_the_palms_and_the_knees_come_down(engine: Engine):
    before = made(engine, "crawls on hands and knees")
    after = put_on_floor(with_palms_down(before, engine.body), engine.body)
    heights = [engine.body.posed_joints(motion)[..., 1] for motion in (before, after)]
    sides = [f"{side}_{{}}" for side in ("left", "right")]
    steep = [
        [np.median(each[:, INDEX[side.format("wrist")]] - each[:, INDEX[side.format("middle3")]]) for side in sides]
        for each in heights
    ]
    assert max(steep[0]) > 0.12 and max(steep[1]) < 0.07  # one hand points down, and both are flat
    knees = [each[:, [INDEX[side.format("knee")] for side in sides]] for each in heights]
    assert np.median(knees[1]) < np.median(knees[0]) - 0.05
    moved = np.abs(np.diff(engine.body.posed_joints(after), axis=0)).max()
    assert moved < 1.2 * np.abs(np.diff(engine.body.posed_joints(before), axis=0)).max()


@pytest.mark.parametrize("wording", ["walks", "waves", "touches the toes", "sits"])
def test_hands_that_carry_nothing_are_left_alone(engine: Engine, wording: str):
    motion = made(engine, wording)
    assert with_palms_down(motion, engine.body) is motion


def test_bends_lay_a_hand_flat():
    down, level = np.radians((-90.0, -10.0)), np.radians(10.0)
    along, back = np.sin(down), np.cos(down)
    bend = _bend_to_flat(along, back)
    assert bend[0] == pytest.approx(np.radians(80.0), abs=0.12) and bend[1] == pytest.approx(0.07, abs=0.05)
    assert _bend_to_flat(np.sin([level]), np.cos([level]))[0] == 0
