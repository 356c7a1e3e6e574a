"""Evaluates armatures apart from the user's scene: in a scene of their own, and copies that pose themselves."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import bpy


@contextmanager
def screened(player: bpy.types.Object, real: bpy.types.Scene) -> Iterator[bpy.types.Scene]:
    """Yields a temporary scene, timed as `real`, that evaluates an armature.

    The scene holds only a child of the armature. Blender evaluates the child's parent with all that moves it, even if
    it is hidden, and does not write the results for such a scene back to the objects.
    """
    scene = bpy.data.scenes.new("MotionCLIP reading")
    child = None
    try:
        scene.render.frame_map_old, scene.render.frame_map_new = real.render.frame_map_old, real.render.frame_map_new
        child = bpy.data.objects.new(scene.name, None)
        child.parent = player
        scene.collection.objects.link(child)
        yield scene
    finally:
        bpy.data.scenes.remove(scene)
        if child is not None:
            bpy.data.objects.remove(child)


def double_of(armature: bpy.types.Object) -> bpy.types.Object:
    """Returns a copy of an armature object that shares its data and is in no scene.

    The copy's constraints and drivers look at the copy, and not at the original as after a plain copy.
    """
    double = armature.copy()
    for bone in double.pose.bones:
        for constraint in bone.constraints:
            if getattr(constraint, "target", None) == armature:
                constraint.target = double
            for target in getattr(constraint, "targets", ()):
                if target.target == armature:
                    target.target = double
            if getattr(constraint, "pole_target", None) == armature:
                constraint.pole_target = double
    for curve in double.animation_data.drivers if double.animation_data else ():
        for variable in curve.driver.variables:
            for target in variable.targets:
                if target.id == armature:
                    target.id = double
    return double
