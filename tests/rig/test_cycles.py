"""Actions that go round for ever."""

from __future__ import annotations

import bpy
import numpy as np
import pytest

from motionclip_blender.core.cleanup.loop import closed, cycle_travel, ending_as_begun
from motionclip_blender.core.recipe.make import Made
from motionclip_blender.core.recipe.recipe import Recipe
from motionclip_blender.core.skeleton import INDEX
from motionclip_blender.rig.action_metadata import key_made, rekey_made
from motionclip_blender.rig.armature import add_body
from motionclip_blender.rig.cycles import make_cyclic
from motionclip_blender.rig.nla import push_down
from motionclip_blender.rig.read_action import read_motion
from motionclip_blender.rig.versions import fcurves_of
from motionclip_blender.rig.write_keys import key_motion
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


# --- an Action that becomes a loop, and one that is none any more


def made_of(frames: int, loop: bool, seed: int = 0) -> tuple[Recipe, Made]:
    motion = random_motion(frames, fps=24.0, seed=seed, size=0.2)
    return Recipe.of_prompt("walk", frames, loop=loop), Made(closed(motion) if loop else motion, "pack 1")


def told(action: bpy.types.Action, armature: bpy.types.Object) -> tuple:
    """All that tells a loop from a motion that ends."""
    cycles = {tuple(one.mode_after for one in curve.modifiers) for curve in fcurves_of(action, armature, "pose.bones[")}
    manual = (action.frame_start, action.frame_end) if action.use_frame_range else None
    return cycles, manual, action.use_cyclic, len(read_motion(armature, action, fps=24.0))


@pytest.mark.parametrize("before", [(24, False), (24, True), (40, True)])
@pytest.mark.parametrize("after", [(24, False), (24, True), (40, False), (40, True), (17, True), (17, False)])
def test_a_motion_in_the_place_of_another_is_as_if_it_had_been_keyed_at_first(scene, small_body, before, after):
    armature = add_body(small_body)
    action = key_made(armature, *made_of(*before), "walk", START)
    rekey_made(armature, *made_of(*after, seed=1))
    fresh = key_made(armature, *made_of(*after, seed=1), "fresh", START)
    armature.animation_data.action = action
    assert told(action, armature) == told(fresh, armature)
    assert tuple(action.frame_range) == tuple(fresh.frame_range)


def test_a_loops_curves_that_were_deleted_come_back_with_their_cycles(scene, small_body):
    armature = add_body(small_body)
    action = key_made(armature, *made_of(24, True), "walk", START)
    for curve in fcurves_of(action, armature, 'pose.bones["left_knee"]'):
        (getattr(action, "fcurves", None) or action.layers[0].strips[0].channelbags[0].fcurves).remove(curve)
    rekey_made(armature, *made_of(24, True, seed=1))
    assert {len(modifiers) for modifiers in modifiers_of(armature)} == {1}


def test_a_range_and_cycles_of_the_users_own_stay(scene, small_body):
    armature = add_body(small_body)
    action = key_made(armature, *made_of(24, False), "walk", START)
    action.use_frame_range, action.frame_start, action.frame_end = True, START + 5, START + 9
    curve = next(iter(fcurves_of(action, armature, "pose.bones[")))
    curve.modifiers.new("CYCLES")
    rekey_made(armature, *made_of(40, False, seed=1))
    assert (action.frame_start, action.frame_end) == (START + 5, START + 9) and len(curve.modifiers) == 1
