"""A motion of one body on another of other proportions."""

from __future__ import annotations

import numpy as np
import pytest

from motionclip_blender.core.motion import Motion
from motionclip_blender.core.retarget.between_bodies import as_clip, fitted
from motionclip_blender.core.skeleton import BODY_JOINTS, INDEX
from tests.foreign import walk
from tests.synthetic import angle_between, random_motion
from tests.training.data import people

SIDES = ("left", "right")


def walk_of(body) -> Motion:
    known = walk()
    poses = known.poses.copy()
    poses[:, INDEX["left_index1"]] = (0.0, 0.0, -0.4)
    return Motion.from_axis_angle(poses.reshape(40, -1), known.pelvis - body.joints()[0])


def test_a_clip_of_a_motion_lies_where_the_motion_does(open_body):
    motion = random_motion(10, size=0.3)
    clip = as_clip(motion, open_body.joints())
    assert np.abs(clip.heads - open_body.posed_joints(motion)).max() < 1e-5


def test_on_its_own_body_nothing_changes(open_body):
    motion = walk_of(open_body)
    same = fitted(motion, open_body.joints(), open_body)
    assert np.degrees(angle_between(same.rotations, motion.rotations)).max() < 0.05
    assert np.ptp(same.translation - motion.translation, axis=0).max() < 0.01


@pytest.mark.parametrize("shape", [{"shins": 1.25}, {"size": 0.7}, {"hips": 1.3, "size": 1.2}])
def test_limbs_point_as_before_and_the_way_grows_with_the_legs(open_body, shape):
    clip = people.walking(people.proportions(open_body))
    from motionclip_blender.core.retarget.solve import local_rotations

    rotations = local_rotations(clip, people.PAIRS, open_body.joints(), open_body.relaxed_hands)
    motion = Motion(rotations, clip.heads[:, 0] - open_body.joints()[0])
    joints = people.proportions(open_body, **shape)
    body = open_body.fitted_to(joints)
    made = fitted(motion, open_body.joints(), body)
    before, after = open_body.posed_joints(motion), body.posed_joints(made)
    for side in SIDES:
        for near, far in (("shoulder", "elbow"), ("elbow", "wrist"), ("hip", "knee"), ("knee", "ankle")):
            a, b = (
                places[:, INDEX[f"{side}_{far}"]] - places[:, INDEX[f"{side}_{near}"]] for places in (before, after)
            )
            apart = np.degrees(np.arctan2(np.linalg.norm(np.cross(a, b), axis=1), (a * b).sum(axis=1)))
            assert apart.mean() < 4.0
    legs = [
        np.linalg.norm(rest[INDEX["left_knee"]] - rest[INDEX["left_hip"]])
        + np.linalg.norm(rest[INDEX["left_ankle"]] - rest[INDEX["left_knee"]])
        for rest in (open_body.joints(), joints)
    ]
    way = [np.ptp(places[:, 0, 2]) for places in (before, after)]
    assert way[1] / way[0] == pytest.approx(legs[1] / legs[0], rel=0.03)
    # a foot that stands keeps standing
    feet = [places[:, INDEX["left_foot"]] for places in (before, after)]
    still = np.linalg.norm(np.diff(feet[0], axis=0), axis=1) * 30 < 0.05
    assert still.sum() > 20
    assert (np.linalg.norm(np.diff(feet[1][:, [0, 2]], axis=0), axis=1) * 30)[still].mean() < 0.1


def test_fingers_and_face_stay_as_they_are(open_body):
    motion = walk_of(open_body)
    made = fitted(motion, open_body.joints(), open_body.fitted_to(people.proportions(open_body, size=0.8)))
    beside = slice(len(BODY_JOINTS), None)
    assert np.array_equal(made.rotations[:, beside], motion.rotations[:, beside])
