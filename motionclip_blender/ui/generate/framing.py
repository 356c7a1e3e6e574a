"""Finds the 3D view that the user looks at, and moves it just enough to show a person completely."""

from __future__ import annotations

from itertools import product
from typing import NamedTuple

import bpy
from mathutils import Vector

_MARGIN = 0.03  # of the view's height
_FARTHER = 1.12
_STEPS = 80
_ZOOMS = range(60, -31, -2)  # of a view through a camera, as Blender counts them
_TRIED = 0.1  # of its shift, to see how far that goes


class View(NamedTuple):
    """A 3D view: its area, the region that shows the scene, its space."""

    area: bpy.types.Area
    region: bpy.types.Region
    space: bpy.types.SpaceView3D


def view_of(context: bpy.types.Context) -> View | None:
    """Returns the 3D view of the context, else the largest one of the window; None without windows."""
    areas = [context.area] if context.area is not None and context.area.type == "VIEW_3D" else []
    if not areas and context.window is not None and not bpy.app.background:
        areas = [area for area in context.window.screen.areas if area.type == "VIEW_3D"]
    if not areas:
        return None
    area = max(areas, key=lambda area: area.width * area.height)
    region = next((region for region in area.regions if region.type == "WINDOW"), None)
    return None if region is None else View(area, region, area.spaces.active)


def show(view: View, low: Vector, high: Vector) -> None:
    """Moves the view back until the box from `low` to `high` is completely visible. Changes nothing if it is.

    The direction does not change. A view through a camera and the four views of a quad view are not moved.
    """
    looks = view.space.region_3d
    if looks.view_perspective == "CAMERA" or view.space.region_quadviews:
        return
    corners = [Vector(corner) for corner in product(*zip(low, high, strict=True))]
    looks.update()
    if _whole(view, corners):
        return
    looks.view_location = (low + high) / 2
    for _step in range(_STEPS):
        looks.update()
        if _whole(view, corners):
            break
        looks.view_distance *= _FARTHER


def look_through(view: View, camera: bpy.types.Object, scene: bpy.types.Scene) -> None:
    """Looks through the scene's camera, its picture as large as the free part of the view allows, in its middle."""
    from bpy_extras.view3d_utils import location_3d_to_region_2d

    looks = view.space.region_3d
    looks.view_perspective, looks.view_camera_offset = "CAMERA", (0.0, 0.0)
    if bpy.app.background:  # nothing has been drawn that could be measured
        return
    corners = [camera.matrix_world @ corner for corner in camera.data.view_frame(scene=scene)]

    def picture() -> tuple[Vector, Vector]:
        """The picture's middle and size in the region, in pixels."""
        looks.update()
        found = [location_3d_to_region_2d(view.region, looks, corner, default=Vector((0, 0))) for corner in corners]
        low, high = (Vector(least(place[i] for place in found) for i in range(2)) for least in (min, max))
        return (low + high) / 2, high - low

    left, bottom, right, top = _free(view)
    margin = _MARGIN * view.region.height
    for looks.view_camera_zoom in _ZOOMS:
        middle, size = picture()
        if size.x <= right - left - 2 * margin and size.y <= top - bottom - 2 * margin:
            break
    wanted = Vector(((left + right) / 2, (bottom + top) / 2))
    looks.view_camera_offset = _TRIED, _TRIED
    moved = picture()[0] - middle
    looks.view_camera_offset = [
        _TRIED * (there - here) / way if abs(way) > 1 else 0.0
        for here, there, way in zip(middle, wanted, moved, strict=True)
    ]


def _whole(view: View, corners: list[Vector]) -> bool:
    """Checks whether all points are in the part of the view that its toolbar, header and sidebar leave free."""
    from bpy_extras.view3d_utils import location_3d_to_region_2d

    left, bottom, right, top = _free(view)
    margin = _MARGIN * view.region.height
    for corner in corners:
        place = location_3d_to_region_2d(view.region, view.space.region_3d, corner)
        if place is None or not (left + margin <= place.x <= right - margin):
            return False
        if not bottom + margin <= place.y <= top - margin:
            return False
    return True


def _free(view: View) -> tuple[float, float, float, float]:
    """Returns left, bottom, right and top, in pixels, of the part of the region that no other region covers."""
    region = view.region
    left, bottom, right, top = 0, 0, region.width, region.height
    for other in view.area.regions:
        if other == region or other.width <= 1 or other.height <= 1:
            continue
        x, y = other.x - region.x, other.y - region.y
        if x >= region.width or y >= region.height or x + other.width <= 0 or y + other.height <= 0:
            continue
        if other.alignment == "RIGHT":
            right = min(right, x)
        elif other.alignment == "LEFT":
            left = max(left, x + other.width)
        elif other.alignment == "TOP":
            top = min(top, y)
        elif other.alignment == "BOTTOM":
            bottom = max(bottom, y + other.height)
    return left, bottom, right, top
