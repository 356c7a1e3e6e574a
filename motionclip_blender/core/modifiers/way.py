"""Where to: the way of a motion over the ground turned, bent, and played at another speed."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from .. import rotations as rot
from ..cleanup.root_trajectory import RootTrajectory, about_vertical
from ..motion import Motion
from ..skeleton import INDEX
from .measure import measured_travel, measured_turn

SLOWEST, FASTEST = 0.4, 2.2
"""Times the natural speed within which a movement still looks like one."""

_HIPS = 50.0  # degrees that the pelvis turns from the chest at most; the legs turn the rest in the hips
_SPINE = [INDEX[name] for name in ("spine1", "spine2", "spine3")]
_LEGS = [INDEX["left_hip"], INDEX["right_hip"]]
_NEAR = 20.0  # degrees: a direction that is so near to the one asked for is left as it is
_EASE = 0.2  # of a motion at its start and its end, in which it does not turn yet


def retimed(motion: Motion, speed: float) -> Motion:
    """The motion played `speed` times as fast, within `SLOWEST` and `FASTEST`; steps keep their length."""
    speed = float(np.clip(speed, SLOWEST, FASTEST))
    if speed == 1.0 or len(motion) < 2:
        return motion
    return replace(motion.resample(motion.fps / speed), fps=motion.fps)


def redirected(motion: Motion, degrees: float) -> Motion:
    """The motion travelling `degrees` from where its chest faces, left positive.

    Backward by playing it backward in time, which steps bear; sideways by turning pelvis and legs under the chest. A
    motion that goes there already, or nowhere, is returned as it is.
    """
    now, _ = measured_travel(motion)
    if now is None or abs(_wrapped(degrees - now)) < _NEAR:
        return motion
    if abs(_wrapped(degrees - now)) > 90:
        motion = Motion(motion.rotations[::-1], motion.translation[::-1], motion.fps)
        now, _ = measured_travel(motion)
        if now is None or abs(_wrapped(degrees - now)) < _NEAR:
            return motion
    return _legs_turned(motion, _wrapped(degrees - now))


def bent(motion: Motion, degrees: float, evenly: bool = False) -> Motion:
    """The motion turned by `degrees` in all from its start to its end, left positive, along its way.

    evenly: a circle; else it sets out straight and ends straight. Steps keep their lengths as the body sees them.
    """
    if len(motion) < 3:
        return motion
    missing = np.radians(degrees - measured_turn(motion))
    along = np.linspace(0, 1, len(motion))
    if not evenly:
        t = np.clip((along - _EASE) / (1 - 2 * _EASE), 0, 1)
        along = t * t * (3 - 2 * t)
    way = RootTrajectory.of(motion)
    few = max(1, round(0.08 * len(motion)))
    along = along / (along[-few:].mean() - along[:few].mean())  # what is measured is the mean of the last frames
    rotations = motion.rotations.astype(np.float64)
    rotations[:, 0], translation = replace(way, yaw=way.yaw + missing * along).root()
    return Motion(rotations, translation, motion.fps)


def _legs_turned(motion: Motion, degrees: float) -> Motion:
    """The way and the legs turned by `degrees` about the vertical, the chest facing where it did."""
    angle = np.radians(degrees)
    pelvis = np.radians(np.clip(degrees, -_HIPS, _HIPS))
    rotations = motion.rotations.astype(np.float64)
    world = [rotations[:, 0]]
    for joint in _SPINE:
        world.append(rot.quat_multiply(world[-1], rotations[:, joint]))
    legs = [rot.quat_multiply(world[0], rotations[:, joint]) for joint in _LEGS]

    def about(turn: float) -> np.ndarray:
        return about_vertical(np.full(len(motion), turn))

    # the pelvis turns by its share, the vertebrae turn back by a third each, thighs go all the way
    turned_world = [rot.quat_multiply(about(pelvis * (3 - i) / 3), each) for i, each in enumerate(world)]
    rotations[:, 0] = turned_world[0]
    for i, joint in enumerate(_SPINE):
        rotations[:, joint] = rot.quat_multiply(rot.quat_conjugate(turned_world[i]), turned_world[i + 1])
    for joint, leg in zip(_LEGS, legs, strict=True):
        rotations[:, joint] = rot.quat_multiply(
            rot.quat_conjugate(turned_world[0]), rot.quat_multiply(about(angle), leg)
        )
    translation = motion.translation.astype(np.float64)
    cosine, sine = np.cos(angle), np.sin(angle)
    x, z = (translation[:, i] - translation[0, i] for i in (0, 2))
    translation = np.stack(
        (translation[0, 0] + cosine * x + sine * z, translation[:, 1], translation[0, 2] + cosine * z - sine * x),
        axis=1,
    )
    return Motion(rotations, translation, motion.fps)


def _wrapped(degrees: float) -> float:
    """The same angle between -180 and 180."""
    return (degrees + 180.0) % 360.0 - 180.0
