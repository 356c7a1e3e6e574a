"""Lets another Blender read Actions with a rig of any names: it needs the rig itself, which evaluates them."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

import bpy
import numpy as np

from ..core.errors import UserError
from ..core.motion import Motion
from .mapped import MappedRig, rest_skeleton
from .shown import shown
from .timeline import scene_of


class RigReader:
    """A copy of a rig in a file, for another Blender. The file lasts as long as this object."""

    def __init__(self, target: MappedRig) -> None:
        armature = target.armature
        self._folder = TemporaryDirectory()
        folder = Path(self._folder.name)
        bpy.data.libraries.write(str(folder / "rig.blend"), {armature}, path_remap="ABSOLUTE")
        render = scene_of(armature).render
        rate = (render.fps, render.fps_base, render.frame_map_old, render.frame_map_new)
        self._job = folder / "rig.json"
        told = {"blend": str(folder / "rig.blend"), "object": armature.name, "rate": rate}
        self._job.write_text(json.dumps(told), encoding="utf-8")
        skeleton, _ = rest_skeleton(armature.data)
        held = [(bone.name, bone.rotation_mode, len(bone.constraints)) for bone in armature.pose.bones]
        digest = hashlib.blake2b(repr((skeleton.bones, rate, target.rig, target.found.reads, held)).encode())
        for array in (skeleton.parents, skeleton.rest, skeleton.tails, skeleton.inherits):
            digest.update(np.ascontiguousarray(array).tobytes())
        self._digest = digest.digest()

    @property
    def arguments(self) -> list[str]:
        """What the other Blender's command line says of the rig."""
        return [str(self._job)]

    def identity(self) -> bytes:
        """Returns a digest that differs between rigs that would read different motions."""
        return self._digest


def opened(job: Path) -> bpy.types.Object:
    """Opens the rig in the other Blender, in an empty scene of its rate, without what moves it."""
    told = json.loads(job.read_text(encoding="utf-8"))
    bpy.ops.wm.read_factory_settings(use_empty=True)
    scene = bpy.context.scene
    with bpy.data.libraries.load(told["blend"]) as (_, wanted):
        wanted.objects = [told["object"]]
    (armature,) = wanted.objects
    scene.collection.objects.link(armature)
    render = scene.render
    render.fps, render.fps_base, render.frame_map_old, render.frame_map_new = told["rate"]
    if armature.animation_data is not None:
        armature.animation_data.action = None
        armature.animation_data.use_nla = False
    for action in list(bpy.data.actions):
        bpy.data.actions.remove(action)  # of the rig's own, which could have the name of one that is read
    return armature


def motions_of(path: str, armature: bpy.types.Object) -> list[tuple[str, Motion]]:
    """Returns the Actions in a .blend file that are assets and move the rig, as it shows them.

    Raises `UserError` if Blender cannot read the file.
    """
    try:
        with bpy.data.libraries.load(path, link=True, assets_only=True) as (there, loaded):
            loaded.actions = there.actions
    except (OSError, ValueError) as error:
        raise UserError(f"{path} cannot be read ({error}); check the asset library.") from error
    found = []
    for action in loaded.actions:
        try:
            found.append((action.name, shown(armature, action).whole))
        except UserError:  # it moves other bones, or is too long
            continue
    for library in {action.library for action in loaded.actions}:
        bpy.data.libraries.remove(library)
    return found


def write_motions(motions: Sequence[tuple[str, Motion]], path: Path) -> None:
    """Writes motions with their names to an `.npz` file, whole or not at all."""
    from ..core.files import write_arrays

    arrays: dict[str, np.ndarray] = {"names": np.array(json.dumps([name for name, _ in motions]))}
    for number, (_, motion) in enumerate(motions):
        arrays[f"r{number}"], arrays[f"t{number}"] = motion.rotations, motion.translation
        arrays[f"f{number}"] = np.array(motion.fps)
    write_arrays(path, arrays)


def read_motions(path: Path) -> list[tuple[str, Motion]]:
    """Reads the file that `write_motions` wrote."""
    with np.load(path, allow_pickle=False) as data:
        names = json.loads(str(data["names"]))
        return [
            (name, Motion(data[f"r{number}"], data[f"t{number}"], float(data[f"f{number}"])))
            for number, name in enumerate(names)
        ]
