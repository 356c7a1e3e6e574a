"""Opens a file of the user's, finds the character in it, keys motions on it, and saves the scene as a new file."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import bpy

from ..core.errors import UserError
from .blendfile import write_blend
from .missing import check_there, is_missing
from .target import is_target, target_of
from .timeline import scene_of


def open_rig(path: Path, name: str = "") -> bpy.types.Object:
    """Opens a Blender file and returns the armature that motions are to be keyed on; its scene is the context's.

    name: of the armature; by default the only visible person of the file, or else its only one.

    Use it only in a process that has no file of the user's open. The file's scripts are not run. Raises `UserError` for
    a file that cannot be opened, one without a character or with several, and one whose character cannot be keyed.
    """
    try:
        bpy.ops.wm.open_mainfile(filepath=str(Path(path).absolute()), use_scripts=False)
    except RuntimeError as error:
        raise UserError(
            f"{path} cannot be opened: it is damaged, or no Blender file, or one of a newer Blender; choose another."
        ) from error
    armature = _named(path, name) if name else _only(path)
    try:
        check_there(armature)
        target_of(armature).check_keyable()
    except UserError as error:
        raise UserError(f"{path}: {error}") from error
    scene = scene_of(armature)
    if bpy.context.window is not None and bpy.context.scene != scene:
        bpy.context.window.scene = scene
    return armature


def save_scene(armature: bpy.types.Object, last: float, path: Path) -> None:
    """Saves the open file under another name, as it is. The scene of `armature` is made to last until frame `last`, if
    it ends before.

    The file is written whole or not at all. Raises `UserError` if it cannot be written.
    """
    scene = scene_of(armature)
    scene.frame_end = max(scene.frame_end, int(last))
    write_blend(path, compress=False)


def _named(path: Path, name: str) -> bpy.types.Object:
    found = [one for one in bpy.data.objects if one.name == name]
    if not found:
        names = _names([one for one in _armatures() if is_target(one)] or _armatures())
        raise UserError(f'{path} has no object "{name}"{f", but {names}" if names else ""}; name its armature.')
    here = [one for one in found if one.users_scene]
    if not here:
        raise UserError(f'{path}: "{name}" is in no scene; link it into one, or name another.')
    return here[0]


def _only(path: Path) -> bpy.types.Object:
    """Returns the only person of the file, visible ones before hidden ones."""
    there = _armatures()
    if not there:
        missing = [one for one in bpy.data.objects if one.users_scene and is_missing(one)]
        if missing:
            check_there(missing[0], f"{path}: ")
        raise UserError(f"{path} holds no armature; choose a file with a character.")
    people = [one for one in there if is_target(one)]
    if not people:
        if len(there) > 1:
            raise UserError(
                f"{path} holds {len(there)} armatures ({_names(there)}), and none is a person's; choose another file, "
                "or the bones of one in the Rig panel."
            )
        return there[0]  # which is told what it lacks
    seen = [one for one in people if any(one.visible_get(view_layer=layer) for layer in scene_of(one).view_layers)]
    likely = seen or people
    if len(likely) > 1:
        raise UserError(f"{path} holds {len(likely)} characters ({_names(likely)}); name one with --rig-object.")
    return likely[0]


def _armatures() -> list[bpy.types.Object]:
    return sorted(
        (one for one in bpy.data.objects if one.type == "ARMATURE" and one.users_scene), key=lambda one: one.name
    )


def _names(objects: Sequence[bpy.types.Object]) -> str:
    names = [f'"{one.name}"' for one in objects]
    return ", ".join(names[:5]) + (f" and {len(names) - 5} more" if len(names) > 5 else "")
