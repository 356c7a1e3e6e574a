"""Finds a place where a body can stand: on the floor near a point, free of obstacles and not hidden by them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import islice

import bpy
import numpy as np
from mathutils import Vector

REACH = 0.95
"""Radius in metres that a person's arms and legs take up, a little more than half the open body's arm span."""
HEIGHT = 1.9

_SOLID = {"MESH", "CURVE", "SURFACE", "FONT", "META", "CURVES", "POINTCLOUD", "VOLUME"}
_LOW = 0.1  # metres; lower objects count as floor
_ROOM = 5.0  # metres in both directions; larger objects are places to stand in, not obstacles
_MOST = 10_000  # maximum number of objects examined
_FARTHEST, _STEP, _DIRECTIONS = 12.0, 0.25, 32
_SEEN = (0.1, 0.5, 0.95)  # parts of the height that must be visible
_BESIDE = 4.0  # metres; how much farther away a person may stand to be seen against an empty background
_HORIZON = 10.0  # how far behind the person to look, in distances to the person


@dataclass(frozen=True)
class Surroundings:
    """The obstacles between two heights.

    boxes: (n, 2, 3) corners of objects, in the world.
    rooms: evaluated objects that are too large to be obstacles; their surfaces count as walls.
    """

    boxes: np.ndarray
    rooms: Sequence[bpy.types.Object]

    @classmethod
    def of(cls, depsgraph: bpy.types.Depsgraph, floor: float) -> Surroundings:
        """Collects whatever is visible in the depsgraph's view layer and reaches into the space above `floor`."""
        boxes, rooms = [], []
        for instance in islice(depsgraph.object_instances, _MOST):
            thing = instance.object
            if thing.type not in _SOLID or not instance.show_self:
                continue
            corners = np.array(thing.bound_box) @ np.array(instance.matrix_world)[:3, :3].T
            corners += np.array(instance.matrix_world)[:3, 3]
            box = np.stack((corners.min(axis=0), corners.max(axis=0)))
            if not np.isfinite(box).all() or box[1, 2] <= floor + _LOW or box[0, 2] >= floor + HEIGHT:
                continue
            if (box[1, :2] - box[0, :2]).min() > _ROOM:
                if thing.type == "MESH" and not instance.is_instance:
                    rooms.append(thing)
                continue
            boxes.append(box)
        return cls(np.array(boxes).reshape(-1, 2, 3), rooms)

    def clear(self, places: np.ndarray, reach: float) -> np.ndarray:
        """Returns (k,) bool: whether nothing is within `reach` of each of the places (k, 3) on the floor."""
        away = np.maximum(self.boxes[:, 0, :2] - places[:, None, :2], places[:, None, :2] - self.boxes[:, 1, :2])
        near = (np.linalg.norm(np.maximum(away, 0.0), axis=2) < reach).any(axis=1)
        return np.array([not hit and not self._walls(place, reach) for hit, place in zip(near, places, strict=True)])

    def hides(self, place: np.ndarray, eye: np.ndarray, beyond: float = 1.0) -> bool:
        """Checks whether something stands between an eye and a person at `place`.

        beyond: how far to look, in distances to the person; with more than 1, objects behind the person count too.
        """
        across = np.cross(place - eye, (0.0, 0.0, 1.0))
        across *= 0.5 * REACH / max(float(np.linalg.norm(across)), 1e-9)
        for part in _SEEN:
            for side in (-1, 0, 1):
                there = place + side * across + (0.0, 0.0, part * HEIGHT)
                things = _through(self.boxes, eye, eye + beyond * (there - eye))
                if things.any() or any(_hit(room, eye, there) for room in self.rooms):
                    return True
        return False

    def _walls(self, place: np.ndarray, reach: float) -> bool:
        """Checks whether a wall of a room is within `reach` of a place."""
        middle = place + np.array((0.0, 0.0, 0.6 * HEIGHT))
        for angle in np.linspace(0, 2 * np.pi, 8, endpoint=False) if self.rooms else ():
            there = middle + reach * np.array([np.cos(angle), np.sin(angle), 0.0])
            if any(_hit(room, middle, there) for room in self.rooms):
                return True
        return False


def free_place(
    near: Sequence[float] | np.ndarray,
    around: Surroundings,
    way: np.ndarray | None = None,
    eye: Sequence[float] | np.ndarray | None = None,
) -> Vector:
    """Returns the place nearest to `near`, at its height, where a person stands free and is visible.

    way: (T, 2) the person's path from there, along X and Y, which should be free as well.
    eye: the point from which the user looks, who should not see an object behind the person either.

    If no place meets all conditions, it drops first the one about objects behind the person, then the free path, then
    the visibility. If no place is free at all, it returns `near`.
    """
    near = np.array(near, np.float64)
    places = near + _rings()
    if eye is not None:  # of places at the same distance, those nearer to the user's eye come first
        towards = np.array(eye, np.float64)[:2] - near[:2]
        towards /= max(float(np.linalg.norm(towards)), 1e-9)
        offsets = places - near
        far = np.round(np.linalg.norm(offsets, axis=1), 6)
        places = places[np.lexsort((-np.round(offsets[:, :2] @ towards, 6), far))]
    free = places[around.clear(places, REACH)]
    if way is not None and len(way):
        steps = np.pad(way[:: max(len(way) // 40, 1)], ((0, 0), (0, 1)))
        wide = [place for place in free if around.clear(place + steps, REACH).all()]
    else:
        wide = list(free)
    beside = [place for place in wide if np.linalg.norm(place - near) <= _BESIDE]
    for choice, beyond in ((beside, _HORIZON), (wide, 1.0), (free, 1.0)):
        for place in choice:
            if eye is None or not around.hides(place, np.array(eye, np.float64), beyond):
                return Vector(place)
    return Vector(free[0] if len(free) else near)


def _rings() -> np.ndarray:
    """Returns (k, 3) offsets on the floor, the nearest first."""
    angles = np.linspace(0, 2 * np.pi, _DIRECTIONS, endpoint=False)
    ring = np.column_stack((np.cos(angles), np.sin(angles), np.zeros(_DIRECTIONS)))
    radii = np.arange(_STEP, _FARTHEST + _STEP, _STEP)
    return np.concatenate([np.zeros((1, 3)), *(radius * ring for radius in radii)])


def _through(boxes: np.ndarray, start: np.ndarray, end: np.ndarray) -> np.ndarray:
    """Returns (n,) bool: whether the line from `start` to `end` passes through boxes (n, 2, 3)."""
    way = end - start
    way = np.where(np.abs(way) < 1e-12, 1e-12, way)
    entered, left = (boxes[:, 0] - start) / way, (boxes[:, 1] - start) / way
    first, last = np.minimum(entered, left).max(axis=1), np.maximum(entered, left).min(axis=1)
    return (first <= last) & (last > 0.0) & (first < 1.0)


def _hit(room: bpy.types.Object, start: np.ndarray, end: np.ndarray) -> bool:
    """Checks whether the line from `start` to `end` meets the surface of an evaluated mesh object."""
    try:
        inward = room.matrix_world.inverted()
    except ValueError:  # its scale is zero along an axis
        return False
    a, b = inward @ Vector(start), inward @ Vector(end)
    return room.ray_cast(a, b - a, distance=(b - a).length)[0]
