"""Finds the T-poses in which takes begin and end, with the way out of them and back into them.

Actors hold a T-pose before and after a take, for calibration. It is measured in the motion: the person stands, still,
with both arms to the sides. The arms' way down to the first action belongs to it.
"""

from __future__ import annotations

import numpy as np

from motionclip_blender.core.fitted_body import Standing
from motionclip_blender.core.kinematics import posed
from motionclip_blender.core.measure import smoothed
from motionclip_blender.core.motion import Motion
from motionclip_blender.core.retarget import anatomy
from motionclip_blender.core.skeleton import BODY, INDEX

_ARMS_OUT = 42.0  # degrees to which arms are held level, and straight to the sides; they sag
_SPEED = 0.35  # metres a second of the pelvis: faster people do not hold a pose
_AT_END = 1.0  # seconds from an end within which the pose must be held
_PAUSE = 0.4  # seconds for which the pose may be left in between
_HELD = 0.1  # seconds for which it is held at least, unless the take begins in it
_WAY = 1.6  # seconds that the way out may take
_SETTLED = 20.0  # degrees a second: arms that move slower have arrived
_LEFT = 50.0  # degrees off the sides from which on arms may have arrived


def without_t_poses(motion: Motion, body: Standing) -> tuple[int, int]:
    """Returns the first frame and the end of what a take shows between its T-poses; (0, 0) if nothing is left."""
    held, off = _held(motion, body)
    first = _way_out(held, off, motion.fps)
    last = len(motion) - _way_out(held[::-1], off[::-1], motion.fps)
    return (first, last) if first < last else (0, 0)


def held_t_poses(motion: Motion, body: Standing) -> np.ndarray:
    """Returns whether a T-pose is held, (T,)."""
    return _held(motion, body)[0]


def _held(motion: Motion, body: Standing) -> tuple[np.ndarray, np.ndarray]:
    """Returns whether a T-pose is held, and the degrees of the arms off the sides, (T,) each."""
    joints = posed(motion, body.joints(), BODY)[1].astype(np.float64)
    places = {name: joints[:, at] for name, at in INDEX.items() if at < BODY}
    off = _arms_off(places)
    speed = np.linalg.norm(np.gradient(places["pelvis"], axis=0), axis=1) * motion.fps if len(motion) > 1 else off * 0
    # the first frame and the last may be added poses, from which the body leaps elsewhere
    speed[[0, -1]] = 0.0
    return (off < _ARMS_OUT) & (anatomy.strain(places) <= 1) & (speed < _SPEED), off


def _arms_off(places: anatomy.Places) -> np.ndarray:
    """Returns the degrees (T,) of the arm that is farther off from pointing level to its side."""
    left = anatomy.across(places) * (1, 0, 1)
    return np.max(
        [
            anatomy.degrees_between(places[f"{side}_{far}"] - places[f"{side}_{near}"], sign * left)
            for side, sign in (("left", 1), ("right", -1))
            for near, far in (("shoulder", "elbow"), ("elbow", "wrist"))
        ],
        axis=0,
    )


def _way_out(held: np.ndarray, off: np.ndarray, fps: float) -> int:
    """Returns the frame at which the arms have arrived after a pose held at the beginning; 0 without one."""
    frames = np.flatnonzero(held)
    if not len(frames) or frames[0] > _AT_END * fps:
        return 0
    gaps = np.flatnonzero(np.diff(frames) > _PAUSE * fps)
    last = int(frames[gaps[0]] if len(gaps) else frames[-1])
    if frames[0] and last - frames[0] + 1 < _HELD * fps:
        return 0
    way = smoothed(off, 0.05 * fps)
    speed = np.gradient(way) * fps if len(way) > 1 else way
    end = min(last + 1 + round(_WAY * fps), len(off))
    arrived = [frame for frame in range(last + 1, end) if way[frame] > _LEFT and speed[frame] < _SETTLED]
    if arrived:
        return arrived[0]
    return end if (way[last + 1 : end] > _LEFT).any() else last + 1
