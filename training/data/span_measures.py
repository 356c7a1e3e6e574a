"""Measures spans of prepared motions: what captions may say of them as facts.

Sides, directions and turns come from `core.measure`, as those do that prompts are measured by.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from motionclip_blender.core.angles import apart
from motionclip_blender.core.body import Body
from motionclip_blender.core.measure import (
    measured_period,
    measured_side,
    measured_slide,
    measured_travel,
    measured_turn,
)
from motionclip_blender.core.modifiers.swings import swings
from motionclip_blender.core.motion import Motion
from motionclip_blender.core.skeleton import BODY, INDEX

_ONE_SIDED = 0.12  # `measured_side` above which one side plainly moves more
_DIRECTIONS = {"forward": 0.0, "left": 90.0, "right": -90.0, "backward": 180.0}
_TURNED = 30.0  # degrees from which on a body has turned
_LOW = 0.8  # height of the pelvis, relative to a standing body's, below which nobody stands
_GROUND = 0.4  # the same, below which someone sits, kneels or lies on the ground
_BENT, _LEVEL, _DOWN = 40.0, 60.0, 115.0  # degrees of the trunk off the vertical: bent, level, head down


@dataclass(frozen=True)
class Measures:
    """What is measured of a span.

    side: "left" or "right" where that arm or leg plainly moves more, else "". arm, leg: the side that moves more, and
        by how much, 0 to 1, signed: left positive.
    direction: "forward", "backward", "left" or "right" of the chest where the body travels, else "". degrees: from the
        chest to the direction of travel, left positive; None without travel. metres: from start to end. path: along
        the way. speed: metres a second along the way.
    turn: degrees from start to end, left positive.
    period: seconds after which it repeats itself; None if it does not. count: how often the main movement goes out.
    first, last, lowest: postures. bend: largest degrees of the trunk off the vertical. rise: metres of the lower foot
        over the floor, at its highest. hands: highest hand, in metres over the shoulders. slide: cm/s of standing feet.
    """

    side: str
    arm: float
    leg: float
    direction: str
    degrees: float | None
    metres: float
    path: float
    speed: float
    turn: float
    period: float | None
    count: int
    first: str
    last: str
    lowest: str
    bend: float
    rise: float
    hands: float
    slide: float


def measures(motion: Motion, body: Body) -> Measures:
    """Measures a span, given as a motion of its own."""
    joints = body.posed_joints(motion)[:, :BODY].astype(np.float64)
    standing = float(body.joints()[INDEX["pelvis"], 1] - body.joints()[:BODY, 1].min())
    steps = np.linalg.norm(np.diff(motion.translation[:, [0, 2]].astype(np.float64), axis=0), axis=1)
    degrees, metres = measured_travel(motion)
    (arm, arm_more), (leg, leg_more) = (measured_side(motion, body, limb) for limb in ("arm", "leg"))
    period = measured_period(motion, body)
    feet = joints[:, [INDEX["left_foot"], INDEX["right_foot"]], 1].min(axis=1)
    lowest = int((joints[:, 0, 1] - joints[..., 1].min(axis=1)).argmin())
    shoulders = (joints[:, INDEX["left_shoulder"], 1] + joints[:, INDEX["right_shoulder"], 1]) / 2
    hands = joints[:, [INDEX["left_wrist"], INDEX["right_wrist"]], 1].max(axis=1)
    more, side = max((arm_more, arm), (leg_more, leg))
    return Measures(
        side if more > _ONE_SIDED else "",
        arm_more if arm == "left" else -arm_more,
        leg_more if leg == "left" else -leg_more,
        direction_of(degrees),
        degrees,
        metres,
        float(steps.sum()),
        float(steps.sum() / motion.seconds) if motion.seconds else 0.0,
        measured_turn(motion),
        None if period is None else period / motion.fps,
        len(swings(motion, body).out),
        posture(joints[0], standing),
        posture(joints[-1], standing),
        posture(joints[lowest], standing),
        float(trunk_tilt(joints).max()),
        float(np.maximum(feet - np.percentile(feet, 5), 0).max()),
        float((hands - shoulders).max()),
        100 * measured_slide(motion, body),
    )


def direction_of(degrees: float | None) -> str:
    """Returns the direction within whose sector an angle lies, in degrees with left positive; "" for None."""
    if degrees is None:
        return ""
    return min(_DIRECTIONS, key=lambda name: apart(degrees, _DIRECTIONS[name]))


def turns(degrees: float) -> str:
    """Returns "left" or "right" for a turn of these degrees, left positive; "" for one that is hardly any."""
    return "" if abs(degrees) < _TURNED else "left" if degrees > 0 else "right"


def posture(pose: np.ndarray, standing: float) -> str:
    """Names the posture of a pose (22, 3): "upright", "bent", "crouched", "ground", "all fours", "lying", "head down".

    standing: height of the pelvis of the standing body over its lowest joint, metres.
    """
    height = (pose[0, 1] - pose[:, 1].min()) / standing
    tilt = float(trunk_tilt(pose[None])[0])
    if tilt > _DOWN:
        return "head down"
    if tilt > _LEVEL and height < _LOW:
        hands = pose[[INDEX["left_wrist"], INDEX["right_wrist"]], 1].min() - pose[:, 1].min()
        return "all fours" if hands < 0.25 and height > 0.3 else "lying"
    if height < _GROUND:
        return "ground"
    if height < _LOW:
        return "crouched"
    return "bent" if tilt > _BENT else "upright"


def trunk_tilt(joints: np.ndarray) -> np.ndarray:
    """Returns the degrees (T,) of the trunk off the vertical."""
    trunk = joints[:, INDEX["neck"]] - joints[:, INDEX["pelvis"]]
    return np.degrees(np.arctan2(np.hypot(trunk[:, 0], trunk[:, 2]), trunk[:, 1]))
