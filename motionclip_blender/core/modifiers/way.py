"""Turns and bends the path of a motion over the ground, and changes its speed."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from .. import rotations as rot
from ..angles import apart, wrapped
from ..body import Body
from ..cleanup.foot_locking import move_feet
from ..cleanup.loop import in_place
from ..easing import smoothstep
from ..kinematics import positions
from ..measure import SPINE, chest_rotations, facing, measured_travel, measured_turn, smoothed
from ..motion import Motion
from ..root_trajectory import RootTrajectory, about_vertical, turned
from ..skeleton import INDEX

SLOWEST, FASTEST = 0.4, 2.2
"""Range of speeds, relative to the natural one, at which a movement still looks natural."""

_HIPS = 50.0  # largest angle in degrees of the pelvis to the chest; the legs turn by the rest in the hips
_LEANING = 0.8  # cosine of the chest's angle from the vertical below which it leans far
_TURNS_IN = 0.7  # seconds in which somebody turns into a direction
_LEGS = [INDEX["left_hip"], INDEX["right_hip"]]
_NEAR = 8.0  # degrees: a direction this near to the requested one is not changed
_GOES = 0.6  # metres from which on a motion is one that goes somewhere, and can be played backward
_OFF_FLOOR = 0.015  # metres above the floor from which on a foot does not stand
_UPRIGHT = 0.75  # share of the body's height from which on it stands
_FREE = 0.08  # least share of frames in which the body may be carried
_HOP = 1.6  # metres per second in the air
_FASTEST_HOP = 0.8  # metres per second on average
_TURNING = 30.0  # degrees from which on a motion turns
_WIDER = 1.25  # most times that its turn is made wider
_WANDERS = ((0.16, 75.0), (0.1, 35.0))  # hertz and degrees of the turns of a way without an aim
_ZIGZAG, _ZIGZAG_SECONDS, _CORNER = 40.0, 1.25, 0.5  # degrees of a zigzag; seconds from corner to corner, and of one
_CLOSING, _SLIGHT, _MOST_BEND = 6, 1e-3, 0.4  # steps of a solution, and radians of a try and of a step
_SEAM = 8  # frames of the fade from one round into the next
_EASE = 0.2  # share of a motion at its start and at its end without a turn


def retimed(motion: Motion, speed: float) -> Motion:
    """Returns the motion played `speed` times as fast, within `SLOWEST` and `FASTEST`; steps keep their length."""
    speed = float(np.clip(speed, SLOWEST, FASTEST))
    if speed == 1.0 or len(motion) < 2:
        return motion
    return replace(motion.resample(motion.fps / speed), fps=motion.fps)


def redirected(motion: Motion, degrees: float) -> Motion:
    """Returns the motion travelling `degrees` from its chest's heading, left positive.

    A backward motion is played backward in time, which works for steps; a sideward one turns pelvis and legs under the
    chest. A motion that already travels there, or does not travel, is returned unchanged.
    """
    now, metres = measured_travel(motion)
    if now is None or apart(degrees, now) < _NEAR or (degrees == 0.0 and _goes_where_hips_face(motion)):
        return motion
    if apart(degrees, now) > 90:
        if metres < _GOES:  # a roll that drifts is none that goes backward
            return motion
        motion = motion.backward()
        now, _ = measured_travel(motion)
        if now is None or apart(degrees, now) < _NEAR:
            return motion
    return _legs_turned(motion, wrapped(degrees - now))


def _goes_where_hips_face(motion: Motion) -> bool:
    """Checks whether a body goes where its pelvis faces: who aims a gun turns the chest aside, and goes ahead."""
    direction, _ = measured_travel(motion, RootTrajectory.of(motion).yaw)
    return direction is not None and abs(direction) < _NEAR


def leans(motion: Motion) -> bool:
    """Checks whether the trunk leans so far that it cannot be twisted against the legs."""
    return float(rot.quat_to_matrix(chest_rotations(motion.rotations))[:, 1, 1].mean()) < _LEANING


def turned_into(motion: Motion, degrees: float, seconds: float = _TURNS_IN) -> Motion:
    """Returns the motion turned into a direction in its first `seconds`, and going on there."""
    share = smoothstep(np.arange(len(motion)) / (seconds * motion.fps))
    return _heading_changed(motion, degrees * share)


def wandering(motion: Motion) -> Motion:
    """Returns a motion that goes somewhere as one without an aim, on a way that winds to both sides."""
    seconds = np.arange(len(motion)) / motion.fps
    return _heading_changed(motion, sum(far * np.sin(2 * np.pi * hertz * seconds) for hertz, far in _WANDERS))


def zigzagging(motion: Motion) -> Motion:
    """Returns a motion that goes somewhere as one that goes to the left and to the right of its way by turns, with a
    corner between."""
    seconds = np.arange(len(motion)) / motion.fps
    corner = np.round(seconds / _ZIGZAG_SECONDS)
    into = (seconds - corner * _ZIGZAG_SECONDS) / _CORNER + 0.5  # 0 to 1 within a corner
    aside = (-1.0) ** corner * (2 * smoothstep(into) - 1)
    first = corner == 0  # begins straight ahead
    aside[first] = smoothstep(2 * into[first] - 1)
    return _heading_changed(motion, _ZIGZAG * aside)


def _heading_changed(motion: Motion, degrees: np.ndarray) -> Motion:
    """Returns the motion heading `degrees` (T,) farther to the left, on the way to which that leads."""
    way = RootTrajectory.of(motion)
    return with_yaw(motion, way, way.yaw + np.radians(degrees))


def with_yaw(motion: Motion, way: RootTrajectory, yaw: np.ndarray) -> Motion:
    """Returns a motion, whose root goes on `way`, with the headings `yaw` (T,) radians, on the way to which they
    lead."""
    rotations = motion.rotations.astype(np.float64)
    rotations[:, 0], translation = replace(way, yaw=yaw).root()
    return Motion(rotations, translation, motion.fps)


def carried(motion: Motion, body: Body, degrees: float) -> Motion:
    """Returns a motion that stays where it is as one that travels `degrees` from its first heading, left positive.

    It goes on while both feet are off the floor, as in hops; what is never off the floor is returned unchanged, unless
    it does not stand at all, as in rolling and swimming.
    """
    joints = positions(motion, body.joints(), 22).astype(np.float64)
    lower = joints[:, [INDEX["left_foot"], INDEX["right_foot"]], 1].min(axis=1)
    tall = joints[:, INDEX["head"], 1].max() - joints[..., 1].min()
    off = lower - np.percentile(lower, 10) > _OFF_FLOOR
    stands = np.ptp(joints[..., 1], axis=1) > _UPRIGHT * tall
    free = off | ~stands
    if free.mean() < _FREE:
        return motion
    pace = smoothed(free.astype(np.float64), 0.05 * motion.fps) * free * (_HOP / motion.fps)
    gone = np.cumsum(pace) * min(1.0, _FASTEST_HOP / (pace.mean() * motion.fps))
    angle = facing(motion)[0] + np.radians(degrees)
    return motion.moved(gone[:, None] * np.array((np.sin(angle), 0.0, np.cos(angle))))


def bent(motion: Motion, degrees: float, evenly: bool = False) -> Motion:
    """Returns the motion turned along its path by `degrees` in all from its start to its end, left positive.

    Steps keep their lengths relative to the body.
    evenly: turns at a constant rate, as in a circle; otherwise the path starts and ends straight.
    """
    if len(motion) < 3:
        return motion
    missing = np.radians(degrees - measured_turn(motion))
    along = np.linspace(0, 1, len(motion))
    if not evenly:
        along = smoothstep((along - _EASE) / (1 - 2 * _EASE))
    way = RootTrajectory.of(motion)
    few = max(1, round(0.08 * len(motion)))
    along = along / (along[-few:].mean() - along[:few].mean())  # as `measured_turn` measures means of frames
    return with_yaw(motion, way, way.yaw + missing * along)


def in_full_circles(motion: Motion, degrees: float) -> Motion:
    """Returns a motion on its way in circles as one that ends where and as it began: turned by `degrees`, whole rounds,
    with the way bent more where that closes it."""
    rounds = abs(degrees) / 360
    way = RootTrajectory.of(motion)
    along = np.linspace(0, 1, len(motion))
    yaw = way.yaw + (np.radians(degrees) - (way.yaw[-1] - way.yaw[0])) * along
    # only bends as often as there are rounds move the end
    bends = np.stack((np.sin(2 * np.pi * rounds * along), 1 - np.cos(2 * np.pi * rounds * along)))
    for _ in range(_CLOSING):
        gap = turned(way.steps, yaw[:-1]).sum(axis=0)
        slopes = [(turned(way.steps, (yaw + _SLIGHT * bend)[:-1]).sum(axis=0) - gap) / _SLIGHT for bend in bends]
        shares = np.linalg.lstsq(np.stack(slopes, axis=1), -gap, rcond=None)[0]
        yaw = yaw + np.clip(shares, -_MOST_BEND, _MOST_BEND) @ bends
    return with_yaw(motion, way, yaw)


def on_the_spot(motion: Motion, body: Body) -> Motion:
    """Returns steps that go somewhere as steps on the spot: each foot is lifted as before, and comes down where it
    was."""
    motion = in_place(motion)
    joints = body.posed_joints(motion).astype(np.float64)
    yaw, pelvis = facing(motion), joints[:, 0, [0, 2]]
    shifts = []
    for side in ("left", "right"):
        ankle = joints[:, INDEX[f"{side}_ankle"]][:, [0, 2]]
        beside = turned(ankle - pelvis, -yaw).mean(axis=0)
        shift = np.zeros((len(motion), 3))
        shift[:, [0, 2]] = pelvis.mean(axis=0) + turned(np.tile(beside, (len(motion), 1)), yaw) - ankle
        shifts.append(shift)
    return move_feet(motion, joints, shifts, np.zeros((len(motion), 3)))


def rounds_of(motion: Motion, degrees: float) -> int:
    """Returns how often a motion that turns is done, one after the other, to turn by `degrees` in all."""
    own = abs(measured_turn(motion))
    return 1 if own < _TURNING else max(int(np.ceil(abs(degrees) / (own * _WIDER))), 1)


def turned_on_spot(motion: Motion, degrees: float) -> Motion:
    """Returns a motion that turns, such as a turn in place, turning by `degrees` in all, left positive.

    Its own turn is made wider or narrower, in its mirror image if it turns the other way, and in several rounds where
    that would be far wider. A motion that hardly turns is `bent`.
    """
    if abs(measured_turn(motion)) < _TURNING:
        return bent(motion, degrees)
    if measured_turn(motion) * degrees < 0:
        motion = motion.mirror()
    out = motion
    for _ in range(rounds_of(motion, degrees) - 1):
        out = out.fade_into(motion, min(_SEAM, len(motion) // 4))
    # joined first, for cross-fades take a part of the turn
    way = RootTrajectory.of(out)
    return with_yaw(out, way, way.yaw[0] + degrees / measured_turn(out) * (way.yaw - way.yaw[0]))


def _legs_turned(motion: Motion, degrees: float) -> Motion:
    """Returns the motion with path and legs turned by `degrees` about the vertical, and the chest's heading kept."""
    angle = np.radians(degrees)
    pelvis = np.radians(np.clip(degrees, -_HIPS, _HIPS))
    rotations = motion.rotations.astype(np.float64)
    world = [rotations[:, 0]]
    for joint in SPINE:
        world.append(rot.quat_multiply(world[-1], rotations[:, joint]))
    legs = [rot.quat_multiply(world[0], rotations[:, joint]) for joint in _LEGS]

    def about(turn: float) -> np.ndarray:
        return about_vertical(np.full(len(motion), turn))

    # the pelvis turns by its share, the vertebrae turn back by a third each, thighs turn by the whole angle
    turned_world = [rot.quat_multiply(about(pelvis * (3 - i) / 3), each) for i, each in enumerate(world)]
    rotations[:, 0] = turned_world[0]
    for i, joint in enumerate(SPINE):
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
