"""Saves a motion as a Blender file of its own that is ready to play, and reads motions from Blender files."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

import bpy

from ..core.errors import UserError
from ..core.files import whole_path
from ..core.motion import Motion
from .bones import Bones
from .film import FOLLOWING_SECONDS
from .read_action import kept_keys
from .remarks import left_out
from .reports import reason_of
from .shown import check_moves, motion_of, playing_strips, shown, solo_track
from .stage import furnish, look, meshes_of
from .target import is_target, target_of
from .timeline import scene_fps, scene_of

_SIZE = (1280, 720)


def empty_scene(motion: Motion) -> bpy.types.Scene:
    """Clears all of Blender's data and returns the empty scene, set to the motion's rate and length.

    Use it only in a process that has no file of the user's open.
    """
    bpy.ops.wm.read_factory_settings(use_empty=True)
    scene = bpy.context.scene
    scene.render.fps = max(1, round(motion.fps))
    scene.render.fps_base = scene.render.fps / motion.fps
    scene.frame_start, scene.frame_end = 1, len(motion)
    scene.sync_mode = "FRAME_DROP"  # keeps the right speed on slow machines
    return scene


def save_blend(scene: bpy.types.Scene, armature: bpy.types.Object, path: Path) -> None:
    """Adds floor, light and a camera that follows the person of `armature`, and saves the file.

    The file is written whole or not at all. Raises `UserError` if it cannot be written.
    """
    scene.render.resolution_x, scene.render.resolution_y = _SIZE
    sight = look(scene, armature, range(scene.frame_start, scene.frame_end + 1), _SIZE[0] / _SIZE[1])
    furnish(scene, sight, FOLLOWING_SECONDS * scene.render.fps / scene.render.fps_base, "Stage")
    scene.frame_set(scene.frame_start)
    armature.data.display_type = "STICK"  # does not hide the person
    for screen in bpy.data.screens:
        for area in screen.areas:
            if area.type == "VIEW_3D":
                _look_through_camera(area.spaces.active, scene)
    write_blend(path)


def write_blend(path: Path, compress: bool = True) -> None:
    """Saves the open file's data as another file, whole or not at all. Raises `UserError` if it cannot be written."""
    with whole_path(path) as target:
        # the target exists already as an empty file; Blender should not keep a backup of it
        bpy.context.preferences.filepaths.save_version = 0
        try:
            bpy.ops.wm.save_as_mainfile(filepath=str(target), check_existing=False, compress=compress, copy=True)
        except RuntimeError as error:
            raise OSError(reason_of(error)) from error


class Found(NamedTuple):
    """A motion read from a Blender file, at its scene's rate; the name of its armature; and sentences for the user."""

    motion: Motion
    armature: str
    said: tuple[str, ...]


def read_blend(path: Path, as_shown: bool = False, armature: str = "") -> Found:
    """Reads the motion of an SMPL-X armature in a Blender file, at the rate of its scene.

    Of several armatures it prefers one that has a motion, then one of the scene that is open, then a visible one, then
    the active one, then the first by name. It reads the keys of the armature's Action. It reads the NLA strips, as
    Blender shows them, if there is no Action or an NLA track is solo. The result's sentences say which armature was
    chosen and what was left out.

    as_shown: read what Blender shows, with constraints and everything else (`rig.shown`).
    armature: the name of the armature to read.

    Use it only in a process that has no file of the user's open: the file that is read stays open. Its scripts are not
    run. Raises `UserError` for a file that cannot be opened or holds no such armature.
    """
    try:
        bpy.ops.wm.open_mainfile(filepath=str(Path(path).absolute()), use_scripts=False)
    except RuntimeError as error:
        raise UserError(
            f"{path} cannot be opened: it is damaged, or no Blender file, or one of a newer Blender; choose another."
        ) from error
    people = _people(armature)
    if armature and not people:
        raise UserError(f'{path} has no armature "{armature}" in a scene; choose another.')
    problem = "it holds no armature with an Action"
    for person in people:
        try:
            motion, said = _motion_of(person, as_shown)
        except UserError as error:
            problem = str(error).rstrip(".")
            continue
        return Found(motion, person.name, (*_chosen(person, people), *said))
    raise UserError(f"{path} has no motion to read: {problem}.")


