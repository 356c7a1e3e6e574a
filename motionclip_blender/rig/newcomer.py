"""A body for a motion that nobody is there for: in sight, and gone again when something fails."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import bpy
import numpy as np
from mathutils import Vector

from ..core.body import Body
from ..core.motion import Motion
from .armature import add_body
from .bones import BLENDER_AXES
from .placing import HEIGHT, REACH, Surroundings, free_place
from .rollback import whole_or_nothing

_FAR = 100.0  # metres; without perspective, things in front of the eye are in front all the same


def stand_free(
    context: bpy.types.Context,
    body: Body,
    motion: Motion | None = None,
    view: bpy.types.SpaceView3D | None = None,
) -> bpy.types.Object:
    """A new body as near to the 3D cursor as it stands free, with room for what it is to do. Returns its armature.

    view: in which somebody is to see it. Raises what `add_body` raises.
    """
    cursor = context.scene.cursor.location
    around = Surroundings.of(context.evaluated_depsgraph_get(), cursor.z)
    place = free_place(cursor, around, way_of(motion)[:, :2] if motion is not None else None, eye_of(context, view))
    armature = add_body(body)
    armature.location = place
    _uncover(context, armature, view)
    return armature


@contextmanager
def for_motion(
    context: bpy.types.Context, body: Body, motion: Motion, view: bpy.types.SpaceView3D | None = None
) -> Iterator[bpy.types.Object]:
    """A body as `stand_free` makes it; if the block fails, it is gone and everything is as before."""
    active = context.view_layer.objects.active
    mode = active.mode if active is not None else "OBJECT"
    try:
        with whole_or_nothing():
            yield stand_free(context, body, motion, view)
    except BaseException:
        if mode != "OBJECT":
            bpy.ops.object.mode_set(mode=mode)
        raise


def way_of(motion: Motion) -> np.ndarray:
    """(T, 3) where the person is in each frame, from where the armature stands, along Blender's axes."""
    return motion.translation @ BLENDER_AXES.T


def room_of(armature: bpy.types.Object, motion: Motion | None = None) -> tuple[Vector, Vector]:
    """The lowest and the highest corner, in the world, of what a body takes up from where it stands, in a motion."""
    way = np.zeros((1, 3)) if motion is None else way_of(motion)
    size = np.array((REACH, REACH, 0.0))
    low, high = way.min(axis=0) - size, way.max(axis=0) + size + (0.0, 0.0, HEIGHT)
    return armature.location + Vector(low), armature.location + Vector(high)


def eye_of(context: bpy.types.Context, view: bpy.types.SpaceView3D | None) -> np.ndarray | None:
    """(3,) from where a 3D view looks; None for no view."""
    if view is None:
        return None
    looks = view.region_3d
    if looks.view_perspective == "CAMERA":
        camera = view.camera or context.scene.camera
        return None if camera is None else np.array(camera.matrix_world.translation)
    distance = max(looks.view_distance, 1.0 if looks.view_perspective == "PERSP" else _FAR)
    return np.array(looks.view_location + looks.view_rotation @ Vector((0.0, 0.0, distance)))


def _uncover(context: bpy.types.Context, armature: bpy.types.Object, view: bpy.types.SpaceView3D | None) -> None:
    """What is added to a collection that is hidden, or beside a local view, would never be seen."""
    context.view_layer.update()
    for one in (armature, *armature.children):
        if not one.visible_get() and one.name not in context.scene.collection.objects:
            context.scene.collection.objects.link(one)
    context.view_layer.update()
    if view is not None and view.local_view is not None:
        for one in (armature, *armature.children):
            one.local_view_set(view, True)
    if armature.name in context.view_layer.objects:
        context.view_layer.objects.active = armature
        armature.select_set(True)
