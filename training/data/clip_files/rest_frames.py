"""Poses that are no motion: rest poses put in front of a recording, and clips of who is not animated."""

from __future__ import annotations

import numpy as np

from motionclip_blender.core import rotations as rot
from motionclip_blender.core.retarget.source import SourceClip

_AT_REST = np.radians(15)  # bones that are turned no further off their rest, against the root, rest
_LEAP = 0.15  # of the body's size: what no hand moves from one frame to the next, but from an added pose
_STILL = 1e-3  # of the body's size: heads that stay this near their places do not move; and so for numbers of turns
_SECONDS = 2.0  # so long at most is an added pose held


def added_rest_frames(clip: SourceClip) -> int:
    """How many frames at the beginning show the rest pose and are followed by a leap; 0 for most clips.

    Who really stands in the rest pose leaves it in more than one frame.
    """
    count = min(len(clip), int(_SECONDS * clip.fps) + 2)
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
    """(T,) whether the body shows the rest pose, however the root is turned."""
    turns = rot.quat_multiply(clip.rotations, rot.quat_conjugate(clip.rest_rotations))
    turns = rot.quat_multiply(rot.quat_conjugate(turns[:, :1]), turns)
    return (2 * np.arccos(np.clip(np.abs(turns[..., 0]), 0, 1)) < _AT_REST).all(axis=1)


def stands_idle(clip: SourceClip, bones: set[str]) -> bool:
    """Whether the named bones stay all the time as they are where nothing is animated: a face moves, or a tail."""
    if clip.idle is None:
        return False
    chosen = [b for b, name in enumerate(clip.bones) if name in bones]
    turns = rot.quat_multiply(clip.rotations[:, chosen], rot.quat_conjugate(clip.idle[chosen]))
    moved = np.ptp(clip.heads[:, chosen], axis=0).max() / max(np.ptp(clip.rest_heads, axis=0).max(), 1e-9)
    return bool(moved < _STILL and np.abs(turns[..., 1:]).max() < _STILL)
