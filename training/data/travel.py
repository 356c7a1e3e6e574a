"""Makes in-place cycles travel over the ground."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from motionclip_blender.core.body import Body
from motionclip_blender.core.motion import Motion
from motionclip_blender.core.root_trajectory import RootTrajectory
from motionclip_blender.core.skeleton import INDEX


def travelling(motion: Motion, body: Body, backward: bool = False) -> Motion:
    """Makes an in-place cycle travel, forward or backward: moves the root against the feet that stand on the ground.

    The speed is constant, the median over all moments of contact, so that a loop remains a loop.
    """
    joints = body.posed_joints(motion)
    feet = joints[:, [INDEX["left_foot"], INDEX["right_foot"]]]  # (T, 2, 3)
    velocity = np.gradient(feet, axis=0) * motion.fps
    standing = feet[..., 1] < feet[..., 1].min() + 0.03
    # at the start and end of a contact the foot rolls, so only feet that move the other way count
    carrying = standing & ((velocity[..., 2] > 0) if backward else (velocity[..., 2] < 0))
    if not carrying.any():
        return motion
    speed = -np.median(velocity[carrying][:, 2])
    return moving_forward(motion, speed)


def moving_forward(motion: Motion, speed: float) -> Motion:
    """Moves the motion along +Z at `speed` metres per second."""
    path = np.zeros((len(motion), 3))
    path[:, 2] = np.arange(len(motion)) / motion.fps * speed
    return motion.moved(path)


def straightened(motion: Motion) -> Motion:
    """Returns a repeated cycle without the turn that its rounds add up to: it goes straight."""
    way = RootTrajectory.of(motion)
    every = np.arange(len(motion))
    turn = np.polyfit(every, way.yaw, 1)[0]
    rotations = motion.rotations.copy()
    rotations[:, 0], translation = replace(way, yaw=way.yaw - turn * every).root()
    return Motion(rotations, translation, motion.fps)
