"""Leans a standing body against something: a wall behind it or beside it, or something low before it."""

from __future__ import annotations

import numpy as np

from .. import rotations as rot
from ..body import Body
from ..cleanup.foot_locking import move_feet
from ..measure import chest_rotations, facing
from ..motion import Motion
from ..skeleton import INDEX
from .arm_reach import eased
from .arms import keep_directions
from .legs import stands

_WAYS = {"behind": (-14.0, 0.0), "left": (0.0, -11.0), "right": (0.0, 11.0), "ahead": (16.0, 0.0)}
"""Degrees of the lean ahead and over to the right, by what is leaned against."""

BENDS = {"over": (52.0, 0.0, 0.05), "down": (95.0, 48.0, 0.16)}
"""Degrees by which a trunk is bent at the hips, and in the spine, and metres by which the hips go down: so that
hands get to the knees, or to the toes."""

_BENDING = 0.8  # seconds in which it bends
_BACK = 0.12  # metres that the hips go back then
_SPINE = [INDEX[name] for name in ("spine1", "spine2", "spine3")]

_LEGS = [(INDEX[f"{side}_hip"], INDEX[f"{side}_knee"], INDEX[f"{side}_ankle"]) for side in ("left", "right")]


def leaning(motion: Motion, body: Body, against: str) -> Motion:
    """Returns the motion of somebody who stands with the body leaned over as one, about ankles that keep their place.

    against: "behind", "left", "right" or "ahead", where the thing is; "over" for a trunk that bends at the hips,
        "down" for one that bends so far that hands get to the toes. Who sits, kneels or lies does not bend.
    """
    if against in BENDS:
        return _bent_over(motion, body, *BENDS[against]) if stands(motion, body) else motion
    pitch, roll = np.radians(_WAYS[against])
    joints = body.posed_joints(motion).astype(np.float64)
    pivot = joints[:, [ankle for *_, ankle in _LEGS]].mean(axis=1)
    way = eased(len(motion), motion.fps, returns=False)[:, None]
    left, ahead = _left_and_ahead(motion)
    lean = rot.axis_angle_to_quat(way * (pitch * left + roll * ahead))
    rotations = motion.rotations.astype(np.float64)
    world = {}
    for hip, knee, ankle in _LEGS:
        shin = rot.quat_multiply(rot.quat_multiply(rotations[:, 0], rotations[:, hip]), rotations[:, knee])
        # the foot stays flat: the lean is taken back at the ankle
        back = rot.quat_multiply(rot.quat_conjugate(shin), rot.quat_multiply(rot.quat_conjugate(lean), shin))
        world[ankle] = rot.quat_multiply(back, rotations[:, ankle])
    for ankle, turned in world.items():
        rotations[:, ankle] = turned
    rotations[:, 0] = rot.quat_multiply(lean, rotations[:, 0])
    pelvis = joints[:, 0] - pivot
    moved = np.einsum("tab,tb->ta", rot.quat_to_matrix(lean), pelvis) - pelvis
    return _on_the_feet(Motion(rotations, motion.translation + moved, motion.fps), body, joints)


def _bent_over(motion: Motion, body: Body, hips: float, spine: float, lower: float) -> Motion:
    """Returns the motion with the trunk bent over at the hips, which go back a little, and with the feet in place.

    hips, spine: degrees by which it bends there. lower: metres by which the hips go down.
    """
    joints = body.posed_joints(motion).astype(np.float64)
    way = eased(len(motion), motion.fps, returns=False, seconds=_BENDING)[:, None]
    left, ahead = _left_and_ahead(motion)
    lean = rot.axis_angle_to_quat(way * np.radians(hips) * left)
    rotations = motion.rotations.astype(np.float64)
    before = chest_rotations(rotations)
    root = rot.quat_multiply(lean, rotations[:, 0])
    for hip, *_ in _LEGS:  # the thighs stay as they are
        thigh = rot.quat_multiply(rotations[:, 0], rotations[:, hip])
        rotations[:, hip] = rot.quat_multiply(rot.quat_conjugate(root), thigh)
    rotations[:, 0] = root
    if spine:
        bend = rot.axis_angle_to_quat(way * np.radians((spine / len(_SPINE), 0.0, 0.0)))
        for joint in _SPINE:
            rotations[:, joint] = rot.quat_multiply(bend, rotations[:, joint])
    keep_directions(rotations, before)
    bent = Motion(rotations, motion.translation - way * (_BACK * ahead + (0.0, lower, 0.0)), motion.fps)
    return _on_the_feet(bent, body, joints)


def _left_and_ahead(motion: Motion) -> tuple[np.ndarray, np.ndarray]:
    """Returns the directions to the left and ahead of the body, (T, 3) each, level."""
    yaw = facing(motion)
    level = np.zeros_like(yaw)
    return (
        np.stack((np.cos(yaw), level, -np.sin(yaw)), axis=1),
        np.stack((np.sin(yaw), level, np.cos(yaw)), axis=1),
    )


def _on_the_feet(motion: Motion, body: Body, joints: np.ndarray) -> Motion:
    """Returns the motion with the ankles where they are in joints (T, 55, 3)."""
    now = body.posed_joints(motion).astype(np.float64)
    aside = [joints[:, ankle] - now[:, ankle] for *_, ankle in _LEGS]
    return move_feet(motion, now, aside, np.zeros((len(motion), 3)))
