"""Changes the manner of a motion: leans, nods, rocks and sinks as someone does who is sad, old, proud or drunk."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING

import numpy as np

from .. import rotations as rot
from ..body import Body
from ..cleanup.foot_locking import lock_feet, move_feet
from ..measure import SPINE, chest_rotations, facing, measured_travel, smoothed
from ..motion import Motion
from ..root_trajectory import RootTrajectory
from ..skeleton import BODY, INDEX
from .arms import keep_directions
from .gait import arms_out, strided
from .way import with_yaw

if TYPE_CHECKING:
    from collections.abc import Mapping

_SHARES = (0.4, 0.35, 0.25)  # of a bend, from the lowest vertebra up
_HEAD = [INDEX["neck"], INDEX["head"]]
_UPRIGHT, _DOWN = 40.0, 65.0  # degrees of the trunk to the vertical: up to the first it is changed, from the second not
_OF_BENDING = 0.55  # degrees that the line from pelvis to neck leans for a degree that the spine bends
_KEPT = 0.25  # least share of its lean that a trunk keeps that straightens up
_MOST = 50.0  # degrees that the spine bends by, at most
_ROCKS = ((0.45, 1.0), (0.27, 0.6))  # hertz and share of the swings of which rocking consists
_WEAVES = ((0.38, 1.0), (0.23, 0.5))  # of the turns of which weaving consists
_BENDS, _BEHIND = 0.3, 0.8  # share of the rocking by which a trunk bends, too, and seconds by which that is later
_LIFTED = 0.3  # share of a bend by which the head of who holds it up is lifted against it
_STEADIED = 0.15  # share of the rocking by which each joint of the head is held against it
_CARRIED = 0.004  # metres to the side that the hips go with each degree of rocking
_AIRBORNE = 0.12  # metres over the floor from which on a body flies
_USUAL = 8.0  # degrees that people lean forward who walk and gesture without a manner: the mean of our clips
_OF_STYLED = 0.5  # power of a manner's speed for a motion that was performed in it
_FALLS = 0.9  # slowest speed of a motion that flies: falling takes its time


@dataclass(frozen=True)
class Manner:
    """How a manner changes a motion; the meaning of the fields is told in `manners.json`."""

    words: frozenset[str]
    speed: float = 1.0
    lean: float = 0.0
    head: float = 0.0
    sway: float = 0.0
    weave: float = 0.0
    sink: float = 0.0
    stride: float = 1.0
    wider: float = 0.0
    arms: float = 0.0


@cache
def manners() -> Mapping[str, Manner]:
    """Returns all manners by name."""
    data = json.loads(Path(__file__).with_name("manners.json").read_text(encoding="utf-8"))
    return MappingProxyType(
        {
            name: Manner(**{**told, "words": frozenset(told["words"])})
            for name, told in data.items()
            if not name.startswith("_")
        }
    )


def pace(manner: str, flies: bool = False, styled: bool = False) -> float:
    """Returns the factor by which a manner plays a motion faster.

    flies: whether the body leaves the floor in it. styled: whether it was performed in this manner.
    """
    speed = manners()[manner].speed ** (_OF_STYLED if styled else 1.0)
    return max(speed, _FALLS) if flies else speed


def flies(motion: Motion, body: Body) -> bool:
    """Checks whether the body leaves the floor."""
    lowest = body.posed_joints(motion)[:, :BODY, 1].min(axis=1)
    return bool(np.ptp(np.percentile(lowest, [10, 97])) > _AIRBORNE)


def in_manner(motion: Motion, body: Body, manner: str, styled: bool = False) -> Motion:
    """Returns the motion in a manner. Feet stay where they are, arms keep their directions, speed is not changed.

    A trunk that lies or is bent low keeps its pose.
    styled: whether it was performed in this manner; then only what it lacks of the lean is added.
    """
    asked = manners()[manner]
    if len(motion) < 2:
        return motion
    lean, tilt = _lean(motion, body)
    upright = np.clip((_DOWN - tilt) / (_DOWN - _UPRIGHT), 0.0, 1.0)
    upright = smoothed(upright, 0.1 * motion.fps)
    mean = float(np.average(lean, weights=upright)) if upright.any() else 0.0
    more = asked.lean if asked.lean >= 0 else -min(-asked.lean, max((1 - _KEPT) * mean, 0.0))
    if styled:
        lacks = _USUAL + asked.lean - mean
        more = float(np.clip(lacks, 0, asked.lean) if asked.lean >= 0 else np.clip(lacks, more, 0))
        asked = replace(asked, head=asked.head * more / asked.lean if asked.lean else 0.0, sway=0.0, sink=0.0)
    bend = np.clip(more / _OF_BENDING, -_MOST, _MOST) * upright
    rock, aside = np.zeros(len(motion)), np.zeros(len(motion))
    if asked.sway:
        seconds = np.arange(len(motion)) / motion.fps
        swing = _swings(seconds, _ROCKS)
        rock, aside = asked.sway * swing * upright, -_CARRIED * asked.sway * swing * upright
        bend = bend + _BENDS * asked.sway * _swings(seconds - _BEHIND, _ROCKS) * upright
    made = _spine_bent(motion, bend, rock, asked.head * upright - _LIFTED * bend * (asked.head < 0))
    return _over_its_feet(made, body, aside, asked.sink * upright)


def going_in_manner(motion: Motion, body: Body, manner: str, straight: bool = False) -> Motion:
    """Returns a motion that goes somewhere going there in a manner; others unchanged.

    Strides are as long, feet as wide apart and arms as far out as the manner has them, and the way turns to and fro.
    straight: whether the way turns already, so that it is left as it is.
    """
    asked = manners()[manner]
    if measured_travel(motion)[0] is None or not _walks(motion, body):
        return motion
    made = strided(motion, body, asked.stride, asked.wider)
    made = arms_out(made, asked.arms) if asked.arms else made
    return made if straight else weaving(made, body, manner)


def _walks(motion: Motion, body: Body) -> bool:
    """Checks whether a body is upright on its way: not one that crawls or rolls."""
    return bool(np.median(_lean(motion, body)[1]) < _UPRIGHT)


def weaving(motion: Motion, body: Body, manner: str) -> Motion:
    """Returns a motion that goes somewhere, turning to and fro on its way as far as a manner does; others unchanged."""
    degrees = manners()[manner].weave
    if not degrees or measured_travel(motion)[0] is None:
        return motion
    way = RootTrajectory.of(motion)
    seconds = np.arange(len(motion)) / motion.fps
    aside = _swings(seconds, _WEAVES)
    return lock_feet(with_yaw(motion, way, way.yaw + np.radians(degrees) * aside), body)


def _swings(seconds: np.ndarray, parts: tuple[tuple[float, float], ...]) -> np.ndarray:
    """Returns the sum of swings at some times, (T,). parts: hertz and share of each."""
    return np.sum([share * np.sin(2 * np.pi * hertz * seconds) for hertz, share in parts], axis=0)


def _lean(motion: Motion, body: Body) -> tuple[np.ndarray, np.ndarray]:
    """Returns the degrees (T,) that the line from pelvis to neck leans to the front, and those to the vertical."""
    joints = body.posed_joints(motion)
    trunk = (joints[:, INDEX["neck"]] - joints[:, INDEX["pelvis"]]).astype(np.float64)
    yaw = facing(motion)
    ahead = trunk[:, 0] * np.sin(yaw) + trunk[:, 2] * np.cos(yaw)
    flat = np.hypot(trunk[:, 0], trunk[:, 2])
    return np.degrees(np.arctan2(ahead, trunk[:, 1])), np.degrees(np.arctan2(flat, trunk[:, 1]))


def _spine_bent(motion: Motion, bend: np.ndarray, rock: np.ndarray, nod: np.ndarray) -> Motion:
    """Returns the motion with its spine bent forward and to the left side, and its head nodded, by degrees (T,) each.

    Upper arms keep their directions in the world, as hanging arms go on hanging and a raised hand stays up.
    """
    rotations = motion.rotations.astype(np.float64)
    before = chest_rotations(rotations)
    for joint, part in zip(SPINE, _SHARES, strict=True):
        turn = np.radians(part * np.stack((bend, np.zeros_like(bend), rock), axis=1))
        rotations[:, joint] = rot.quat_multiply(rot.axis_angle_to_quat(turn), rotations[:, joint])
    for joint in _HEAD:
        turn = np.radians(np.stack((nod / 2, np.zeros_like(nod), -_STEADIED * rock), axis=1))
        rotations[:, joint] = rot.quat_multiply(rot.axis_angle_to_quat(turn), rotations[:, joint])
    keep_directions(rotations, before)
    return Motion(rotations, motion.translation, motion.fps)


def _over_its_feet(motion: Motion, body: Body, aside: np.ndarray, sink: np.ndarray) -> Motion:
    """Returns the motion with its hips moved to the left and down, by metres (T,) each, and its feet where they are."""
    if not (aside.any() or sink.any()):
        return motion
    yaw = facing(motion)
    moved = np.stack((aside * np.cos(yaw), -sink, -aside * np.sin(yaw)), axis=1)
    stay = np.zeros_like(moved)
    return move_feet(motion, body.posed_joints(motion).astype(np.float64), [stay, stay], moved)
