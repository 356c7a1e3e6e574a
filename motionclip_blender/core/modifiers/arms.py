"""Lowers the arm that a prompt does not mean, where a motion moves both, and moves both where it moves one."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from .. import rotations as rot
from ..body import Body
from ..measure import chest_rotations, facing, root_space_joints, wrists_apart
from ..motion import Motion
from ..root_trajectory import about_vertical
from ..skeleton import INDEX, JOINTS, PARENTS

_STRIDE = 0.5  # seconds of movement that count as much as the mean distance from hanging
_LESS = 0.75  # share of the meant arm's activity that the other one may have
_ALIKE = 0.8  # share of the busier arm's activity from which on both do the same
_APART = 0.25  # metres between a wrist and the other's mirror image from which on they do not do the same
_LOWERED = 0.9  # share of the way to hanging that the other arm is lowered by
_SIDES = ("left", "right")
_CHAIN = [INDEX[name] for name in ("pelvis", "spine1", "spine2", "spine3")]
_HANGING = (0.0, 0.0, -1.3)  # axis-angle of a hanging left upper arm, from the T pose, in a body that faces ahead
_BENT = {"elbow": (0.0, -0.25, 0.0), "wrist": (0.0, 0.0, 0.0)}  # axis-angle of what hangs on it


def activity(motion: Motion, body: Body, side: str) -> float:
    """Returns how far an arm is from hanging, in metres, on average, plus its movement."""
    joints = root_space_joints(motion, body)
    reach = joints[:, INDEX[f"{side}_wrist"]] - joints[:, INDEX[f"{side}_shoulder"]]
    hanging = np.array((0.0, -np.linalg.norm(reach, axis=1).max(), 0.0))
    moved = np.linalg.norm(np.gradient(reach, axis=0), axis=1) * motion.fps if len(motion) > 1 else np.zeros(1)
    return float(np.linalg.norm(reach - hanging, axis=1).mean() + _STRIDE * moved.mean())


def with_both_arms(motion: Motion, body: Body) -> Motion:
    """Returns the motion with one arm doing what the other does, as in a mirror, if that does far more."""
    active = {side: activity(motion, body, side) for side in _SIDES}
    idle = min(active, key=lambda side: active[side])
    if active[idle] > _ALIKE * max(active.values()) and wrists_apart(motion, body).mean() < _APART:
        return motion
    joints = [i for i, name in enumerate(JOINTS) if name.startswith(f"{idle}_") and _of_arm(i)]
    rotations = motion.rotations.copy()
    rotations[:, joints] = motion.mirror().rotations[:, joints]
    return replace(motion, rotations=rotations)


def keep_directions(rotations: np.ndarray, before: np.ndarray) -> None:
    """Gives upper arms the directions in the world again that they had before the spine was bent: arms go on hanging.

    rotations: (T, 55, 4), changed in place. before: (T, 4) the chest's then.
    """
    after = chest_rotations(rotations)
    for side in _SIDES:
        collar, shoulder = (INDEX[f"{side}_{joint}"] for joint in ("collar", "shoulder"))
        world = rot.quat_multiply(before, rot.quat_multiply(rotations[:, collar], rotations[:, shoulder]))
        held = rot.quat_conjugate(rot.quat_multiply(after, rotations[:, collar]))
        rotations[:, shoulder] = rot.quat_multiply(held, world)


def _of_arm(joint: int) -> bool:
    """Checks whether a joint is a collar, or hangs on one."""
    return JOINTS[joint].endswith("_collar") or (joint > 0 and _of_arm(PARENTS[joint]))


def with_one_arm(motion: Motion, body: Body, side: str) -> Motion:
    """Returns the motion with the other arm than `side` hanging down, if it does nearly as much or more."""
    other = _SIDES[side == "left"]
    if activity(motion, body, other) <= _LESS * activity(motion, body, side):
        return motion
    mirrored = np.array((1, 1, 1) if other == "left" else (1, -1, -1))
    rotations = motion.rotations.astype(np.float64)
    above = rotations[:, _CHAIN[0]]
    for joint in (*_CHAIN[1:], INDEX[f"{other}_collar"]):
        above = rot.quat_multiply(above, rotations[:, joint])
    # plumb, however the chest leans
    plumb = rot.quat_multiply(about_vertical(facing(motion)), rot.axis_angle_to_quat(mirrored * _HANGING))
    hanging = {"shoulder": rot.quat_multiply(rot.quat_conjugate(above), plumb)}
    hanging |= {name: rot.axis_angle_to_quat(mirrored * bent) for name, bent in _BENT.items()}
    for name, target in hanging.items():
        joint = INDEX[f"{other}_{name}"]
        rotations[:, joint] = rot.slerp(
            rotations[:, joint], np.broadcast_to(target, rotations[:, joint].shape), _LOWERED
        )
    return replace(motion, rotations=rotations)
