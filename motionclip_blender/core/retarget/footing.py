"""Corrects retargeted motions so that feet stand where the source's stand, and puts them on the floor.

A body of other proportions that moves its legs as the source does slides: its hips are wider, its shins longer. So
while a foot of the source stands, ours is held at a constant distance from it, by small changes of hip and knee (the
usual clean-up of retargeted motion; Kovar et al., "Footskate cleanup for motion capture editing", 2002).
"""

from __future__ import annotations

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

from ..cleanup.foot_locking import hold, move_feet
from ..fitted_body import Standing
from ..motion import Motion
from ..skeleton import INDEX, JOINTS
from .stance import Likeness

_NO_SHIFT = 1e-3  # metres
_FADE_SECONDS = 0.2  # seconds over which a correction fades in before a stance, and out after it
_LOW_PERCENTILE = 5.0  # percentile of the lowest points that is the floor when the feet never stand
_AT_REST = Motion(np.tile(np.array((1.0, 0.0, 0.0, 0.0)), (1, len(JOINTS), 1)), np.zeros((1, 3)))
_SEAT = 0.11  # height of the pelvis of a person who sits on the floor, as a share of its height when it stands
_LIFT_SECONDS = 0.1  # seconds over which the body is lifted where it would dip through the floor


def stand(motion: Motion, theirs: Likeness, body: Standing) -> Motion:
    """Returns `motion` on the floor, with its feet held where those of `theirs`, the source motion, stand."""
    if theirs.on_floor.any():
        motion = _hold_feet(motion, theirs, body)
    return _on_floor(motion, theirs, body)


def seated(motion: Motion, body: Standing, seat: float) -> Motion:
    """Returns `motion` with its pelvis lowered so that who sits on the floor in the source sits on it here, too.

    The feet stay, and the knees bend for it. seat: height of the source's pelvis when it sits on the floor, as a share
    of its height when it stands.
    """
    joints = body.posed_joints(motion).astype(np.float64)
    stands = float(body.joints()[0, 1] - body.lowest(_AT_REST)[0])
    height = np.minimum(joints[:, 0, 1] / stands, 1.0)
    wanted = _SEAT + (height - seat) * (1 - _SEAT) / (1 - seat)
    common = np.zeros((len(motion), 3))
    common[:, 1] = stands * np.minimum(wanted - height, 0.0)
    return _lifted(move_feet(motion, joints, [np.zeros_like(common)] * 2, common), body)


def _hold_feet(motion: Motion, theirs: Likeness, body: Standing) -> Motion:
    joints = body.posed_joints(motion).astype(np.float64)
    offset = joints[:, [INDEX[name] for name in theirs.feet_names]] - theirs.feet
    ease = round(_FADE_SECONDS * motion.fps)
    # one height for the whole clip, but a place on the ground for every step
    height = np.median(offset[..., 1][theirs.on_floor])
    shifts = []
    for side in (0, 1):
        shift = np.empty((len(motion), 3))
        shift[:, [0, 2]] = hold(offset[:, side, [0, 2]], theirs.standing[:, side], ease)
        shift[:, [1]] = hold(offset[:, side, [1]], theirs.on_floor[:, side], ease, height)
        shifts.append(shift)
    if max(np.abs(shift).max() for shift in shifts) < _NO_SHIFT:
        return motion  # of the same proportions: stretched legs would be bent a little for nothing
    return move_feet(motion, joints, shifts)


def _on_floor(motion: Motion, theirs: Likeness, body: Standing) -> Motion:
    """Moves the motion vertically so that standing feet are on the floor.

    Where another part of the body (a back, a hand) would dip through it, the whole body is lifted smoothly.
    """
    if theirs.standing.any():
        feet = [INDEX[name] for name in theirs.feet_names]
        soles = body.joints()[feet, 1] - body.lowest(_AT_REST)[0]
        floor = np.median((body.posed_joints(motion)[:, feet, 1] - soles)[theirs.standing])
    else:
        floor = np.percentile(body.lowest(motion), _LOW_PERCENTILE)
    return _lifted(motion.moved(np.array((0.0, -floor, 0.0))), body)


def _lifted(motion: Motion, body: Standing) -> Motion:
    """Returns the motion lifted smoothly where a part of the body would dip through the floor."""
    dip = np.maximum(-body.lowest(motion), 0)
    reach = round(_LIFT_SECONDS * motion.fps)
    if reach:
        # the deepest dip nearby, smoothed; never less than the dip itself
        deepest = sliding_window_view(np.pad(dip, 2 * reach, mode="edge"), 2 * reach + 1).max(axis=1)
        kernel = np.hanning(2 * reach + 3)[1:-1]
        dip = np.convolve(deepest, kernel / kernel.sum(), "valid")
    path = np.zeros((len(motion), 3))
    path[:, 1] = dip
    return motion.moved(path)
