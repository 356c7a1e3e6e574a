"""Determines the up axis, the unit and the origin of the translation in a motion file of an unknown world."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cache

import numpy as np

from ..body import Body, floor_under
from ..motion import Motion
from ..origin import RISE
from ..skeleton import INDEX

AXES: dict[str, np.ndarray] = {
    "Y": np.eye(3),
    "Z": np.array([[1, 0, 0], [0, 0, 1], [0, -1, 0]], float),
    "-Y": np.array([[1, 0, 0], [0, -1, 0], [0, 0, -1]], float),
    "-Z": np.array([[1, 0, 0], [0, 0, -1], [0, 1, 0]], float),
    "X": np.array([[0, -1, 0], [1, 0, 0], [0, 0, 1]], float),
    "-X": np.array([[0, 1, 0], [-1, 0, 0], [0, 0, 1]], float),
}
"""Rotations from the file's axes to `core`'s, whose Y is up, by the axis that points up in the file."""

_UPRIGHT = np.cos(np.radians(45))
_MOST, _NEARLY_ALL = 0.5, 0.8  # of the frames
_STANDING = 0.15  # greatest distance in metres of the lowest point from the floor, as legs differ from the open body's
_LYING = 0.07  # the same for a lying body, where the length of legs does not matter
_USUAL, _CAMERAS = ("Y", "Z"), "-Y"
_SEEN = 120  # frames that are examined
_UNITS = (1.0, 0.01, 0.001)  # metres, centimetres, millimetres
_TOO_FAST = 25.0  # metres a second
_STRANGELY_FAR = 10.0  # metres from the origin, at which other units are tried; a person in centimetres is at 92


@dataclass(frozen=True)
class World:
    """The meaning of a file's numbers.

    up: a key of `AXES`; empty if it could not be determined.
    by: how it was determined: "spine", "floor" or "choice".
    rival: another axis that would fit, too; empty if there is none.
    unit: metres of one of the file's units.
    own_origin: whether `trans` counts from SMPL-X's pelvis at rest; otherwise from that of a body that stands on the
        floor, as in this project's files up to version 0.3.
    floor: height of the floor in the file's own upright world, in metres.
    lost: whether the path is implausible in metres and in any other unit.
    """

    up: str
    by: str
    rival: str = ""
    unit: float = 1.0
    own_origin: bool = True
    floor: float = 0.0
    lost: bool = False


def find_world(
    motion: Motion, pelvis_at_rest: np.ndarray, up: str = "", amass: bool = False, like_ours: bool = True
) -> World:
    """Determines the up axis by the direction of the spines in most frames, and by the floor that a body touches.

    motion: rotations and `trans` in the file's own axes.
    pelvis_at_rest: (3,) of the body that the file was made with.
    up: the axis, if somebody chose it.
    amass: whether the file is AMASS's own, whose Z is up.
    like_ours: whether it may be one of this project's, whose `trans` counted from a body on the floor up to version
        0.3.
    """
    seen = _some(motion)
    points, spine, legs = _about_pelvis(seen)
    trans = seen.translation.astype(np.float64)
    on_soles = _open_body().joints()[0].astype(np.float64)

    def lowest(axis: str, unit: float = 1.0, rest: np.ndarray = pelvis_at_rest) -> np.ndarray:
        towards = AXES[axis][1]
        return (points @ towards).min(axis=1) + (rest + trans * unit) @ towards

    def touching(heights: np.ndarray, within: float) -> float:
        return float((np.abs(heights) < within).mean())

    spines, upright = (
        {axis: max(float((part @ turn[1] > _UPRIGHT).mean()) for part in parts) for axis, turn in AXES.items()}
        for parts in ((spine,), (spine, legs))
    )
    world = World("", "")
    for unit in _UNITS if _strange(motion) else (1.0,):
        standing = {axis: touching(lowest(axis, unit), _STANDING) for axis in AXES}
        lying = {axis: touching(lowest(axis, unit), _LYING) for axis in AXES}
        if unit == 1.0 and like_ours and upright["Y"] >= _MOST:
            standing["Y"] = max(standing["Y"], touching(lowest("Y", rest=on_soles), _STANDING))
        found = World(up, "choice") if up else World(*_told(spines, upright, standing, lying, amass))
        if unit == 1.0:
            world = found
        elif found.up and standing[found.up] >= _MOST:
            world = replace(found, unit=unit)
            break
    if not world.up:
        return world
    heights = lowest(world.up, world.unit)
    world = replace(world, floor=floor_under(heights), lost=world.unit == 1.0 and _racing(motion))
    if like_ours and world.up == "Y" and world.unit == 1.0 and touching(heights, _STANDING) == 0.0:
        heights = lowest("Y", rest=on_soles)
        if touching(heights, _STANDING) >= _MOST:
            return replace(world, own_origin=False, floor=floor_under(heights))
    return world


def counts_from_the_floor(motion: Motion, pelvis_at_rest: np.ndarray) -> bool:
    """Checks whether a file with Y up is nearer to the floor if `trans` counts from a body that stands on it."""
    seen = _some(motion)
    floor = floor_under(_about_pelvis(seen)[0][..., 1].min(axis=1) + seen.translation[:, 1].astype(np.float64))
    standing = float(_open_body().joints()[0, 1])
    return abs(floor + standing) < min(abs(floor + pelvis_at_rest[1]), RISE / 4)


def _told(
    spines: dict[str, float],
    upright: dict[str, float],
    standing: dict[str, float],
    lying: dict[str, float],
    amass: bool,
) -> tuple[str, str, str]:
    """Returns the up axis, how it was determined, and another axis that would fit; all empty if it cannot be
    determined.

    The arguments are shares of the frames by axis: frames in which spines point along it; in which spines or legs do;
    in which a standing, or a lying, body would touch a floor at 0.

    People stand most of the time, and most floors are at 0. So an axis along which the body is upright and on a floor
    is up. A person who lies, or stands on the hands, is upright along no such axis, but touches a floor along Y or Z,
    one of which is up in nearly all files (in AMASS's, only Z). Without any floor, the spine decides between the axes
    in use.
    """
    usual = ("Z",) if amass else _USUAL
    on_feet = [axis for axis in AXES if min(upright[axis], standing[axis]) >= _MOST]
    on_feet = sorted(on_feet, key=upright.__getitem__)[::-1]
    # a body on its hands has the tolerance of a standing one, as arms also differ in length
    low = {axis: standing[axis] if upright[f"-{axis}"] >= _MOST else lying[axis] for axis in usual}
    on_floor = [axis for axis in usual if upright[axis] < _MOST and low[axis] >= _NEARLY_ALL]
    for axis in (axis for axis in on_feet if axis in usual or not on_floor):
        rivals = [other for other in (*on_feet, *on_floor) if other != axis and other in usual]
        return axis, "spine" if spines[axis] >= _MOST else "floor", (rivals or [""])[0]
    if on_floor:
        return ("", "", "") if len(on_floor) > 1 else (on_floor[0], "floor", "")
    best = max(spines, key=spines.__getitem__)
    if spines[best] >= _MOST:
        if any(upright[axis] < _MOST <= low[axis] for axis in usual):  # upright on no floor, or lying on one
            return "", "", ""
        return (best, "spine", "") if best in (*usual, *_USUAL, _CAMERAS) else ("", "", "")
    near = [axis for axis in usual if standing[axis] >= _MOST]
    return (near[0], "floor", "") if len(near) == 1 else ("", "", "")


def _some(motion: Motion) -> Motion:
    """Returns at most `_SEEN` frames of a motion."""
    seen = np.unique(np.linspace(0, len(motion) - 1, _SEEN).astype(int))
    return replace(motion, rotations=motion.rotations[seen], translation=motion.translation[seen])


def _strange(motion: Motion) -> bool:
    return _racing(motion) or float(np.abs(np.median(motion.translation, axis=0)).max()) > _STRANGELY_FAR


def _racing(motion: Motion) -> bool:
    """Checks whether the path is faster than any person."""
    steps = np.linalg.norm(np.diff(motion.translation.astype(np.float64), axis=0), axis=1)
    return bool(len(steps)) and float(np.median(steps)) * motion.fps > _TOO_FAST


def _about_pelvis(motion: Motion) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Returns the outermost points of the open body relative to its pelvis, (T, n, 3), and the directions of the spine
    and of the legs, (T, 3) each."""
    body = _open_body()
    motion = replace(motion, translation=np.zeros((len(motion), 3)))
    joints = body.posed_joints(motion).astype(np.float64)
    spine = joints[:, INDEX["neck"]] - joints[:, 0]
    legs = joints[:, 0] - (joints[:, INDEX["left_ankle"]] + joints[:, INDEX["right_ankle"]]) / 2
    points = body.posed_vertices(motion, ids=body.contacts) - body.joints()[0].astype(np.float64)
    return points, _directions(spine), _directions(legs)


def _directions(vectors: np.ndarray) -> np.ndarray:
    return vectors / np.maximum(np.linalg.norm(vectors, axis=1, keepdims=True), 1e-9)


@cache
def _open_body() -> Body:
    return Body.load()
