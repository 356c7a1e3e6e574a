"""Lays hands flat that carry the body: who crawls stands on the palms, not on the tips of stiff fingers."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from .. import rotations as rot
from ..angles import wrapped
from ..body import floor_under
from ..kinematics import posed, positions
from ..measure import smoothed
from ..motion import Motion
from ..skeleton import BODY, INDEX

if TYPE_CHECKING:
    from ..fitted_body import Standing

_LOW = 0.3  # metres of a wrist over the floor, at most, in a hand that stands on it
_STANDS, _LEAVES = 0.05, 0.1  # metres of fingertips over the floor up to which a hand stands, and from which it is off
_FLAT = -0.1  # sine of the angle from the ground to a hand that lies flat, whose wrist is above its knuckles
_MOST = np.radians(80.0)  # by which a wrist bends back
_SMOOTH = 0.06  # seconds


def with_palms_down(motion: Motion, body: Standing) -> Motion:
    """Returns the motion with wrists bent back where fingertips that point down stand on the floor."""
    rest = body.joints()
    wrists = [INDEX[f"{side}_wrist"] for side in ("left", "right")]
    heights = positions(motion, rest, BODY)[..., 1]
    if heights[:, wrists].min() - heights.min() > _LOW:
        return motion
    floor = floor_under(body.lowest(motion))
    spins, places = posed(motion, rest)
    rotations = motion.rotations
    for side, wrist in zip(("left", "right"), wrists, strict=True):
        along = spins[:, wrist, :, 0] * (1.0 if side == "left" else -1.0)
        tips = places[:, INDEX[f"{side}_middle3"], 1] - floor
        stands = np.clip((_LEAVES - tips) / (_LEAVES - _STANDS), 0.0, 1.0)
        stands *= places[:, wrist, 1] - floor < _LOW
        bend = stands * _bend_to_flat(along[:, 1], spins[:, wrist, 1, 1])
        if bend.max() < np.radians(1.0):
            continue
        bend = smoothed(bend, _SMOOTH * motion.fps)
        # towards the back of the hand, which is up in the rest pose, where hands point to their sides
        turn = np.zeros((len(motion), 3))
        turn[:, 2] = bend if side == "left" else -bend
        rotations = rotations.astype(np.float64) if rotations is motion.rotations else rotations
        rotations[:, wrist] = rot.quat_multiply(rotations[:, wrist], rot.axis_angle_to_quat(turn))
    return motion if rotations is motion.rotations else Motion(rotations, motion.translation, motion.fps)


def _bend_to_flat(along: np.ndarray, back: np.ndarray) -> np.ndarray:
    """Returns the angles, radians, by which wrists bend back so that hands lie flat; 0 for those that do, or cannot.

    along, back: (T,) vertical parts of the directions in which hands point, and their backs face.
    """
    reach = np.hypot(along, back)
    phase = np.degrees(np.arctan2(back, along))
    flat = np.degrees(np.arccos(np.clip(_FLAT / np.maximum(reach, 1e-6), -1.0, 1.0)))
    bends = np.radians(np.stack([wrapped(phase + sign * flat) for sign in (1, -1)]))
    bends = np.where(bends > 0, bends, np.inf)
    bend = np.where((along < _FLAT) & (reach > -_FLAT), bends.min(axis=0), 0.0)
    return np.where(np.isfinite(bend), np.minimum(bend, _MOST), 0.0)
