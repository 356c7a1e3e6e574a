"""Which way is up in a file of an unknown world, in which unit its way is told, and from which pelvis it counts."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cache

import numpy as np

from .body import Body, floor_under
from .motion import Motion
from .origin import RISE
from .skeleton import INDEX

AXES: dict[str, np.ndarray] = {
    "Y": np.eye(3),
    "Z": np.array([[1, 0, 0], [0, 0, 1], [0, -1, 0]], float),
    "-Y": np.array([[1, 0, 0], [0, -1, 0], [0, 0, -1]], float),
    "-Z": np.array([[1, 0, 0], [0, 0, -1], [0, 1, 0]], float),
    "X": np.array([[0, -1, 0], [1, 0, 0], [0, 0, 1]], float),
    "-X": np.array([[0, 1, 0], [-1, 0, 0], [0, 0, 1]], float),
}
"""By the axis that points up: the rotation from the file's axes to `core`'s, whose Y does."""

_UPRIGHT = np.cos(np.radians(45))
_MOST, _NEARLY_ALL = 0.5, 0.8  # of the frames
_TOUCHING = 0.12  # metres between the floor and a body's lowest point; other bodies' legs are shorter or longer
_SEEN = 120  # frames that are looked at
_UNITS = (1.0, 0.01, 0.001)  # metres, centimetres, millimetres
_TOO_FAST, _TOO_FAR = 25.0, 100.0  # metres a second, metres


@dataclass(frozen=True)
class World:
    """up: a key of `AXES`, empty where it could not be told. by: "spine", "floor" or "choice", what told it.

    unit: metres of one of the file's. own_origin: whether `trans` counts from SMPL-X's pelvis at rest; otherwise from
    that of a body that stands on the floor, as this project's files did up to version 0.3. floor: where the floor
    lies, metres, in the file's own upright world. lost: whether the way cannot be one in metres, nor in any other unit.
    """

    up: str
    by: str
    unit: float = 1.0
    own_origin: bool = True
    floor: float = 0.0
    lost: bool = False


def find_world(motion: Motion, pelvis_at_rest: np.ndarray, up: str = "", amass: bool = False) -> World:
    """Where up is, told by where the spines point in most frames, and by the floor that a body touches.

    motion: rotations and `trans` in the file's own axes. pelvis_at_rest: (3,) of the body that the file was made with.
    up: the axis, where somebody chose it. amass: whether the file is AMASS's own, whose Z is up.

    People stand most of the time, so the spine decides. Somebody who lies, swims or stands on the hands has no
    upright spine but touches a floor at 0: such a floor along Y or Z outweighs spines that stand on none.
    """
    seen = np.unique(np.linspace(0, len(motion) - 1, _SEEN).astype(int))
    points, spine = _about_pelvis(
        replace(motion, rotations=motion.rotations[seen], translation=np.zeros((len(seen), 3)))
    )
    trans = motion.translation[seen].astype(np.float64)

    def lowest(axis: str, unit: float = 1.0, rest: np.ndarray = pelvis_at_rest) -> np.ndarray:
        towards = AXES[axis][1]
        return (points @ towards).min(axis=1) + (rest + trans * unit) @ towards

    def touching(heights: np.ndarray) -> float:
        return float((np.abs(heights) < _TOUCHING).mean())

    upright = {axis: float((spine @ turn[1] > _UPRIGHT).mean()) for axis, turn in AXES.items()}
    world = None
    for unit in _UNITS if _strange(motion) else (1.0,):
        if up:
            found = World(up, "choice", unit)
        else:
            on_floor = {axis: touching(lowest(axis, unit)) for axis in AXES}
            found = World(*_told(upright, on_floor, amass), unit)
        if unit == 1.0:
            world = found
        elif found.up and touching(lowest(found.up, unit)) >= _MOST:
            world = found
            break
    if not world.up:
        return world
    heights = lowest(world.up, world.unit)
    world = replace(world, floor=floor_under(heights), lost=world.unit == 1.0 and _racing(motion))
    if world.up == "Y" and world.unit == 1.0 and touching(heights) == 0.0:
        standing = lowest("Y", rest=_open_body().joints()[0].astype(np.float64))
        if touching(standing) >= _MOST:
            return replace(world, own_origin=False, floor=floor_under(standing))
    return world


def counts_from_the_floor(motion: Motion, pelvis_at_rest: np.ndarray) -> bool:
    """Whether a file with Y up stands nearer to the floor if `trans` counts from a body that stands there."""
    seen = np.unique(np.linspace(0, len(motion) - 1, _SEEN).astype(int))
    points, _ = _about_pelvis(replace(motion, rotations=motion.rotations[seen], translation=np.zeros((len(seen), 3))))
    floor = floor_under(points[..., 1].min(axis=1) + motion.translation[seen, 1].astype(np.float64))
    standing = float(_open_body().joints()[0, 1])
    return abs(floor + standing) < abs(floor + pelvis_at_rest[1]) and abs(floor + standing) < RISE / 4


def _told(upright: dict[str, float], on_floor: dict[str, float], amass: bool) -> tuple[str, str]:
    """The axis that is up, and by what; both empty where nothing tells."""
    spines, floors = max(upright, key=upright.get), max(on_floor, key=on_floor.get)
    if upright[spines] >= _MOST and on_floor[spines] >= _MOST:
        return spines, "spine"
    usual = ("Z",) if amass else ("Y", "Z")
    if on_floor[floors] >= _NEARLY_ALL and floors in usual:
        return floors, "floor"
    if upright[spines] >= _MOST:
        return spines, "spine"
    if on_floor[floors] >= _MOST:
        return floors, "floor"
    return "", ""


def _strange(motion: Motion) -> bool:
    return _racing(motion) or float(np.abs(np.median(motion.translation, axis=0)).max()) > _TOO_FAR


def _racing(motion: Motion) -> bool:
    """Whether the way is faster than any person's."""
    steps = np.linalg.norm(np.diff(motion.translation.astype(np.float64), axis=0), axis=1)
    return bool(len(steps)) and float(np.median(steps)) * motion.fps > _TOO_FAST


def _about_pelvis(motion: Motion) -> tuple[np.ndarray, np.ndarray]:
    """(T, n, 3) outermost points of the open body about its pelvis, and (T, 3) the direction of the spine."""
    body = _open_body()
    pelvis = body.joints()[0].astype(np.float64)
    joints = body.posed_joints(motion).astype(np.float64)
    spine = joints[:, INDEX["neck"]] - joints[:, 0]
    return (
        body.posed_vertices(motion, ids=body.contacts) - pelvis,
        spine / np.linalg.norm(spine, axis=1, keepdims=True),
    )


@cache
def _open_body() -> Body:
    return Body.load()
