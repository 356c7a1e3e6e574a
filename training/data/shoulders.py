"""Lifts shoulders that a recording's skeleton lets hang: its collars do a part of what our shoulders do.

Some skeletons have short collars that begin halfway to the shoulder, and turn by half as far as the arm when it is
lowered. On a body whose collars are longer this would pull both shoulders down and together by seven centimetres. So
collars sink a little only, as those of people do, and the upper arms point as before.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from motionclip_blender.core import rotations as rot
from motionclip_blender.core.body import Body
from motionclip_blender.core.motion import Motion
from motionclip_blender.core.skeleton import INDEX

_FREE, _MOST = 5.0, 10.0  # degrees to which a collar sinks freely, and at most


def lifted(motion: Motion, body: Body) -> Motion:
    """Returns the motion with collars that sink by ten degrees at most; others are left as they are."""
    rest = body.joints()
    rotations = None
    for side in ("left", "right"):
        collar, shoulder = INDEX[f"{side}_collar"], INDEX[f"{side}_shoulder"]
        turns = motion.rotations[:, collar].astype(np.float64)
        bone = rest[shoulder] - rest[collar]
        bone = bone / np.linalg.norm(bone)
        shown = rot.quat_to_matrix(turns) @ bone  # (T, 3) in the chest's axes
        sunk = np.degrees(np.arcsin(np.clip(bone[1], -1, 1)) - np.arcsin(np.clip(shown[:, 1], -1, 1)))
        if sunk.max() <= _FREE:
            continue
        over = np.maximum(sunk - _FREE, 0)
        wanted = np.minimum(sunk, _FREE) + (_MOST - _FREE) * np.tanh(over / (_MOST - _FREE))
        # turned up about the level axis across the bone
        across = np.cross(shown, (0.0, 1.0, 0.0))
        across /= np.maximum(np.linalg.norm(across, axis=1, keepdims=True), 1e-9)
        up = rot.quat_multiply(rot.axis_angle_to_quat(across * np.radians(sunk - wanted)[:, None]), turns)
        rotations = motion.rotations.astype(np.float64) if rotations is None else rotations
        arm = rot.quat_multiply(turns, rotations[:, shoulder])
        rotations[:, shoulder] = rot.quat_multiply(rot.quat_conjugate(up), arm)
        rotations[:, collar] = up
    return motion if rotations is None else replace(motion, rotations=rotations)
