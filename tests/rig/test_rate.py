"""The rate of the scene that a motion is keyed and read for, and how long a motion may be at it."""

from __future__ import annotations

import time
from dataclasses import replace

import bpy
import numpy as np
import pytest

from motionclip_blender.core.errors import UserError
from motionclip_blender.core.motion import MOST_FRAMES, Motion
from motionclip_blender.rig.armature import add_body
from motionclip_blender.rig.read_action import kept_keys, read_motion
from motionclip_blender.rig.write_keys import check_motion, key_motion, rekey_motion
from tests.synthetic import random_motion


@pytest.fixture
def armature(scene, small_body) -> bpy.types.Object:
    """An SMPL-X armature in a scene of 24 frames per second."""
    return add_body(small_body)


def test_a_rate_of_another_scene(armature, scene):
    scene.render.fps = 60  # the one that is looked at
    action = key_motion(armature, random_motion(24, fps=24.0), "walk", rate=24.0)
    assert tuple(action.frame_range) == (1, 24)
    rekey_motion(armature, random_motion(30, fps=24.0), rate=24.0)
    assert tuple(action.frame_range) == (1, 30)
    assert len(kept_keys(armature).motion(60.0)) == 30  # at this scene's rate, the same frames are faster


@pytest.mark.parametrize(
    ("fps", "rate", "why"),
    [(1e-3, 24, "lasts 11 hours; check its rate, 0.001 per second"), (1e-12, 24, "hours; check its rate"),
     (30.0, 3e9, "are the most; choose a lower rate")],
)  # fmt: skip
def test_a_motion_that_would_be_too_long_is_refused_at_once(armature, fps, rate, why):
    motion = replace(random_motion(40), fps=fps)
    begun = time.perf_counter()
    with pytest.raises(UserError, match=why):
        key_motion(armature, motion, "long", rate=rate)
    with pytest.raises(UserError, match=why):
        check_motion(motion, 1, rate=rate)
    assert time.perf_counter() - begun < 1 and not bpy.data.actions


def test_a_motion_that_would_be_too_long_at_its_own_rate(armature):
    motion = random_motion(1, fps=24.0)
    many = MOST_FRAMES + 1
    long = Motion(np.broadcast_to(motion.rotations, (many, 55, 4)), np.zeros((many, 3)), 24.0)
    with pytest.raises(UserError, match="lasts 2 hours"):
        key_motion(armature, long, "long")


def test_a_rate_at_which_an_action_lasts_for_hours_is_said(armature, scene):
    key_motion(armature, random_motion(60, fps=24.0), "walk")
    scene.render.fps_base = 1e4
    begun = time.perf_counter()
    with pytest.raises(UserError, match=r"At the scene's 0\.0024 frames per second the Action lasts 6\.8 hours"):
        read_motion(armature)
    assert time.perf_counter() - begun < 1
    assert len(read_motion(armature, fps=0.0024)) == 60
