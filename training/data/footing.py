"""Feet that stand where the source's stand, on the floor.

A body of other proportions that moves its legs as the source does slides: its hips are wider, its shins longer.
So while a foot of the source stands, ours is held at one distance from it, by bending hip and knee a little (the
usual clean-up of retargeted motion; Kovar et al., "Footskate cleanup for motion capture editing", 2002).
"""

from __future__ import annotations

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

from motionclip_blender.core.body import Body
from motionclip_blender.core.cleanup.foot_locking import hold, move_feet
from motionclip_blender.core.motion import Motion
from motionclip_blender.core.skeleton import INDEX

from .stance import Likeness

_EASE = 0.2  # seconds over which a foot comes into its place before a stance, and leaves it afterwards
_SELDOM_LOWER = 5.0  # percentile of heights that is the floor of those who never stand
_LIFT_EASE = 0.1  # seconds: how gently the body is lifted where it would dip through the floor


def stand(motion: Motion, theirs: Likeness, body: Body) -> Motion:
    """`motion` with its feet held where those of `theirs`, the same movement, stand; then put on the floor."""
    if theirs.on_floor.any():
        motion = _hold_feet(motion, theirs, body)
    return _on_floor(motion, theirs, body)


def _hold_feet(motion: Motion, theirs: Likeness, body: Body) -> Motion:
    joints = body.posed_joints(motion).astype(np.float64)
    offset = joints[:, [INDEX[name] for name in theirs.feet_names]] - theirs.feet
    ease = round(_EASE * motion.fps)
    # one floor for the whole clip, a place of its own for every step
    height = np.median(offset[..., 1][theirs.on_floor])
    shifts = []
    for side in (0, 1):
        shift = np.empty((len(motion), 3))
        shift[:, [0, 2]] = hold(offset[:, side, [0, 2]], theirs.standing[:, side], ease)
        shift[:, [1]] = hold(offset[:, side, [1]], theirs.on_floor[:, side], ease, height)
        shifts.append(shift)
    return move_feet(motion, joints, shifts)


def _on_floor(motion: Motion, theirs: Likeness, body: Body) -> Motion:
    """The motion lowered or lifted so that who stands stands on the floor, and lifted gently where more of the
    body, a back, a hand, would dip through it."""
    lowest = body.posed_vertices(motion, ids=body.contacts)[..., 1].min(axis=1)
    if theirs.standing.any():
        feet = [INDEX[name] for name in theirs.feet_names]
        soles = body.joints()[feet, 1] - body.template[:, 1].min()
        floor = np.median((body.posed_joints(motion)[:, feet, 1] - soles)[theirs.standing])
    else:
        floor = np.percentile(lowest, _SELDOM_LOWER)
    dip = np.maximum(floor - lowest, 0)
    reach = round(_LIFT_EASE * motion.fps)
    if reach:
        # the deepest dip near by, smoothed: never less than the dip itself
        deepest = sliding_window_view(np.pad(dip, 2 * reach, mode="edge"), 2 * reach + 1).max(axis=1)
        kernel = np.hanning(2 * reach + 3)[1:-1]
        dip = np.convolve(deepest, kernel / kernel.sum(), "valid")
    path = np.zeros((len(motion), 3))
    path[:, 1] = dip - floor
    return motion.moved(path)
