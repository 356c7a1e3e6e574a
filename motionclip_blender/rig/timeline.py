"""Tells which scene an object is in, and how its frames are timed."""

from __future__ import annotations

import bpy


def scene_fps(scene: bpy.types.Scene | None = None) -> float:
    """Returns the frames per second of `scene` (by default the context's), including fractional rates such as 29.97."""
    render = (scene or bpy.context.scene).render
    return render.fps / render.fps_base


def scene_of(owner: bpy.types.Object) -> bpy.types.Scene:
    """Returns the scene that shows `owner`: the context's, or the first that holds it if the context's does not."""
    scenes = owner.users_scene
    present = bpy.context.scene
    return present if present in scenes or not scenes else scenes[0]


def stretch(scene: bpy.types.Scene) -> float:
    """Returns the frames of F-curves per frame of the scene: 1, unless the scene's time is remapped."""
    return scene.render.frame_map_old / scene.render.frame_map_new


def curve_rate(owner: bpy.types.Object) -> float:
    """Returns the frames of F-curves per second in the scene that shows `owner`."""
    scene = scene_of(owner)
    return scene_fps(scene) * stretch(scene)
