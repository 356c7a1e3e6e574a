"""Makes in-place cycles travel over the ground."""

from __future__ import annotations

import numpy as np

from motionclip_blender.core.body import Body
from motionclip_blender.core.motion import Motion
from motionclip_blender.core.skeleton import INDEX


def travelling(motion: Motion, body: Body) -> Motion:
    """Makes an in-place cycle travel: moves the root against the feet that stand on the ground.

    The speed is constant, the median over all moments of contact, so that a loop remains a loop.
    """
    joints = body.posed_joints(motion)
    feet = joints[:, [INDEX["left_foot"], INDEX["right_foot"]]]  # (T, 2, 3)
    velocity = np.gradient(feet, axis=0) * motion.fps
    standing = feet[..., 1] < feet[..., 1].min() + 0.03
    # at the start and end of a contact the foot rolls, so only feet that move backwards count
    carrying = standing & (velocity[..., 2] < 0)
    if not carrying.any():
        return motion
    speed = -np.median(velocity[carrying][:, 2])
    return moving_forward(motion, speed)


def moving_forward(motion: Motion, speed: float) -> Motion:
    """Moves the motion along +Z at `speed` metres per second."""
    path = np.zeros((len(motion), 3))
    path[:, 2] = np.arange(len(motion)) / motion.fps * speed
    return motion.moved(path)
