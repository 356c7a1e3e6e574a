"""A Blender file of its own for a motion: opening it and pressing play shows it."""

from __future__ import annotations

from pathlib import Path

import bpy

from ..core.errors import UserError
from ..core.files import whole_path
from ..core.motion import Motion
from .film import FOLLOWING_SECONDS
from .keys import read_motion, scene_fps
from .stage import furnish, look

_SIZE = (1280, 720)


def empty_scene(motion: Motion) -> bpy.types.Scene:
    """Clears all of Blender's data and returns the empty scene, at the motion's rate and length.

    Only for a process that has no user's file open.
    """
    bpy.ops.wm.read_factory_settings(use_empty=True)
    scene = bpy.context.scene
    scene.render.fps = max(1, round(motion.fps))
    scene.render.fps_base = scene.render.fps / motion.fps
    scene.frame_start, scene.frame_end = 1, len(motion)
    scene.sync_mode = "FRAME_DROP"  # plays at the right speed on slow machines too
    return scene


def save_blend(scene: bpy.types.Scene, armature: bpy.types.Object, path: Path) -> None:
    """Adds floor, light and a camera that follows the person of `armature`, and saves the file.

    The file is written whole or not at all. Raises `UserError` when it cannot be written.
    """
    scene.render.resolution_x, scene.render.resolution_y = _SIZE
    sight = look(scene, armature, range(scene.frame_start, scene.frame_end + 1), _SIZE[0] / _SIZE[1])
    furnish(scene, sight, FOLLOWING_SECONDS * scene.render.fps / scene.render.fps_base, "Stage")
    scene.frame_set(scene.frame_start)
    armature.data.display_type = "STICK"  # leaves the person in view
    for screen in bpy.data.screens:
        for area in screen.areas:
            if area.type == "VIEW_3D":
                _look_through_camera(area.spaces.active, scene)
    with whole_path(path) as target:
        # the target is there already, empty; of that no backup is to be kept
        bpy.context.preferences.filepaths.save_version = 0
        bpy.ops.wm.save_as_mainfile(filepath=str(target), check_existing=False, compress=True, copy=True)


def read_blend(path: Path) -> Motion:
    """The Motion of the first SMPL-X armature with an Action in a Blender file, at the file's rate.

    Only for a process that has no user's file open: this one is left open. Its scripts are not run. Raises `UserError`
    for a file that cannot be opened or holds no such armature.
    """
    try:
        bpy.ops.wm.open_mainfile(filepath=str(Path(path).absolute()), use_scripts=False)
    except RuntimeError as error:
        raise UserError(f"{path} cannot be opened; choose a Blender file of this version or an older one.") from error
    problem = "it holds no armature with an Action"
    for armature in sorted((obj for obj in bpy.data.objects if obj.type == "ARMATURE"), key=lambda obj: obj.name):
        try:
            if armature.animation_data is not None and armature.animation_data.action is not None:
                return read_motion(armature, fps=scene_fps())
        except UserError as error:
            problem = str(error).rstrip(".")
    raise UserError(f"{path} has no motion to read: {problem}.")


def _look_through_camera(view: bpy.types.SpaceView3D, scene: bpy.types.Scene) -> None:
    view.region_3d.view_perspective = "CAMERA"
    view.overlay.show_floor = view.overlay.show_axis_x = view.overlay.show_axis_y = False
    wanted = scene.display.shading
    view.shading.type = "SOLID"
    for name in ("light", "studio_light", "color_type", "show_specular_highlight", "show_shadows", "shadow_intensity",
                 "show_cavity", "cavity_type", "curvature_ridge_factor", "curvature_valley_factor"):  # fmt: skip
        setattr(view.shading, name, getattr(wanted, name))
    view.shading.background_type = "WORLD"
    view.shading.show_object_outline = False  # it would draw the end of the floor