def _people(name: str) -> list[bpy.types.Object]:
    """Returns the armatures of all scenes, or those called `name`, in the order in which `read_blend` prefers them."""
    found = [one for one in bpy.data.objects if one.type == "ARMATURE" and one.users_scene and name in ("", one.name)]

    def unlikely(armature: bpy.types.Object) -> tuple:
        scene = scene_of(armature)
        layers = scene.view_layers
        active = [layer.objects.active for layer in layers]
        meshes = meshes_of(armature)
        visible = [any(one.visible_get(view_layer=layer) for layer in layers) for one in (armature, *meshes)]
        return (
            not is_target(armature),
            not _has_motion(armature),
            scene != bpy.context.scene,
            not any(visible),
            not any(one in active for one in (armature, *meshes)),
            not visible[0],
            armature.name,
        )

    return sorted(found, key=unlikely)


def _has_motion(armature: bpy.types.Object) -> bool:
    data = armature.animation_data
    return data is not None and (data.action is not None or bool(playing_strips(data)))


def _motion_of(armature: bpy.types.Object, as_shown: bool) -> tuple[Motion, list[str]]:
    """Reads an armature's motion. Returns it with sentences for the user. Raises `UserError` if there is none."""
    target_of(armature)
    data = armature.animation_data
    strips = playing_strips(data) if data is not None else []
    if as_shown:
        return shown(armature).whole, []
    if strips and (solo_track(data) is not None or not _moves(armature, data.action)):
        return shown(armature).whole, [f'The motion of "{armature.name}" lies in NLA strips, and is read as shown.']
    if data is not None and data.action is None and any(len(track.strips) for track in data.nla_tracks):
        raise UserError(f'all NLA strips of "{armature.name}" are muted; unmute them.')
    said = left_out(armature)
    if said and armature.data.pose_position != "REST":
        said.append("Read it as shown (--as-shown) to have what Blender shows.")
    return motion_of(armature, fps=scene_fps(scene_of(armature))), said


def _moves(armature: bpy.types.Object, action: bpy.types.Action | None) -> bool:
    """Checks whether an Action has keys for the joints."""
    try:
        if action is not None and not isinstance(target := target_of(armature), Bones):
            check_moves(target, action)
            return True
        return action is not None and bool(kept_keys(armature, action))
    except UserError:
        return False


def _chosen(person: bpy.types.Object, people: list[bpy.types.Object]) -> list[str]:
    """Returns sentences that name the armature if others have a motion too, and its scene if it is not open."""
    others = [one.name for one in people if one != person and is_target(one) and _has_motion(one)]
    said = []
    if others:
        names = ", ".join(others[:3]) + (f" and {len(others) - 3} more" if len(others) > 3 else "")
        said.append(f'"{person.name}" was read, and not {names}; --armature NAME chooses another.')
    scene = scene_of(person)
    if scene != bpy.context.scene:
        said.append(f'"{person.name}" is in the scene "{scene.name}", of {scene_fps(scene):g} frames per second.')
    return said


def _look_through_camera(view: bpy.types.SpaceView3D, scene: bpy.types.Scene) -> None:
    view.region_3d.view_perspective = "CAMERA"
    view.overlay.show_floor = view.overlay.show_axis_x = view.overlay.show_axis_y = False
    wanted = scene.display.shading
    view.shading.type = "SOLID"
    for name in ("light", "studio_light", "color_type", "show_specular_highlight", "show_shadows", "shadow_intensity",
                 "show_cavity", "cavity_type", "curvature_ridge_factor", "curvature_valley_factor"):  # fmt: skip
        setattr(view.shading, name, getattr(wanted, name))
    view.shading.background_type = "WORLD"
    view.shading.show_object_outline = False  # the outline would draw the end of the floor
