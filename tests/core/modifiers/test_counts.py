"""Movements that are done so often, made up and counted by a measure that the package does not use."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest

from motionclip_blender.core.body import Body
from motionclip_blender.core.modifiers.repeat import counted
from motionclip_blender.core.modifiers.swings import how_often
from motionclip_blender.core.motion import Motion
from motionclip_blender.core.skeleton import INDEX


def bends(swings: list[float], frames: int = 20) -> Motion:
    """Bows of these depths, in radians, one after the other, `frames` frames each."""
    poses = np.zeros((len(swings) * frames, 55, 3))
    once = (1 - np.cos(2 * np.pi * np.arange(frames) / frames)) / 2
    poses[:, INDEX["spine1"], 0] = np.concatenate([depth * once for depth in swings])
    return Motion.from_axis_angle(poses.reshape(len(poses), -1), np.zeros((len(poses), 3)), 30.0)


def how_deep(motion: Motion) -> list[float]:
    """Returns the angle of each bow: the largest between two upright poses."""
    angle = motion.axis_angle()[:, 3 * INDEX["spine1"]]
    ends = [0, *(np.flatnonzero((angle[1:-1] <= angle[:-2]) & (angle[1:-1] < angle[2:])) + 1), len(angle)]
    return [float(angle[a:b].max()) for a, b in pairwise(ends) if angle[a:b].max() > 0.2]


@pytest.mark.parametrize("count", [1, 2, 3, 4, 5])
@pytest.mark.parametrize("depths", [[0.8, 0.8, 0.8], [0.8], [0.8, 0.8, 0.8, 0.8, 0.8, 0.8]])
def test_it_is_done_so_often(open_body: Body, depths: list[float], count: int):
    assert len(how_deep(counted(bends(depths), open_body, count, of="head down"))) == count


@pytest.mark.parametrize("count", [1, 2, 3])
def test_a_first_swing_that_may_be_counted_or_not_is_left_out(open_body: Body, count: int):
    motion = bends([0.5, 0.8, 0.8, 0.8])
    assert not how_often(motion, open_body, "head down")[1]
    made = counted(motion, open_body, count, of="head down")
    assert [round(depth, 1) for depth in how_deep(made)] == [0.8] * count


@pytest.mark.parametrize("count", [1, 2, 3, 4, 5])
def test_it_ends_where_the_movement_is_back(open_body: Body, count: int):
    motion = bends([0.8] * 5).crop(0, 88)  # to the middle of the last
    angle = counted(motion, open_body, count, of="head down").axis_angle()[:, 3 * INDEX["spine1"]]
    assert angle[0] < 0.3 and angle[-1] < 0.3
