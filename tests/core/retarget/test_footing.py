"""Feet that stand still and on the floor, on bodies of other proportions than the source's."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from motionclip_blender.core import rotations as rot
from motionclip_blender.core.body import Body
from motionclip_blender.core.cleanup.foot_locking import keep_on_floor
from motionclip_blender.core.motion import Motion
from motionclip_blender.core.retarget.footing import seated
from motionclip_blender.core.retarget.measure import measure
from motionclip_blender.core.retarget.retarget import retarget
from motionclip_blender.core.retarget.source import SourceClip
from motionclip_blender.core.retarget.stance import Likeness
from motionclip_blender.core.skeleton import INDEX, PARENTS
from tests.training.data import people

SHAPES = {
    "the body's own": {},
    "wide hips": {"hips": 1.4},
    "narrow hips": {"hips": 0.7},
    "long shins": {"shins": 1.2},
    "short shins": {"shins": 0.8},
    "all at once, in centimetres": {"hips": 1.4, "shins": 1.2, "size": 100.0},
    "a dwarf": {"hips": 1.3, "shins": 0.8, "size": 0.4},
}
MOVEMENTS = {"sways": people.swaying, "walks": people.walking, "jumps": people.jumping}


def lowest(motion: Motion, body: Body) -> np.ndarray:
    return body.posed_vertices(motion, ids=body.contacts)[..., 1].min(axis=1)


def steps(local: np.ndarray) -> np.ndarray:
    """(J,) the largest angle from one frame to the next, degrees, of (T, J, 4)."""
    dots = np.abs((local[1:] * local[:-1]).sum(axis=-1))
    return np.degrees(2 * np.arccos(np.clip(dots, 0, 1))).max(axis=0)


def local(clip: SourceClip) -> np.ndarray:
    turns = clip.rotations.copy()
    turns[:, 1:] = rot.quat_multiply(rot.quat_conjugate(clip.rotations[:, PARENTS[1:]]), clip.rotations[:, 1:])
    return turns


LEGS = [INDEX[f"{side}_{joint}"] for side in people.SIDES for joint in ("hip", "knee", "ankle")]


@pytest.mark.parametrize("movement", MOVEMENTS)
@pytest.mark.parametrize("shape", SHAPES)
def test_feet_stand_still_on_the_floor_and_legs_point_as_theirs(open_body: Body, shape: str, movement: str):
    clip = MOVEMENTS[movement](people.proportions(open_body, **SHAPES[shape]))
    motion = retarget(clip, people.PAIRS, open_body)
    errors = measure(clip, people.PAIRS, motion, open_body)
    assert errors.sliding <= 1.3 * errors.source_sliding + 1e-3
    low = lowest(motion, open_body)
    assert errors.penetration < 0.001 and low.min() > -0.01
    standing = Likeness.of(clip, people.PAIRS, open_body).standing.any(axis=1)
    assert standing.mean() > 0.5 and low[standing].max() < 0.005
    assert errors.degrees["thigh"] < 3 and errors.degrees["shin"] < 3
    assert errors.degrees["upper_arm"] < 0.1 and errors.degrees["spine"] < 0.1
    # what is added to a leg comes gently
    assert (steps(motion.rotations.astype(np.float64)) - steps(local(clip)))[LEGS].max() < 4


def test_the_test_tells_good_from_bad(open_body: Body):
    """Legs that only turn as the source's do slide over the floor."""
    clip = people.swaying(people.proportions(open_body, hips=1.4, shins=1.2))
    as_theirs = Motion(local(clip), clip.heads[:, 0] - clip.rest_heads[0], 30.0)
    errors = measure(clip, people.PAIRS, as_theirs, open_body)
    assert errors.source_sliding < 1e-3 and errors.sliding > 0.02
    assert np.abs(lowest(as_theirs, open_body)).max() > 0.005


