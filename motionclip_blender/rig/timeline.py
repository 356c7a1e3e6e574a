"""Which scene an object is in, and how its frames are timed."""

from __future__ import annotations

import bpy


def scene_fps(scene: bpy.types.Scene | None = None) -> float:
    """Frames per second of `scene` (the context's by default), fractional rates such as 29.97 included."""
    render = (scene or bpy.context.scene).render
    return render.fps / render.fps_base


def scene_of(owner: bpy.types.Object) -> bpy.types.Scene:
    """The scene that shows `owner`: the context's, or where it is not in that one the first that it is in."""
    scenes = owner.users_scene
    present = bpy.context.scene
    return present if present in scenes or not scenes else scenes[0]


def stretch(scene: bpy.types.Scene) -> float:
    """Frames of F-curves for each frame of the scene: 1, unless the scene's time is remapped."""
    return scene.render.frame_map_old / scene.render.frame_map_new


def curve_rate(owner: bpy.types.Object) -> float:
    """Frames of F-curves per second, where `owner` is shown."""
    scene = scene_of(owner)
    return scene_fps(scene) * stretch(scene)
