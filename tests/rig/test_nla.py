"""Actions as strips of the NLA editor."""

from __future__ import annotations

import bpy
import numpy as np
import pytest

from motionclip_blender.core.errors import UserError
from motionclip_blender.rig.armature import add_body
from motionclip_blender.rig.nla import add_strip, in_row, push_down
from motionclip_blender.rig.versions import SLOTS
from motionclip_blender.rig.write_keys import key_motion
from tests.synthetic import random_motion


@pytest.fixture
def armature(scene, small_body) -> bpy.types.Object:
    """A person with an Action of 30 frames from frame 11 on."""
    armature = add_body(small_body)
    key_motion(armature, random_motion(30, fps=24.0), "walk", start_frame=11)
    return armature


def pose(armature: bpy.types.Object, frame: int) -> np.ndarray:
    bpy.context.scene.frame_set(frame)
    pose = armature.evaluated_get(bpy.context.evaluated_depsgraph_get()).pose
    return np.array([bone.matrix for bone in pose.bones])


def spans(armature: bpy.types.Object) -> list[list[tuple[float, float]]]:
    tracks = armature.animation_data.nla_tracks
    return [[(strip.frame_start, strip.frame_end) for strip in track.strips] for track in tracks]


def test_the_strip_moves_the_person_as_the_action_did(armature):
    before = [pose(armature, frame) for frame in (11, 25, 40)]
    strip = push_down(armature)
    assert armature.animation_data.action is None
    assert (strip.frame_start, strip.frame_end) == (11, 40) and strip.action.name == "walk"
    assert np.allclose(before, [pose(armature, frame) for frame in (11, 25, 40)], atol=1e-6)
    if SLOTS:
        assert strip.action_slot == strip.action.slots[0]


def test_strips_go_on_one_track_while_there_is_room(armature):
    push_down(armature)
    key_motion(armature, random_motion(30, fps=24.0), "run", start_frame=40)
    push_down(armature)
    key_motion(armature, random_motion(30, fps=24.0), "jump", start_frame=20)
    push_down(armature)
    assert spans(armature) == [[(11, 40), (40, 69)], [(20, 49)]]


def test_a_locked_track_is_left_alone(armature):
    action = push_down(armature).action
    armature.animation_data.nla_tracks[0].lock = True
    add_strip(armature, action, 200)
    assert spans(armature) == [[(11, 40)], [(200, 229)]]


def test_a_strip_between_frames(armature):
    action = armature.animation_data.action
    armature.animation_data.action = None
    strip = add_strip(armature, action, 12.5)
    assert (strip.frame_start, strip.frame_end, strip.scale, strip.repeat) == (12.5, 41.5, 1, 1)


def test_a_chosen_track_without_room(armature):
    action = push_down(armature).action
    track = armature.animation_data.nla_tracks[0]
    with pytest.raises(UserError, match="no room at frame 20"):
        add_strip(armature, action, 20, track)
    assert add_strip(armature, action, 100, track) in track.strips[:]


def test_nothing_to_push(armature):
    armature.animation_data.action = None
    with pytest.raises(UserError, match="has no Action"):
        push_down(armature)


def test_tweak_mode(armature):
    push_down(armature)
    key_motion(armature, random_motion(5, fps=24.0), "run")
    data = armature.animation_data
    data.nla_tracks[0].strips[0].select = True
    data.action = None
    data.use_tweak_mode = True
    with pytest.raises(UserError, match="tweak mode"):
        add_strip(armature, bpy.data.actions["walk"], 100)
    assert spans(armature) == [[(11, 40)]]


@pytest.fixture
def actions(armature) -> list[bpy.types.Action]:
    """Three Actions of ten frames each, from frame 1 on, which nobody uses yet."""
    motions = (random_motion(10, fps=24.0, seed=seed) for seed in range(3))
    return [key_motion(armature, motion, "stop", assign=False) for motion in motions]


def test_a_row_plays_one_after_the_other(armature, actions):
    before = [[pose_of(armature, action, frame) for frame in (1, 5, 10)] for action in actions]
    armature.animation_data.action = bpy.data.actions["walk"]
    track = in_row(armature, actions, 100, "stops")
    assert spans(armature) == [[(100, 109), (110, 119), (120, 129)]] and track.name == "stops"
    assert armature.animation_data.action is None and bpy.data.actions["walk"].use_fake_user
    for number, poses in enumerate(before):
        for frame, wanted in zip((1, 5, 10), poses, strict=True):
            assert np.allclose(pose(armature, 99 + 10 * number + frame), wanted, atol=1e-4)


def pose_of(armature: bpy.types.Object, action: bpy.types.Action, frame: int) -> np.ndarray:
    armature.animation_data.action = action
    if SLOTS:
        armature.animation_data.action_slot = action.slots[0]
    return pose(armature, frame)


def test_a_row_that_cannot_be_made_changes_nothing(armature, actions):
    push_down(armature)
    key_motion(armature, random_motion(5, fps=24.0), "run")
    bad = bpy.data.actions.new("other")
    if not SLOTS:
        bad.id_root = "SCENE"
    with pytest.raises(UserError):
        in_row(armature, [*actions, bad], 100, "stops")
    assert spans(armature) == [[(11, 40)]] and armature.animation_data.action.name == "run"


def test_a_row_in_tweak_mode(armature, actions):
    push_down(armature)
    armature.animation_data.nla_tracks[0].strips[0].select = True
    armature.animation_data.use_tweak_mode = True
    with pytest.raises(UserError, match="tweak mode"):
        in_row(armature, actions, 100, "stops")
    assert spans(armature) == [[(11, 40)]]