@pytest.mark.parametrize("shape", ["wide hips", "long shins"])
def test_the_planted_foot_of_a_walk_stays_in_one_place(open_body: Body, shape: str):
    clip = people.walking(people.proportions(open_body, **SHAPES[shape]))
    motion = retarget(clip, people.PAIRS, open_body)
    standing = Likeness.of(clip, people.PAIRS, open_body).standing
    assert 0.4 < standing.mean() < 0.75
    joints = open_body.posed_joints(motion)
    for side, feet in enumerate(("left_foot", "right_foot")):
        flags = standing[:, side]
        edges = np.flatnonzero(np.diff(flags.astype(int))) + 1
        for part in np.split(np.arange(len(flags)), edges):
            if flags[part[0]]:
                assert np.ptp(joints[part, INDEX[feet]], axis=0).max() < 0.015
    # and walks on as far as theirs does, by the ratio of sizes
    assert np.ptp(motion.translation[:, 2]) == pytest.approx(1.2 * open_body.leg_length * 119 / 30, rel=0.03)


def test_straight_legs_do_not_flip(open_body: Body):
    """Legs as straight as can be: knees bend forwards or not at all, and in one plane."""
    clip = people.swaying(people.proportions(open_body, hips=1.4, shins=1.2), depth=0.0)
    straight = replace(clip, heads=clip.heads + np.array([0, 0.02 * clip.rest_heads[0, 1], 0]))
    for source in (clip, straight):
        motion = retarget(source, people.PAIRS, open_body)
        joints = open_body.posed_joints(motion)
        for side in people.SIDES:
            hip, knee, ankle = (joints[:, INDEX[f"{side}_{name}"]] for name in ("hip", "knee", "ankle"))
            ahead = (knee - (hip + ankle) / 2)[:, 2]
            assert ahead.min() > -0.03
        assert steps(motion.rotations.astype(np.float64))[LEGS].max() < 6


def test_arms_and_trunk_are_left_alone(open_body: Body):
    clip = people.swaying(people.proportions(open_body, hips=1.4, shins=1.2))
    motion = retarget(clip, people.PAIRS, open_body)
    rest_of_body = [j for j in range(22) if j not in LEGS and j not in (INDEX["left_foot"], INDEX["right_foot"])]
    dots = np.abs((motion.rotations * local(clip)).sum(axis=-1))[:, rest_of_body]
    assert np.degrees(2 * np.arccos(np.clip(dots, 0, 1))).max() < 0.1


def test_who_jumps_leaves_the_floor_and_lands_on_it(open_body: Body):
    rest = people.proportions(open_body, shins=1.2, size=2.0)
    low = lowest(retarget(people.jumping(rest), people.PAIRS, open_body), open_body)
    assert np.abs(low[:28]).max() < 0.005 and np.abs(low[-20:]).max() < 0.005
    assert low.max() == pytest.approx(0.5 * open_body.leg_length, rel=0.1)


def test_who_never_stands_lies_on_the_floor(open_body: Body):
    """A person on the back, legs in the air: no foot shows where the floor is."""
    rest = people.proportions(open_body)
    frames = 60
    world = np.tile(rot.axis_angle_to_quat(np.array([-np.pi / 2, 0, 0])), (frames, 55, 1))
    lift = 1.2 + 0.3 * np.sin(np.arange(frames) / 5)
    for side in people.SIDES:
        for joint in ("hip", "knee", "ankle", "foot"):
            world[:, INDEX[f"{side}_{joint}"]] = rot.axis_angle_to_quat(
                np.stack((-np.pi / 2 - lift, 0 * lift, 0 * lift), axis=1)
            )
    clip = people.posed(rest, world, np.tile([0, 0.7, 0], (frames, 1)))
    assert not Likeness.of(clip, people.PAIRS, open_body).standing.any()
    motion = retarget(clip, people.PAIRS, open_body)
    low = lowest(motion, open_body)
    assert low.min() > -0.01 and low.min() < 0.01 and np.median(low) < 0.03
    errors = measure(clip, people.PAIRS, motion, open_body)
    assert np.isnan(errors.float) and np.isnan(errors.sliding) and np.isnan(errors.source_sliding)
    assert errors.penetration < 0.01


