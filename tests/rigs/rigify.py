"""Rigify's own human rig, made by the add-on that comes with Blender."""

from __future__ import annotations

import contextlib
import io
import os
from collections.abc import Iterator
from pathlib import Path

import bpy


def saved_rig(folder: Path) -> Path:
    """A .blend file with the generated rig alone, called "rig"; generating takes some 20 seconds."""
    import addon_utils

    bpy.ops.wm.read_factory_settings(use_empty=True)
    addon_utils.enable("rigify", default_set=True)
    with quiet():
        bpy.ops.object.armature_human_metarig_add()
        metarig = bpy.context.object
        bpy.ops.pose.rigify_generate()
    rig = next(one for one in bpy.data.objects if one.type == "ARMATURE" and one is not metarig)
    rig.name = "rig"
    path = folder / "rigify.blend"
    bpy.data.libraries.write(str(path), {rig}, fake_user=True)
    addon_utils.disable("rigify", default_set=True)
    bpy.ops.wm.read_factory_settings(use_empty=True)
    return path


def appended(path: Path) -> bpy.types.Object:
    """The rig of such a file, in the context's scene and active."""
    with bpy.data.libraries.load(str(path)) as (_, loaded):
        loaded.objects = ["rig"]
    (rig,) = loaded.objects
    bpy.context.scene.collection.objects.link(rig)
    bpy.context.view_layer.objects.active = rig
    rig.select_set(True)
    return rig


def quadrupeds(name: str) -> bpy.types.Object:
    """An animal of Rigify's metarigs: "wolf", "cat", "horse", "shark", "bird", or its basic "quadruped"."""
    import importlib

    import addon_utils

    addon_utils.enable("rigify", default_set=True)
    with quiet():
        folder = "Basic.basic_quadruped" if name == "quadruped" else f"Animals.{name}"
        bpy.ops.object.armature_add()
        rig = bpy.context.object
        bpy.ops.object.mode_set(mode="EDIT")
        rig.data.edit_bones.remove(rig.data.edit_bones[0])
        bpy.ops.object.mode_set(mode="OBJECT")
        importlib.import_module(f"rigify.metarigs.{folder}").create(rig)
    bpy.ops.object.mode_set(mode="OBJECT")
    addon_utils.disable("rigify", default_set=True)
    return rig


@contextlib.contextmanager
def quiet() -> Iterator[None]:
    """Without what Rigify prints."""
    with contextlib.redirect_stdout(io.StringIO()), open(os.devnull, "w"):
        yield
