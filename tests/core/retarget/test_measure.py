"""The errors that `prepare` reports: none for a perfect copy, the known one for a known fault."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from motionclip_blender.core import rotations as rot
from motionclip_blender.core.body import Body
from motionclip_blender.core.motion import Motion
from motionclip_blender.core.retarget.measure import Errors, measure
from motionclip_blender.core.retarget.source import SourceClip
from motionclip_blender.core.skeleton import INDEX, JOINTS, PARENTS
from tests.synthetic import random_motion
from tests.training.data import people


def copied(body: Body, motion: Motion) -> SourceClip:
    """Returns the clip whose perfect copy `motion` is: the body itself in motion."""
    local = motion.matrices.astype(np.float64)
    world = np.empty_like(local)
    for joint, parent in enumerate(PARENTS):
        world[:, joint] = local[:, joint] if parent < 0 else world[:, parent] @ local[:, joint]
    still = np.tile([1.0, 0, 0, 0], (55, 1))
    heads = body.posed_joints(motion).astype(np.float64)
    turns = rot.matrix_to_quat(world)
    return SourceClip(JOINTS, body.joints().astype(np.float64), still, heads, turns, motion.fps)


def bent(motion: Motion, joint: str, axis_angle: tuple[float, float, float]) -> Motion:
    rotations = motion.rotations.astype(np.float64)
    turn = rot.axis_angle_to_quat(np.array(axis_angle))
    rotations[:, INDEX[joint]] = rot.quat_multiply(rotations[:, INDEX[joint]], turn)
    return replace(motion, rotations=rotations)


def resting(frames: int = 10) -> Motion:
    return Motion(np.tile([1.0, 0, 0, 0], (frames, 55, 1)), np.zeros((frames, 3)))


def standing(body: Body, frames: int = 10) -> Motion:
    return body.on_floor(resting(frames))


def test_a_perfect_copy_has_no_errors(open_body: Body):
    motion = random_motion(40, size=0.5)
    motion = motion.turned(-2 * float(np.arctan2(motion.rotations[0, 0, 2], motion.rotations[0, 0, 0])))
    errors = measure(copied(open_body, motion), people.PAIRS, motion, open_body)
    assert max(errors.degrees.values()) < 0.1
    assert set(errors.degrees) == {"upper_arm", "forearm", "thigh", "shin", "hips", "shoulders", "spine", "head"}


def test_a_copy_that_stands(open_body: Body):
    motion = standing(open_body)
    errors = measure(copied(open_body, motion), people.PAIRS, motion, open_body)
    assert errors.mean_degrees < 0.01
    assert errors.penetration == pytest.approx(0, abs=1e-4) and errors.float == pytest.approx(0, abs=1e-4)
    assert errors.sliding == pytest.approx(0, abs=1e-4) == errors.source_sliding


@pytest.mark.parametrize(
    ("joint", "limb", "turn", "degrees"),
    [
        ("left_elbow", "forearm", (0, np.radians(20), 0), 10),  # of one arm of two
        ("left_knee", "shin", (np.radians(30), 0, 0), 15),
        ("head", "head", (np.radians(12), 0, 0), 12),
    ],
)
def test_a_known_error_is_found(open_body: Body, joint: str, limb: str, turn, degrees: float):
    good = standing(open_body)
    errors = measure(copied(open_body, good), people.PAIRS, bent(good, joint, turn), open_body)
    assert errors.degrees[limb] == pytest.approx(degrees, abs=0.5)
    assert all(angle < 0.1 for other, angle in errors.degrees.items() if other != limb)
    assert errors.mean_degrees == pytest.approx(degrees / 8, abs=0.1)


def test_a_body_turned_half_round_in_its_own_limbs_is_one_of_hips_and_shoulders(open_body: Body):
    """Limbs point where they should, and the body between them looks the other way."""
    good = standing(open_body)
    limbs = {"hip": "thigh", "shoulder": "upper_arm"}
    turned = bent(good, "pelvis", (0, np.pi, 0))
    for side in ("left", "right"):
        for joint in limbs:
            turned = bent(turned, f"{side}_{joint}", (0, np.pi, 0))
    errors = measure(copied(open_body, good), people.PAIRS, turned, open_body)
    assert errors.degrees["hips"] == pytest.approx(180, abs=1) == errors.degrees["shoulders"]
    assert errors.mean_degrees > 15


def test_a_bend_of_the_whole_body_is_one_of_the_spine_too(open_body: Body):
    good = standing(open_body)
    errors = measure(copied(open_body, good), people.PAIRS, bent(good, "pelvis", (np.radians(25), 0, 0)), open_body)
    assert errors.degrees["spine"] == pytest.approx(25, abs=0.5)
    assert errors.degrees["thigh"] == pytest.approx(25, abs=0.5)
    # arms that stretch along the axis do not turn
    assert errors.degrees["upper_arm"] < 8


def test_the_heading_in_which_a_source_begins_is_no_error(open_body: Body):
    good = standing(open_body)
    errors = measure(copied(open_body, good.turned(2.0)), people.PAIRS, good, open_body)
    assert errors.mean_degrees < 0.1


def test_below_and_above_the_floor(open_body: Body):
    good = standing(open_body)
    clip = copied(open_body, good)
    sunk = measure(clip, people.PAIRS, good.moved((0, -0.03, 0)), open_body)
    assert sunk.penetration == pytest.approx(0.03, abs=1e-3) and sunk.float == pytest.approx(-0.03, abs=1e-3)
    high = measure(clip, people.PAIRS, good.moved((0, 0.05, 0)), open_body)
    assert high.penetration == 0 and high.float == pytest.approx(0.05, abs=1e-3)


def test_sliding_is_the_feets_speed_over_the_ground(open_body: Body):
    good = standing(open_body, frames=31)
    clip = copied(open_body, good)
    path = np.zeros((31, 3))
    path[:, 0] = np.linspace(0, 0.2, 31)  # in one second
    path[:, 1] = np.linspace(0, 1.0, 31)  # upwards does not count
    errors = measure(clip, people.PAIRS, good.moved(path), open_body)
    assert errors.sliding == pytest.approx(0.2, rel=1e-3) and errors.source_sliding == pytest.approx(0, abs=1e-4)


def test_who_never_stands_neither_floats_nor_slides(open_body: Body):
    flying = standing(open_body).moved((0, 1.0, 0))
    errors = measure(copied(open_body, flying), people.PAIRS, flying, open_body)
    assert np.isnan([errors.float, errors.sliding, errors.source_sliding]).all()
    assert errors.penetration == 0 and not np.isnan(errors.mean_degrees)


def test_limbs_that_a_source_shrinks_to_nothing_are_no_error(open_body: Body):
    good = standing(open_body)
    clip = copied(open_body, good)
    heads = clip.heads.copy()
    heads[:, INDEX["left_wrist"]] = heads[:, INDEX["left_elbow"]]
    errors = measure(replace(clip, heads=heads), people.PAIRS, good, open_body)
    assert errors.degrees["forearm"] == pytest.approx(0, abs=0.1)


def test_the_mean_is_over_limbs():
    assert Errors({"a": 1.0, "b": 3.0}, 0.0, 0.0, 0.0, 0.0).mean_degrees == 2
