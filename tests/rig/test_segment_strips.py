"""Segments of a timeline as Actions that NLA strips play."""

from __future__ import annotations

import numpy as np
import pytest

pytest.importorskip("bpy")

from motionclip_blender.core.errors import UserError
from motionclip_blender.core.prompt_plan.told import Step
from motionclip_blender.core.recipe.make import Made
from motionclip_blender.core.recipe.plan import PromptPlan
from motionclip_blender.core.recipe.recipe import Recipe
from motionclip_blender.core.recipe.timeline import Timeline, TimelineSegment
from motionclip_blender.rig.action_metadata import recipe_of, steps_of
from motionclip_blender.rig.armature import add_body
from motionclip_blender.rig.segment_strips import key_segments
from motionclip_blender.rig.write_keys import key_motion
from tests.synthetic import random_motion

CONTENT = Timeline(tuple(TimelineSegment(PromptPlan(prompt)) for prompt in ("walks", "waves", "bows")))


def made(frames: int, *starts: int) -> Made:
    steps = tuple(Step(f"step {at}", "w", 1.0, False, at, at + 1) for at in starts)
    return Made(random_motion(frames, fps=24, size=0.3), "pack 1", None, (), steps, starts)


@pytest.fixture
def armature(scene, small_body):
    scene.render.fps = 24
    return add_body(small_body)


@pytest.mark.parametrize("starts", [(0, 20, 50), (0, 57, 58), (0, 1, 59), (0, 0, 0)])
def test_strips_touch_and_play_what_one_action_plays(armature, scene, starts) -> None:
    def poses() -> np.ndarray:
        found = []
        for at in np.arange(5, 65, 0.5):
            scene.frame_set(int(at), subframe=at % 1)
            found.append([np.array(bone.matrix) for bone in armature.pose.bones])
        return np.array(found)

    one = made(60, *starts)
    action = key_motion(armature, one.motion, "whole", 5)
    whole = poses()
    actions = key_segments(armature, Recipe(CONTENT, 60), one, 5)
    (track,) = armature.animation_data.nla_tracks
    assert armature.animation_data.action is None and action.use_fake_user
    assert [strip.action for strip in track.strips] == actions
    assert np.abs(poses() - whole).max() < 1e-5
    for own, segment in zip(actions, CONTENT.segments, strict=True):
        first, last = own.frame_range
        assert recipe_of(own) == Recipe(segment.content, round(last - first) + 1)
        assert len(steps_of(own)) <= 1 or starts == (0, 0, 0)


def test_a_motion_of_too_few_frames_is_refused(armature, bpy_data) -> None:
    with pytest.raises(UserError, match="3 frames, too few for 3 strips"):
        key_segments(armature, Recipe(CONTENT, 3), made(3, 0, 1, 2))
    assert not bpy_data.actions


def test_nothing_is_left_when_the_stack_cannot_be_changed(armature, bpy_data) -> None:
    armature.animation_data_create()
    key_motion(armature, random_motion(30, fps=24), "mine")
    before = sorted(action.name for action in bpy_data.actions)
    armature.animation_data.nla_tracks.new().strips.new("mine", 1, bpy_data.actions["mine"])
    armature.animation_data.action = None
    armature.animation_data.nla_tracks[0].select = True
    armature.animation_data.use_tweak_mode = True
    with pytest.raises(UserError, match="tweak mode"):
        key_segments(armature, Recipe(CONTENT, 60), made(60, 0, 20, 40))
    assert sorted(action.name for action in bpy_data.actions) == before
    assert len(armature.animation_data.nla_tracks) == 1


@pytest.fixture
def bpy_data(scene):
    import bpy

    return bpy.data
