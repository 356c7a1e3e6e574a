"""Converts a clip to SMPL-X's axes, with a rest pose in which its person stands, as the solver needs it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

import numpy as np

from .. import rotations as rot
from ..errors import UserError
from ..skeleton import INDEX, JOINTS, PARENTS
from . import anatomy
from .calibration import Calibration, calibrate
from .source import RigMap, SourceClip
from .upward import AXES, find_up

FIRST_FRAME = "first frame"
_NEAR_AXIS = 25.0  # degrees up to which the trunk counts as bent, and the nearest axis of the file as up
_STRAIGHT_AHEAD = 4.0  # the same for the heading
_MIRRORED = -0.4  # `toes_forward` below this shows a mirrored skeleton
_WRONG_KNEES = 0.4  # `knees_bend_forwards` above this shows one too
_OVERSTRETCHED = 25.0  # degrees to which knees of inexact recordings bend forwards, where the toes point ahead
_BEST_POSE = 0.7  # largest strain of a frame's pose that serves as the rest pose
_HOW_MIRRORED = (
    "going by which side is called left: the skeleton is mirrored, or its sides are swapped; export it without "
    "mirrored axes, or write a rig map with its sides the other way round."
)
DIRECTIONS = {"left": (1, 0, 0), "right": (-1, 0, 0), "up": (0, 1, 0), "down": (0, -1, 0), "forward": (0, 0, 1),
              "back": (0, 0, -1)}  # fmt: skip


@dataclass(frozen=True)
class Told:
    """The user's or a rig map's statements about a skeleton.

    up: the axis (3,) of the file that is up.
    rest: "first frame" if that shows the rest pose; or, for each joint, the directions of two of its bone's own axes,
        which are the file's in the zero pose, when the person stands in a T-pose: {"left_hip": {"x": "down", "z":
        "forward"}, ...}.
    """

    up: np.ndarray | None = None
    rest: str | Mapping[str, Mapping[str, str]] = field(default_factory=dict)


def upright(clip: SourceClip, pairs: RigMap, rest: np.ndarray, told: Told | None = None) -> SourceClip:
    """Returns the clip with +Y up, and with a rest pose in which its person stands and faces +Z.

    A standing rest pose is kept, in any axes. Otherwise the rest pose is a T-pose in the clip, or else is found from
    the movement of the bones. Raises `UserError` if none can be found, if the up axis cannot be determined, and for a
    mirrored skeleton.
    rest: (55, 3) SMPL-X's joints in the T-pose.
    """
    told = told or Told()
    if told.rest == FIRST_FRAME:
        clip = replace(clip, rest_heads=clip.heads[0], rest_rotations=clip.rotations[0])
    places, resting = clip.places(pairs), clip.rest_places(pairs)
    if min(float(anatomy.leg_length(resting)), float(np.median(anatomy.leg_length(places)))) < 1e-6:
        raise UserError("The skeleton's legs have no length at rest; export it with its rest pose.")
    toes_tell = anatomy.strain(resting) <= 1 and anatomy.toes_forward(resting) < _MIRRORED
    ahead = anatomy.strain(resting) <= 1 and anatomy.toes_forward(resting) > -_MIRRORED
    bend = {"least": _OVERSTRETCHED} if ahead else {}
    if anatomy.knees_bend_forwards(places, **bend) > _WRONG_KNEES and not toes_tell:
        raise UserError(f"Its knees bend forwards, {_HOW_MIRRORED}")
    up = find_up(places, resting, clip.y_up) if told.up is None else told.up
    if isinstance(told.rest, Mapping) and told.rest:
        clip = _turned(clip, np.eye(3), level(up))
        return _with_rest(clip, pairs, calibrate(clip, pairs, rest, _declared(told.rest)))
    if anatomy.strain(resting) <= 1:
        return _by_rest(clip, resting, up)
    off = np.maximum(anatomy.strain(places) / _BEST_POSE, anatomy.stretched_arms(places))
    best = int(np.argmin(off))
    if off[best] <= 1:
        # relative to the pelvis, since the frame's height is no rest height; the feet define the floor
        heads = clip.heads[best] - places["pelvis"][best]
        posed = replace(clip, rest_heads=heads, rest_rotations=clip.rotations[best])
        return _by_rest(posed, posed.rest_places(pairs), up)
    clip = _turned(clip, np.eye(3), level(up))
    return _with_rest(clip, pairs, calibrate(clip, pairs, rest))


# --- a rest pose that stands


def _by_rest(clip: SourceClip, resting: anatomy.Places, up: np.ndarray) -> SourceClip:
    if anatomy.toes_forward(resting) < _MIRRORED:
        raise UserError(f"Its toes point backwards, {_HOW_MIRRORED}")
    axis, off = anatomy.nearest_axis(anatomy.trunk(resting))
    resting_up = axis if off < _NEAR_AXIS else anatomy.trunk(resting)
    if anatomy.degrees_between(resting_up, up) < _NEAR_AXIS:
        resting_up = up
    left = anatomy.across(resting)
    left = left - (left @ resting_up) * resting_up
    axis, off = anatomy.nearest_axis(left)
    if off < _STRAIGHT_AHEAD and abs(axis @ resting_up) < 1e-6:
        left = axis  # small differences come from uneven shoulders and hips
    at_rest = anatomy.frame(resting_up, left)
    return _turned(clip, at_rest, at_rest if resting_up is up or (resting_up == up).all() else level(up))


def level(up: np.ndarray) -> np.ndarray:
    """Returns a rotation (3, 3) that turns `up` to +Y, with any heading."""
    if (up == AXES["y"]).all():
        return np.eye(3)
    return anatomy.frame(up, AXES["x"] if abs(up[0]) < 0.9 else AXES["y"])


def _turned(clip: SourceClip, at_rest: np.ndarray, in_motion: np.ndarray) -> SourceClip:
    """Returns the clip with its rest pose turned by one matrix, and its frames by another."""
    if (at_rest == np.eye(3)).all() and (in_motion == np.eye(3)).all():
        return clip
    return replace(
        clip,
        rest_heads=clip.rest_heads @ at_rest.T,
        rest_rotations=rot.quat_multiply(rot.matrix_to_quat(at_rest), clip.rest_rotations),
        heads=clip.heads @ in_motion.T,
        rotations=rot.quat_multiply(rot.matrix_to_quat(in_motion), clip.rotations),
    )


# --- a rest pose that was found


def _with_rest(clip: SourceClip, pairs: RigMap, found: Calibration) -> SourceClip:
    """Returns the clip with the rest pose that a calibration gives to the mapped bones."""
    index = {bone: i for i, bone in enumerate(clip.bones)}
    heads, rotations = np.zeros_like(clip.rest_heads), np.tile((1.0, 0, 0, 0), (len(clip.bones), 1))
    places: dict[str, np.ndarray] = {}
    for joint in JOINTS:
        if joint in found.offsets:
            parent = PARENTS[INDEX[joint]]
            while parent >= 0 and JOINTS[parent] not in places:
                parent = PARENTS[parent]
            places[joint] = found.offsets[joint] + (places[JOINTS[parent]] if parent >= 0 else 0)
            heads[index[pairs[joint][0]]] = places[joint]
    for bone, turn in found.turns.items():
        rotations[index[bone]] = rot.matrix_to_quat(turn)
    return replace(clip, rest_heads=heads, rest_rotations=rotations)


def _declared(rest: Mapping[str, Mapping[str, str]]) -> dict[str, np.ndarray]:
    """Returns joint -> (3, 3) the rotation of its bone from the zero pose to the T-pose."""
    turns = {}
    for joint, directions in rest.items():
        (a, to_a), (b, to_b) = directions.items()
        there = anatomy.frame(np.array(DIRECTIONS[to_a], float), np.array(DIRECTIONS[to_b], float))
        turns[joint] = there.T @ anatomy.frame(AXES[a], AXES[b])
    return turns
