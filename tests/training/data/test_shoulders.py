"""Shoulders that hang on another skeleton's collars."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from motionclip_blender.core import rotations as rot
from motionclip_blender.core.motion import Motion
from motionclip_blender.core.skeleton import INDEX
from tests.synthetic import random_motion
from training.data.shoulders import lifted


def with_collars(degrees: float, frames: int = 6) -> Motion:
    """Returns a motion whose collars sink by so many degrees; they rise for negative ones."""
    motion = random_motion(frames, seed=2)
    rotations = motion.rotations.copy()
    for side, sign in (("left", -1), ("right", 1)):
        rotations[:, INDEX[f"{side}_collar"]] = rot.axis_angle_to_quat(np.radians([0.0, 0.0, sign * degrees]))
    return replace(motion, rotations=rotations)


def upper_arms(body, motion: Motion) -> np.ndarray:
    joints = body.posed_joints(motion)
    return np.stack([joints[:, INDEX[f"{s}_elbow"]] - joints[:, INDEX[f"{s}_shoulder"]] for s in ("left", "right")])


def width(body, motion: Motion) -> float:
    joints = body.posed_joints(motion)
    return float(np.linalg.norm(joints[:, INDEX["left_shoulder"]] - joints[:, INDEX["right_shoulder"]], axis=-1).mean())


def test_collars_that_hang_are_lifted_and_the_arms_point_as_before(open_body):
    hanging, resting = with_collars(40.0), with_collars(0.0)
    made = lifted(hanging, open_body)
    np.testing.assert_allclose(upper_arms(open_body, made), upper_arms(open_body, hanging), atol=1e-5)
    assert width(open_body, hanging) < width(open_body, resting) - 0.05
    assert width(open_body, made) > width(open_body, resting) - 0.015
    others = [i for name, i in INDEX.items() if "collar" not in name and "shoulder" not in name]
    np.testing.assert_allclose(made.rotations[:, others], hanging.rotations[:, others], atol=1e-6)


def test_the_farther_they_hang_the_more_they_sink_still_but_never_far(open_body):
    rests = open_body.joints()
    bone = rests[INDEX["left_shoulder"]] - rests[INDEX["left_collar"]]
    heights = []
    for degrees in (2.0, 6.0, 15.0, 60.0):
        turn = lifted(with_collars(degrees), open_body).rotations[:1, INDEX["left_collar"]].astype(np.float64)
        heights.append(np.degrees(np.arcsin((rot.quat_to_matrix(turn) @ bone)[0, 1] / np.linalg.norm(bone))))
    rest = np.degrees(np.arcsin(bone[1] / np.linalg.norm(bone)))
    sunk = rest - np.array(heights)
    assert (np.diff(sunk) > -1e-3).all() and abs(sunk[0] - 2.0) < 0.05 and sunk[-1] < 10.05


def test_shrugs_and_shoulders_as_they_are_stay(open_body):
    for degrees in (-35.0, 0.0, 4.0):
        motion = with_collars(degrees)
        assert lifted(motion, open_body) is motion


def test_sides_are_alike(open_body):
    motion = with_collars(40.0)
    np.testing.assert_allclose(
        lifted(motion.mirror(), open_body).rotations, lifted(motion, open_body).mirror().rotations, atol=2e-3
    )
