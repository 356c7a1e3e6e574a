"""Where a motion goes over the ground: turned to face forward, and in-place cycles made to travel."""

from __future__ import annotations

import numpy as np

from motionclip_blender.core.body import Body
from motionclip_blender.core.motion import Motion, heading
from motionclip_blender.core.skeleton import INDEX


def facing_forward(motion: Motion) -> Motion:
    """Turned and moved over the ground so that the first frame stands over the origin and faces +Z."""
    motion = motion.turned(-float(heading(motion.rotations[0, 0])))
    return motion.moved(-motion.translation[0] * np.array([1.0, 0.0, 1.0]))


def travelling(motion: Motion, body: Body) -> Motion:
    """An in-place cycle made to travel: the root moves against the feet that stand on the ground.

    The speed is constant, the median over all moments of contact, so that a loop stays a loop.
    """
    joints = body.posed_joints(motion)
    feet = joints[:, [INDEX["left_foot"], INDEX["right_foot"]]]  # (T, 2, 3)
    velocity = np.gradient(feet, axis=0) * motion.fps
    standing = feet[..., 1] < feet[..., 1].min() + 0.03
    # at the start and end of a contact the foot still rolls: only what moves backwards carries the body
    carrying = standing & (velocity[..., 2] < 0)
    if not carrying.any():
        return motion
    speed = -np.median(velocity[carrying][:, 2])
    return moving_forward(motion, speed)


def moving_forward(motion: Motion, speed: float) -> Motion:
    """The motion carried along +Z at `speed` metres per second."""
    path = np.zeros((len(motion), 3))
    path[:, 2] = np.arange(len(motion)) / motion.fps * speed
    return motion.moved(path)
