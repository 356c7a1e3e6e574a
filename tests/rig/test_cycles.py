"""Actions that go round for ever."""

from __future__ import annotations

import bpy
import numpy as np
import pytest

from motionclip_blender.core.loop import closed, cycle_travel, ending_as_begun
from motionclip_blender.core.skeleton import INDEX
from motionclip_blender.rig.armature import add_body
from motionclip_blender.rig.cycles import make_cyclic
from motionclip_blender.rig.keys import key_motion, read_motion
from motionclip_blender.rig.nla import push_down
from tests.rig.test_nla import pose
from tests.synthetic import angle_between, random_motion

START, FRAMES = 11, 24


@pytest.fixture
def loop():
    """A closed motion of one second that travels."""
    motion = random_motion(FRAMES, fps=24.0, size=0.2)
    return closed(motion.moved(np.linspace(0, 1, FRAMES)[:, None] * (0.3, 0.0, 0.8)))


@pytest.fixture
def armature(scene, small_body, loop):
    """A person for whom it was keyed."""
    armature = add_body(small_body)
    make_cyclic(key_motion(armature, ending_as_begun(loop), "walk", START), armature)
    return armature


@pytest.mark.parametrize("rounds", [-1, 1, 3])
def test_every_round_has_the_same_poses_farther_on(armature, loop, rounds):
    travel = cycle_travel(loop) * rounds
    for frame in (0, 7, 23):
        first, later = pose(armature, START + frame), pose(armature, START + frame + rounds * FRAMES)
        assert np.allclose(first[:, :3, :3], later[:, :3, :3], atol=1e-4)
        moved = later[INDEX["pelvis"], :3, 3] - first[INDEX["pelvis"], :3, 3]
        assert moved == pytest.approx((travel[0], -travel[2], 0), abs=1e-4)


def test_no_jump_at_the_seam(armature):
    poses = [pose(armature, frame)[:, :3, 3] for frame in range(START + FRAMES - 4, START + FRAMES + 5)]
    steps = np.linalg.norm(np.diff(poses, axis=0), axis=-1).max(axis=1)
    assert steps[3:5].max() < 1.5 * np.delete(steps, (3, 4)).max()


def test_the_action_says_so(armature):
    action = armature.animation_data.action
    assert action.use_cyclic and tuple(action.frame_range) == (START, START + FRAMES)
    curve_modes = {modifier.mode_after for curve in modifiers_of(armature) for modifier in curve}
    assert curve_modes == {"REPEAT", "REPEAT_OFFSET"}


def modifiers_of(armature):
    from motionclip_blender.rig.versions import fcurves_of

    return [curve.modifiers for curve in fcurves_of(armature.animation_data.action, armature, "pose.bones[")]


def test_twice_is_as_once(armature):
    make_cyclic(armature.animation_data.action, armature)
    assert {len(modifiers) for modifiers in modifiers_of(armature)} == {1}


def test_it_is_read_as_one_round(armature, loop):
    motion = read_motion(armature, fps=24.0)
    assert len(motion) == FRAMES + 1
    assert angle_between(motion.rotations[:FRAMES], loop.rotations).max() < 1e-4


def test_a_strip_repeats_the_round(armature):
    before = pose(armature, START + 5)
    strip = push_down(armature)
    strip.repeat = 3
    assert np.allclose(pose(armature, START + FRAMES + 5)[:, :3, :3], before[:, :3, :3], atol=1e-4)
    assert bpy.data.actions["walk"].use_cyclic
