"""Where a body may stand: on the floor near a place, clear of what is there already, and not behind it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import islice

import bpy
import numpy as np
from mathutils import Vector

REACH = 0.95
"""Metres round a person that arms and legs take up, a little more than half the open body's span."""
HEIGHT = 1.9

_SOLID = {"MESH", "CURVE", "SURFACE", "FONT", "META", "CURVES", "POINTCLOUD", "VOLUME"}
_LOW = 0.1  # metres; what is no higher is floor
_ROOM = 5.0  # metres across, both ways; what is as large is no thing to stand beside but a place to stand in
_MOST = 10_000  # objects looked at
_FARTHEST, _STEP, _DIRECTIONS = 12.0, 0.25, 32
_SEEN = (0.1, 0.5, 0.95)  # parts of the height that are to be seen
_BESIDE = 4.0  # metres that a person may be farther away to stand out
_HORIZON = 10.0  # distances to the person


@dataclass(frozen=True)
class Surroundings:
    """What stands in the way of somebody between two heights.

    boxes: (n, 2, 3) corners of things in the world. rooms: objects that are too large for that, evaluated; walls count.
    """

    boxes: np.ndarray
    rooms: Sequence[bpy.types.Object]

    @classmethod
    def of(cls, depsgraph: bpy.types.Depsgraph, floor: float) -> Surroundings:
        """All that is seen in the depsgraph's view layer and reaches into the room above `floor`."""
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
        """(k,) whether there is nothing within `reach` of places (k, 3) on the floor."""
        away = np.maximum(self.boxes[:, 0, :2] - places[:, None, :2], places[:, None, :2] - self.boxes[:, 1, :2])
        near = (np.linalg.norm(np.maximum(away, 0.0), axis=2) < reach).any(axis=1)
        return np.array([not hit and not self._walls(place, reach) for hit, place in zip(near, places, strict=True)])

    def hides(self, place: np.ndarray, eye: np.ndarray, beyond: float = 1.0) -> bool:
        """Whether something stands between an eye and a person at `place`.

        beyond: how far is looked, in distances to the person; above 1 also for things that the person is seen before.
        """
        across = np.cross(place - eye, (0.0, 0.0, 1.0))
        across *= 0.5 * REACH / max(np.linalg.norm(across), 1e-9)
        for part in _SEEN:
            for side in (-1, 0, 1):
                there = place + side * across + (0.0, 0.0, part * HEIGHT)
                things = _through(self.boxes, eye, eye + beyond * (there - eye))
                if things.any() or any(_hit(room, eye, there) for room in self.rooms):
                    return True
        return False

    def _walls(self, place: np.ndarray, reach: float) -> bool:
        middle = place + np.array((0.0, 0.0, 0.6 * HEIGHT))
        for angle in np.linspace(0, 2 * np.pi, 8, endpoint=False) if self.rooms else ():
            there = middle + reach * np.array([np.cos(angle), np.sin(angle), 0.0])
            if any(_hit(room, middle, there) for room in self.rooms):
                return True
        return False


def free_place(
    near: Sequence[float], around: Surroundings, way: np.ndarray | None = None, eye: Sequence[float] | None = None
) -> Vector:
    """The place nearest to `near`, on its height, where a person stands free and is seen.

    way: (T, 2) where the person goes from there, along X and Y; it should be free as well. eye: from where somebody
    looks, who should not see the person before something else either. Where no place has it all, that is given up
    first, then the way, then being seen. Where there is none at all, `near`.
    """
    near = np.array(near, np.float64)
    places = near + _rings()
    if eye is not None:  # of places that are as near, those on the onlooker's side
        towards = np.array(eye, np.float64)[:2] - near[:2]
        towards /= max(np.linalg.norm(towards), 1e-9)
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
    """(k, 3) offsets on the floor, the nearest first."""
    angles = np.linspace(0, 2 * np.pi, _DIRECTIONS, endpoint=False)
    ring = np.column_stack((np.cos(angles), np.sin(angles), np.zeros(_DIRECTIONS)))
    radii = np.arange(_STEP, _FARTHEST + _STEP, _STEP)
    return np.concatenate([np.zeros((1, 3)), *(radius * ring for radius in radii)])


def _through(boxes: np.ndarray, start: np.ndarray, end: np.ndarray) -> np.ndarray:
    """(n,) whether the line from `start` to `end` goes through boxes (n, 2, 3)."""
    way = end - start
    way = np.where(np.abs(way) < 1e-12, 1e-12, way)
    entered, left = (boxes[:, 0] - start) / way, (boxes[:, 1] - start) / way
    first, last = np.minimum(entered, left).max(axis=1), np.maximum(entered, left).min(axis=1)
    return (first <= last) & (last > 0.0) & (first < 1.0)


def _hit(room: bpy.types.Object, start: np.ndarray, end: np.ndarray) -> bool:
    """Whether the line from `start` to `end` meets the surface of an evaluated mesh object."""
    try:
        inward = room.matrix_world.inverted()
    except ValueError:  # flat as a board
        return False
    a, b = inward @ Vector(start), inward @ Vector(end)
    return room.ray_cast(a, b - a, distance=(b - a).length)[0]
