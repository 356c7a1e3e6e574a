"""Detects poses that are no motion: rest poses added in front of a recording, and clips without an animated person."""

from __future__ import annotations

import numpy as np

from .. import rotations as rot
from ..retarget.source import SourceClip

_AT_REST = np.radians(15)  # largest rotation off the rest pose, relative to the root, of a resting bone
_LEAP = 0.15  # of the body's size: farther than a hand moves from one frame to the next, except out of an added pose
_MAX_SECONDS = 2.0  # longest time for which an added pose is held


def added_rest_frames(clip: SourceClip) -> int:
    """Returns how many frames at the beginning show the rest pose and are followed by a leap; 0 for most clips.

    A person who really stands in the rest pose takes several frames to leave it.
    """
    count = min(len(clip), int(_MAX_SECONDS * clip.fps) + 2)
    resting = at_rest(clip)[:count]
    back = rot.quat_to_matrix(rot.quat_conjugate(clip.rotations[:count, :1]))
    places = (back @ (clip.heads[:count] - clip.heads[:count, :1])[..., None])[..., 0]
    size = np.ptp(clip.rest_heads, axis=0).max()
    leaps = np.linalg.norm(np.diff(places, axis=0), axis=-1).max(axis=1) > _LEAP * size
    for start in np.flatnonzero(leaps) + 1:
        if resting[:start].all() and not resting[start]:
            return int(start)
    return 0


def at_rest(clip: SourceClip) -> np.ndarray:
    """Returns (T,) whether the body is in its rest pose, whatever the rotation of the root."""
    turns = rot.quat_multiply(clip.rotations, rot.quat_conjugate(clip.rest_rotations))
    turns = rot.quat_multiply(rot.quat_conjugate(turns[:, :1]), turns)
    return (2 * np.arccos(np.clip(np.abs(turns[..., 0]), 0, 1)) < _AT_REST).all(axis=1)
