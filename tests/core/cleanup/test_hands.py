"""Hands that belong to an action."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from motionclip_blender.core import rotations as rot
from motionclip_blender.core.cleanup import hands as module
from motionclip_blender.core.cleanup.hands import hands_of, relaxed_where_stretched, with_hands
from motionclip_blender.core.engine import Engine
from motionclip_blender.core.recipe.make import generate
from motionclip_blender.core.skeleton import BODY_JOINTS, FINGERS, HAND_JOINTS, INDEX, JOINTS
from tests.synthetic import random_motion

TOLD = json.loads(Path(module.__file__).with_name("hands.json").read_text(encoding="utf-8"))
_HAND = {side: [INDEX[name] for name in HAND_JOINTS if name.startswith(side)] for side in ("left", "right")}


def tips(body, motion, side: str) -> np.ndarray:
    """Returns the distances of the last joints of four fingers from the wrist, in metres."""
    joints = body.posed_joints(motion)[0]
    return np.array(
        [
            np.linalg.norm(joints[INDEX[f"{side}_{f}3"]] - joints[INDEX[f"{side}_wrist"]])
            for f in FINGERS
            if f != "thumb"
        ]
    )


@pytest.fixture(scope="module")
def still(open_body):
    motion = random_motion(5)
    rotations = motion.rotations.copy()
    rotations[:, [INDEX[name] for name in HAND_JOINTS]] = (1, 0, 0, 0)
    return replace(motion, rotations=rotations)


def test_poses_are_as_their_names_say(open_body, still):
    def reach(name, side="left"):
        return tips(open_body, with_hands(still, (name, name), open_body.relaxed_hands), side)

    fist, flat, grip, point, relaxed = map(reach, ("fist", "flat", "grip", "point", "relaxed"))
    assert (fist < grip).all() and (grip < relaxed).all() and (relaxed < flat).all()
    assert FINGERS[0] == "index" and point[0] > relaxed[0] and (point[1:] < grip[1:]).all()
    for name in TOLD["poses"]:
        np.testing.assert_allclose(reach(name, "left"), reach(name, "right"), atol=2e-3)


def test_both_sides_are_mirror_images(open_body, still):
    made = with_hands(still, ("fist", "point"), open_body.relaxed_hands)
    other = with_hands(still.mirror(), ("point", "fist"), open_body.relaxed_hands)
    np.testing.assert_allclose(made.mirror().rotations, other.rotations, atol=1e-6)


def test_the_hand_that_acts_has_the_pose():
    assert hands_of("punch", 0.0) == ("fist", "fist")
    assert hands_of("point", 0.4) == ("point", "relaxed") and hands_of("point", -0.4) == ("relaxed", "point")
    assert hands_of("point", 0.01) == ("point", "point")
    assert hands_of("walk", 0.4) == hands_of("of another pack", 0.0) == ("relaxed", "relaxed")


def test_what_the_pack_moves_stays(open_body):
    motion = random_motion(4)
    assert with_hands(motion, ("fist", "fist"), open_body.relaxed_hands, JOINTS) is motion
    kept = with_hands(motion, ("fist", "fist"), open_body.relaxed_hands, (*BODY_JOINTS, "left_index1"))
    assert np.array_equal(kept.rotations[:, INDEX["left_index1"]], motion.rotations[:, INDEX["left_index1"]])
    assert not np.array_equal(kept.rotations[:, INDEX["left_index2"]], motion.rotations[:, INDEX["left_index2"]])


def test_only_hands_that_nothing_moves_are_relaxed(open_body, still):
    relaxed = rot.axis_angle_to_quat(open_body.relaxed_hands)
    both = relaxed_where_stretched(still, open_body.relaxed_hands)
    np.testing.assert_allclose(
        both.rotations[:, [*_HAND["left"], *_HAND["right"]]], np.tile(relaxed, (5, 1, 1)), atol=1e-6
    )
    rotations = still.rotations.copy()
    rotations[3, INDEX["left_index2"]] = (0.8, 0.0, 0.0, -0.6)
    one = relaxed_where_stretched(replace(still, rotations=rotations), open_body.relaxed_hands)
    np.testing.assert_allclose(one.rotations[:, _HAND["left"]], rotations[:, _HAND["left"]], atol=1e-6)
    np.testing.assert_allclose(one.rotations[:, _HAND["right"]], both.rotations[:, _HAND["right"]], atol=1e-6)


def test_every_pose_and_action_is_well_formed():
    for told in TOLD["actions"].values():
        ((way, pose),) = told.items()
        assert way in ("both", "acts") and pose in TOLD["poses"]
    for pose in TOLD["poses"].values():
        assert set(pose) == set(FINGERS) and np.shape(pose["thumb"]) == (3, 3)
        assert all(len(pose[finger]) == 4 for finger in FINGERS if finger != "thumb")


# --- what is made of a prompt


@pytest.fixture(scope="module")
def engine() -> Engine:
    return Engine(compute="numpy")


@pytest.mark.parametrize(
    ("prompt", "pose"), [("a boxer punches", "fist"), ("does push-ups", "flat"), ("swings a sword", "grip")]
)
def test_a_motion_has_the_hands_of_its_action(engine, prompt, pose):
    made = generate(engine, prompt, 60)
    expected = with_hands(made, (pose, pose), engine.body.relaxed_hands)
    np.testing.assert_allclose(made.rotations, expected.rotations, atol=1e-5)


def test_hands_of_other_actions_are_relaxed(engine):
    made = generate(engine, "walks forward", 140)  # longer than a window
    expected = with_hands(made, ("relaxed", "relaxed"), engine.body.relaxed_hands)
    np.testing.assert_allclose(made.rotations, expected.rotations, atol=1e-5)
