"""Adds a body for a motion when there is none, in view, and removes it again if something fails."""

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

_FAR = 100.0  # metres; without perspective the eye is assumed this far away, with all objects in front of it


def stand_free(
    context: bpy.types.Context,
    body: Body,
    motion: Motion | None = None,
    view: bpy.types.SpaceView3D | None = None,
    betas: np.ndarray | None = None,
) -> bpy.types.Object:
    """Adds a body as close to the 3D cursor as there is free space for its motion. Returns its armature.

    view: the 3D view in which the body should be visible. betas: its shape. Raises what `add_body` raises.
    """
    cursor = context.scene.cursor.location
    around = Surroundings.of(context.evaluated_depsgraph_get(), cursor.z)
    place = free_place(cursor, around, way_of(motion)[:, :2] if motion is not None else None, eye_of(context, view))
    armature = add_body(body, betas)
    armature.location = place
    _uncover(context, armature, view)
    return armature


@contextmanager
def for_motion(
    context: bpy.types.Context, body: Body, motion: Motion, view: bpy.types.SpaceView3D | None = None
) -> Iterator[bpy.types.Object]:
    """Adds a body as `stand_free` does; if the block fails, removes it and restores the state before."""
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
    """Returns (T, 3) the person's position in each frame, relative to the armature, along Blender's axes."""
    return motion.translation @ BLENDER_AXES.T


def room_of(armature: bpy.types.Object, motion: Motion | None = None) -> tuple[Vector, Vector]:
    """Returns the lowest and the highest corner, in the world, of the space that a body takes up during a motion."""
    way = np.zeros((1, 3)) if motion is None else way_of(motion)
    size = np.array((REACH, REACH, 0.0))
    low, high = way.min(axis=0) - size, way.max(axis=0) + size + (0.0, 0.0, HEIGHT)
    return armature.location + Vector(low), armature.location + Vector(high)


def eye_of(context: bpy.types.Context, view: bpy.types.SpaceView3D | None) -> np.ndarray | None:
    """Returns the position (3,) from which a 3D view looks; None without a view."""
    if view is None:
        return None
    looks = view.region_3d
    if looks.view_perspective == "CAMERA":
        camera = view.camera or context.scene.camera
        return None if camera is None else np.array(camera.matrix_world.translation)
    distance = max(looks.view_distance, 1.0 if looks.view_perspective == "PERSP" else _FAR)
    return np.array(looks.view_location + looks.view_rotation @ Vector((0.0, 0.0, distance)))


def _uncover(context: bpy.types.Context, armature: bpy.types.Object, view: bpy.types.SpaceView3D | None) -> None:
    """Makes the body visible if it was added to a hidden collection or outside of a local view, and selects it."""
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
