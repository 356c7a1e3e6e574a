"""Scales a clip to the body's size, and detects when its feet stand on the ground."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from .. import rotations as rot
from ..cleanup.foot_locking import without_short_runs
from ..errors import UserError
from ..fitted_body import Standing
from ..motion import heading
from ..skeleton import INDEX
from .source import RigMap, SourceClip

# A foot stands while it is nearer to the floor and slower than this
_NEAR_FLOOR = 0.04  # metres, on a body of SMPL-X's size
_STILL = 0.4  # metres per second
_SHORTEST = 0.15  # seconds: feet that reverse in the air are still for less
_ANKLE = 0.2  # metres: feet that are lower than this at rest stand on the ground
_LOW = 10.0  # percentile of heights


@dataclass(frozen=True)
class Likeness:
    """A clip scaled to the body's size, facing +Z in its first frame.

    joints: SMPL-X's name -> (T, 3). rest: the same at rest -> (3,). turns: name -> (T, 4) world rotation since rest.
    feet_names: the joints whose points stand on the ground. top: the joint at the upper end of the spine.
    rests_there: whether the skeleton rests where it moves, so that the floor is under its resting feet.
    """

    joints: dict[str, np.ndarray]
    rest: dict[str, np.ndarray]
    turns: dict[str, np.ndarray]
    feet_names: tuple[str, ...]
    top: str
    fps: float
    rests_there: bool = True

    @classmethod
    def of(cls, clip: SourceClip, pairs: RigMap, body: Standing) -> Likeness:
        """Makes the likeness of a clip that `upright` returned."""
        scale = source_scale(clip, pairs, body)
        index = {name: i for i, name in enumerate(clip.bones)}
        delta = rot.quat_multiply(clip.rotations, rot.quat_conjugate(clip.rest_rotations))
        facing = heading(delta[0, index[pairs["pelvis"][0]]])
        forward = rot.axis_angle_to_quat(np.array([0.0, -float(facing), 0.0]))
        matrix = rot.quat_to_matrix(forward).T
        at = {joint: index[bones[0]] for joint, bones in pairs.items()}
        toes = "left_foot" in pairs and "right_foot" in pairs
        return cls(
            {joint: clip.heads[:, b] @ matrix * scale for joint, b in at.items()},
            {joint: clip.rest_heads[b] * scale for joint, b in at.items()},
            {joint: rot.quat_multiply(forward, delta[:, b]) for joint, b in at.items()},
            ("left_foot", "right_foot") if toes else ("left_ankle", "right_ankle"),
            "neck" if "neck" in pairs and pairs["neck"][0] != pairs.get("spine3", ("",))[0] else "head",
            clip.fps,
            clip.y_up,
        )

    @property
    def feet(self) -> np.ndarray:
        """(T, 2, 3) positions of the feet, metres."""
        return np.stack([self.joints[name] for name in self.feet_names], axis=1)

    @cached_property
    def speed(self) -> np.ndarray:
        """(T, 2) speed of each foot, m/s.

        Includes vertical speed, because a foot that passes over the floor doesn't stand.
        """
        return np.linalg.norm(np.gradient(self.feet, axis=0), axis=-1) * self.fps

    @cached_property
    def floor(self) -> float:
        """Height of the feet when they stand.

        A rig that rests with its feet slightly over the ground stands on it. Recorded skeletons may rest anywhere; for
        them it is a low percentile of the heights of slow feet, because single frames dip. In formats whose skeletons
        may rest elsewhere than they move, a floor that slow feet never reach is none.
        """
        rest = max(self.rest[name][1] for name in self.feet_names)
        slow = self.feet[..., 1][self.speed < _STILL]
        reached = self.rests_there or not len(slow) or (np.abs(slow - rest) < _NEAR_FLOOR).any()
        if 0 < rest < _ANKLE and reached:
            return float(rest)
        return float(np.percentile(slow if len(slow) else self.feet[..., 1], _LOW))

    @cached_property
    def on_floor(self) -> np.ndarray:
        """(T, 2) whether each foot is at the floor's height."""
        return self.feet[..., 1] < self.floor + _NEAR_FLOOR

    @cached_property
    def standing(self) -> np.ndarray:
        """(T, 2) whether each foot stands: on the floor, still, and for more than a moment."""
        standing = self.on_floor & (self.speed < _STILL)
        return np.stack([without_short_runs(foot, _SHORTEST * self.fps) for foot in standing.T], axis=1)


def source_scale(clip: SourceClip, pairs: RigMap, body: Standing) -> float:
    """Returns the body's size relative to the clip: the ratio of leg lengths.

    Raises `UserError` for a skeleton whose legs have no length.
    """
    hip, knee, ankle = (
        clip.rest_heads[clip.bones.index(pairs[f"left_{part}"][0])] for part in ("hip", "knee", "ankle")
    )
    length = float(np.linalg.norm(knee - hip) + np.linalg.norm(ankle - knee))
    if length < 1e-6:
        raise UserError("The skeleton's legs have no length at rest; export it with its rest pose.")
    ours = body.joints()
    hip, knee, ankle = (ours[INDEX[f"left_{part}"]] for part in ("hip", "knee", "ankle"))
    return float(np.linalg.norm(knee - hip) + np.linalg.norm(ankle - knee)) / length