def test_a_back_that_would_dip_through_the_floor_is_lifted_gently(open_body: Body):
    """A person who sits down lower than the floor allows: no frame is below it, none jumps."""
    rest = people.proportions(open_body)
    clip = people.swaying(rest, depth=0.0)
    drop = 0.5 * (1 - np.cos(np.linspace(0, 2 * np.pi, len(clip))))[:, None]
    deep = people.stepping(
        rest,
        rest[0] - (0, 0.02, 0) - drop * (0, rest[0, 1] - 0.05, 0.25),
        {side: np.tile(rest[INDEX[f"{side}_ankle"]], (len(clip), 1)) for side in people.SIDES},
    )
    motion = retarget(deep, people.PAIRS, open_body)
    assert lowest(motion, open_body).min() > -0.005
    assert np.abs(np.diff(motion.translation[:, 1], n=2)).max() < 0.02


@pytest.mark.parametrize("frames", [2, 3, 5])
def test_the_shortest_clips(open_body: Body, frames: int):
    clip = people.walking(people.proportions(open_body, hips=1.3), frames=frames)
    motion = retarget(clip, people.PAIRS, open_body)
    assert len(motion) == frames and np.isfinite(motion.translation).all()
    assert lowest(motion, open_body).min() == pytest.approx(0, abs=0.01)


def test_a_foot_stands_when_it_is_low_and_slow_and_not_only_for_a_moment(open_body: Body):
    rest = people.proportions(open_body)
    clip = people.jumping(rest)
    standing = Likeness.of(clip, people.PAIRS, open_body).standing
    assert standing[:28].all() and not standing[32:43].any() and standing[-20:].all()
    # low but fast: feet that are dragged over the floor
    dragged = people.swaying(rest)
    away = replace(dragged, heads=dragged.heads + np.linspace(0, 3, len(dragged))[:, None, None] * (0, 0, 1.0))
    assert not Likeness.of(away, people.PAIRS, open_body).standing.any()
    # still but high: hanging from a bar; the floor is where these feet rest
    hanging = replace(dragged, heads=dragged.heads + np.array([0, 0.5, 0]))
    assert not Likeness.of(hanging, people.PAIRS, open_body).standing.any()


def squatting(body: Body, frames: int = 30) -> Motion:
    """Bends hips and knees more and more, with the feet on the floor, until the thighs are level."""
    share = np.linspace(0, 1, frames)[:, None]
    poses = np.zeros((frames, 55, 3))
    for side in ("left", "right"):
        poses[:, INDEX[f"{side}_hip"], 0], poses[:, INDEX[f"{side}_knee"], 0] = -1.5 * share[:, 0], 1.5 * share[:, 0]
    motion = Motion.from_axis_angle(poses.reshape(frames, -1), np.zeros((frames, 3)))
    return keep_on_floor(motion, body)


def test_who_sits_on_nothing_is_put_on_the_floor_with_the_feet_where_they_were(open_body: Body):
    motion = squatting(open_body)
    before = open_body.posed_joints(motion)
    stands, sits = before[0, 0, 1], before[-1, 0, 1]
    down = seated(motion, open_body, sits / stands)
    after = open_body.posed_joints(down)
    assert after[-1, 0, 1] < 0.2 * stands < 0.4 * stands < sits
    assert after[0, 0, 1] == pytest.approx(stands, abs=0.02)
    ankles = [INDEX["left_ankle"], INDEX["right_ankle"]]
    assert np.abs(after[:, ankles] - before[:, ankles]).max() < 0.08
    assert lowest(down, open_body).min() > -0.01


def test_the_lowest_part_of_who_lies_is_on_the_floor(open_body: Body):
    turn = np.zeros((20, 55, 3))
    turn[:, 0, 0] = -np.linspace(0, np.pi / 2, 20)
    above = Motion.from_axis_angle(turn.reshape(20, -1), np.full((20, 3), 0.4))
    np.testing.assert_allclose(lowest(keep_on_floor(above, open_body), open_body), 0.0, atol=0.02)
