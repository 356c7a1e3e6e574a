"""Measures how well a retargeted motion matches its source: directions of limbs, and feet on the floor.

Limbs are measured in the source's own world, from its joints' positions alone, so that a wrongly detected rest pose or
axis shows in the figures.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from .. import rotations as rot
from ..fitted_body import Standing
from ..motion import Motion
from ..skeleton import INDEX, PARENTS
from . import anatomy
from .source import RigMap, SourceClip
from .stance import Likeness
from .upright import Told, level, upright
from .upward import AXES, moving_up, shown_up

_LIMBS = {
    "upper_arm": ("shoulder", "elbow"),
    "forearm": ("elbow", "wrist"),
    "thigh": ("hip", "knee"),
    "shin": ("knee", "ankle"),
}
_Number = float  # a field below has that name
_UP = AXES["y"]
_MAX_MEAN_DEGREES = 15.0  # largest allowed mean angle between the limbs of a motion and its source
_MAX_LIMB_DEGREES = 45.0  # the same for a single limb; the hips of the most stylised clips are 25 off
_ANATOMY = 15.0  # degrees by which the joints of an upright back may be off the vertical
_ROUNDS = 30  # iterations for the turn between two headings; it has converged before the last ones


@dataclass(frozen=True)
class Errors:
    """The differences between a retargeted clip and its source.

    degrees: mean angle between the source's direction and ours, by limb (both sides together). Arms and legs are
        measured from joint to joint; hips and shoulders from the right one to the left; the spine from the pelvis to
        the neck, without the offset of these joints at rest; the head by its upward axis, as it contains no further
        joint.
    penetration: mean over frames of the deepest point below the floor, metres.
    float: median height of the body's lowest point over the frames in which the source stands, metres; NaN if it never
        does.
    sliding, source_sliding: mean speed over the ground of the feet while the source's stand, m/s; NaN likewise.
    """

    degrees: dict[str, _Number]
    penetration: _Number
    float: _Number
    sliding: _Number
    source_sliding: _Number

    @property
    def mean_degrees(self) -> _Number:
        """Mean of `degrees` over the limbs."""
        return np.mean(list(self.degrees.values())).item()


def limb_far_off(errors: Errors) -> str:
    """Returns the limb that is most of all off its source's direction, if the motion is too far off to be right.

    Its rest pose or axes were then detected wrongly. Empty for a motion that is right.
    """
    worst = max(errors.degrees, key=errors.degrees.__getitem__)
    off = errors.mean_degrees > _MAX_MEAN_DEGREES or errors.degrees[worst] > _MAX_LIMB_DEGREES
    return worst if off else ""


def measure(clip: SourceClip, pairs: RigMap, motion: Motion, body: Standing, told: Told | None = None) -> Errors:
    """Compares `motion`, the result of `retarget` before any resampling, with its source clip."""
    theirs = Likeness.of(upright(clip, pairs, body.joints(), told), pairs, body)
    joints = body.posed_joints(motion).astype(np.float64)
    degrees = _limb_angles(clip, pairs, joints, motion, body, told)
    lowest = body.lowest(motion)
    standing = theirs.standing
    feet = joints[:, [INDEX[name] for name in theirs.feet_names]]
    on_ground = standing.any(axis=1)
    return Errors(
        degrees,
        float(np.maximum(-lowest, 0).mean()),
        float(np.median(lowest[on_ground])) if on_ground.any() else float("nan"),
        _speed(feet, standing, motion.fps),
        _speed(theirs.feet, standing, motion.fps),
    )


def _limb_angles(
    clip: SourceClip, pairs: RigMap, joints: np.ndarray, motion: Motion, body: Standing, told: Told | None
) -> dict[str, float]:
    """Returns limb -> degrees between both worlds, after the best fitting turn about the vertical."""
    theirs, rest = clip.places(pairs), clip.rest_places(pairs)
    ours = {name: joints[:, at] for name, at in INDEX.items()}
    our_rest = {name: body.joints()[at] for name, at in INDEX.items()}
    up = told.up if told and told.up is not None else _own_up(clip, theirs, rest)
    both = {
        limb: [(theirs[f"{side}_{far}"] - theirs[f"{side}_{near}"], ours[f"{side}_{far}"] - ours[f"{side}_{near}"])
               for side in anatomy.SIDES]
        for limb, (near, far) in _LIMBS.items()
    }  # fmt: skip
    top = "neck" if "neck" in pairs and pairs["neck"][0] != pairs.get("spine3", ("",))[0] else "head"
    for line in ("hip", "shoulder"):
        ends = (f"left_{line}", f"right_{line}")
        both[f"{line}s"] = [(theirs[ends[0]] - theirs[ends[1]], ours[ends[0]] - ours[ends[1]])]
    both["spine"] = [(_lean(theirs, rest, top), _lean(ours, our_rest, "neck"))]
    leveled = level(up)
    world = _heading_between([(a @ leveled.T, b) for limb in both.values() for a, b in limb]) @ leveled
    head = _world_rotation(motion, "head") @ _UP
    both["head"] = [(_head(clip, pairs, rest, head @ world), head)]
    return {
        limb: float(np.mean([anatomy.degrees_between(a @ world.T, b).mean() for a, b in directions]))
        for limb, directions in both.items()
    }


def _own_up(clip: SourceClip, places: anatomy.Places, rest: anatomy.Places) -> np.ndarray:
    """Returns the upward direction (3,) of the world in which the source was recorded.

    A format that defines it is trusted, unless rest pose and movement both contradict: people also fly and lie.
    """
    resting, _ = anatomy.nearest_axis(anatomy.trunk(rest))
    if anatomy.strain(rest) > 1:
        return shown_up(places, _UP) if clip.y_up else moving_up(places)[0]
    if not clip.y_up:
        return shown_up(places, resting)
    return resting if (shown_up(places, _UP) == resting).all() else _UP


def _lean(places: anatomy.Places, rest: anatomy.Places, top: str) -> np.ndarray:
    """Returns the direction (T, 3) of the back, from the pelvis to the joint `top`.

    For a back that is nearly upright at rest, it is the vertical at rest, moved with the back. So joints that lie
    further back in one skeleton than in another don't count as a lean.
    """
    axis, off = anatomy.nearest_axis(rest[top] - rest["pelvis"])
    if off > _ANATOMY or anatomy.strain(rest) > 1:
        return places[top] - places["pelvis"]
    return np.swapaxes(_back(places, top), -1, -2) @ (_back(rest, top) @ axis)


def _back(places: anatomy.Places, top: str) -> np.ndarray:
    """Returns the rotation (..., 3, 3) that turns the back upright, and the left hip to +X."""
    return anatomy.frame(places[top] - places["pelvis"], places["left_hip"] - places["right_hip"])


def _heading_between(both: list[tuple[np.ndarray, np.ndarray]]) -> np.ndarray:
    """Returns the turn (3, 3) about the vertical that takes directions (T, 3) of one world to those of another.

    It minimises the sum of the angles, not of their squares, so that a wrong limb hardly turns the others.
    """
    a, b = (anatomy.unit(np.concatenate(parts)) for parts in zip(*both, strict=True))
    sine, cosine = a[:, 2] * b[:, 0] - a[:, 0] * b[:, 2], a[:, 0] * b[:, 0] + a[:, 2] * b[:, 2]
    weight, turn = np.ones(len(a)), np.eye(3)
    for _ in range(_ROUNDS):
        angle = np.arctan2((weight * sine).sum(), (weight * cosine).sum())
        turn = rot.quat_to_matrix(rot.axis_angle_to_quat(np.array([0.0, angle, 0.0])))
        weight = 1 / np.maximum(np.linalg.norm(a @ turn.T - b, axis=1), 1e-4)
    return turn


def _head(clip: SourceClip, pairs: RigMap, rest: anatomy.Places, ours: np.ndarray) -> np.ndarray:
    """Returns the upward axis (T, 3) of the source's head, in its own world.

    It is the axis that points up at rest. If the rest pose does not stand, it is the axis that is on average nearest to
    `ours` (T, 3).
    """
    a, b, weight = pairs["head"]
    at = clip.bones.index(b if weight > 0.5 else a)
    turns = rot.quat_to_matrix(clip.rotations[:, at])
    if anatomy.strain(rest) <= 1:
        trunk = anatomy.trunk(rest)
        axis, off = anatomy.nearest_axis(trunk)
        own = rot.quat_to_matrix(clip.rest_rotations[at]).T @ (axis if off < _ANATOMY else trunk)
    else:
        own = anatomy.unit(np.einsum("tji,tj->ti", turns, ours).mean(axis=0))
    return turns @ own


def _world_rotation(motion: Motion, joint: str) -> np.ndarray:
    """Returns the world rotation (T, 3, 3) of a joint."""
    at = INDEX[joint]
    turn = motion.matrices[:, at].astype(np.float64)
    while (at := PARENTS[at]) >= 0:
        turn = motion.matrices[:, at] @ turn
    return turn


def _speed(feet: np.ndarray, standing: np.ndarray, fps: float) -> float:
    """Returns the mean speed over the ground of feet (T, n, 3) between consecutive standing frames, m/s."""
    both = standing[1:] & standing[:-1]
    steps = np.linalg.norm(np.diff(feet[..., [0, 2]], axis=0), axis=-1) * fps
    return float(steps[both].mean()) if both.any() else float("nan")
