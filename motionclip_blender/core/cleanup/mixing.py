"""Mixes motions: poses frame by frame, the path over the ground step by step."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from .. import rotations as rot
from ..motion import Motion
from ..root_trajectory import RootTrajectory


def mixed(motions: Sequence[Motion], at: np.ndarray) -> Motion:
    """Mixes several motions of T frames each into one.

    Frame t lies between the motions at the position at[t] (T,), 0 to their number - 1. Poses are slerped. The path over
    the ground and turns are mixed as steps relative to the body: the places of a walk and a run are metres apart after
    some frames, and mixing places would make a slide.
    """
    before = np.minimum(at.astype(int), len(motions) - 2)
    every = np.arange(len(at))
    share = at - before
    ways = [RootTrajectory.of(motion) for motion in motions]

    def both(values: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        frames = every[: values.shape[1]]
        return values[before[frames], frames], values[before[frames] + 1, frames]

    def straight(values: np.ndarray) -> np.ndarray:
        a, b = both(values)
        t = share[: len(a)].reshape(-1, *[1] * (a.ndim - 1))
        return (1 - t) * a + t * b

    yaws = np.stack([way.yaw for way in ways])
    way = RootTrajectory(
        yaw=np.cumsum(np.concatenate((straight(yaws)[:1], straight(np.diff(yaws, axis=1))))),
        tilt=rot.slerp(*both(np.stack([way.tilt for way in ways])), share),
        steps=straight(np.stack([way.steps for way in ways])),
        height=straight(np.stack([way.height for way in ways])),
        start=ways[before[0]].start,
    )
    rotations = rot.slerp(*both(np.stack([motion.rotations for motion in motions])), share.astype(np.float32)[:, None])
    rotations[:, 0], translation = way.root()
    return Motion(rotations, translation, motions[0].fps)
