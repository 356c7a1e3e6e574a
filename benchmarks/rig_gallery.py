"""One prompt on several rigs, as a picture: a row a rig, moments from left to right.

    python -m benchmarks.rig_gallery --out PICTURE.png [--prompt TEXT] [--rigify FILE.blend]

The rigs are those of `tests.rigs`, in different rest poses and with limbs of different lengths; a box stands for each
bone that a motion keys.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import bpy
import numpy as np

from motionclip_blender.core.recipe.make import make
from motionclip_blender.core.recipe.recipe import Recipe
from motionclip_blender.rig.target import target_of
from motionclip_blender.rig.write_keys import key_motion
from motionclip_blender.ui.addon import ModelChoice
from motionclip_blender.ui.session import SESSION
from tests.rigs.build import armature_of, built
from tests.rigs.conventions import CONVENTIONS
from tests.rigs.rigify import appended

_ROWS = (("Mixamo", "A", 1.0), ("Unreal 5", "T", 1.1), ("MMD", "A", 0.75), ("VRoid", "T", 0.9),
         ("Daz Genesis 8", "A", 1.0), ("Character Creator", "N", 1.0), ("KayKit", "T", 0.6))  # fmt: skip
_MOMENTS = 7
_COLOURS = {"left": (0.15, 0.4, 0.85, 1), "right": (0.85, 0.3, 0.15, 1), "": (0.55, 0.55, 0.55, 1)}


def draw(prompt: str, rigify: Path | None, path: Path, frames: int = 60) -> None:
    """Renders the picture."""
    bpy.ops.wm.read_factory_settings(use_empty=True)
    scene = bpy.context.scene
    scene.render.fps = 30
    engine = SESSION.engine(ModelChoice())
    rows = [*_ROWS, *([("Rigify", "", 1.0)] if rigify else [])]
    for number, (name, rest, limbs) in enumerate(rows):
        rig = appended(rigify) if name == "Rigify" else armature_of(built(CONVENTIONS[name], rest, limbs=limbs), name)
        if name != "Rigify" and CONVENTIONS[name].up == "y":
            rig.rotation_euler = (np.pi / 2, 0, 0)
        target = target_of(rig)
        rig.scale = (1 / target.scale,) * 3
        body = engine.body.fitted_to(target.rest_joints)
        key_motion(rig, make(engine, Recipe.of_prompt(prompt, frames), 30, body=body).motion, name)
        for moment, frame in enumerate(np.linspace(1, frames, _MOMENTS).astype(int)):
            scene.frame_set(int(frame))
            _boxes(rig, (2.1 * moment, 0, -2.3 * number))
        rig.hide_render = True
        _label(f"{name}{f', {rest}-pose' if rest else ''}", (-3.7, 0, -2.3 * number + 0.9))
    _camera(scene, len(rows))
    scene.render.filepath = str(path)
    bpy.ops.render.render(write_still=True)


def _boxes(rig: bpy.types.Object, place: tuple[float, float, float]) -> None:
    """Adds what a rig shows now, over the middle of its place, as boxes."""
    target = target_of(rig)
    evaluated = rig.evaluated_get(bpy.context.evaluated_depsgraph_get())
    reads = target.found.reads or target.rig.pairs
    ends = {joint: pair[0] for joint, pair in reads.items() if not joint[-1].isdigit() or joint.startswith("spine")}
    pelvis = evaluated.matrix_world @ evaluated.pose.bones[ends["pelvis"]].head
    for joint, bone in ends.items():
        pose = evaluated.pose.bones[bone]
        head, tail = evaluated.matrix_world @ pose.head, evaluated.matrix_world @ pose.tail
        way = tail - head
        thick = 0.05 if joint.startswith(("left", "right")) else 0.09
        mesh = bpy.data.meshes.new(joint)
        corners = [(x, y, z) for z in (0.0, 1.0) for x, y in ((-1, -1), (1, -1), (1, 1), (-1, 1))]
        turn = way.to_track_quat("Z", "Y")
        points = [head + turn @ _vector(x * thick, y * thick, z * max(way.length, 0.08)) for x, y, z in corners]
        mesh.from_pydata(
            points, [], [(3, 2, 1, 0), (4, 5, 6, 7), *((i, (i + 1) % 4, 4 + (i + 1) % 4, 4 + i) for i in range(4))]
        )
        made = bpy.data.objects.new(joint, mesh)
        made.color = _COLOURS[joint.partition("_")[0] if joint.startswith(("left", "right")) else ""]
        made.location = (place[0] - pelvis.x, place[1] - pelvis.y, place[2])
        bpy.context.scene.collection.objects.link(made)


def _vector(*values: float):
    from mathutils import Vector

    return Vector(values)


def _label(text: str, place: tuple[float, float, float]) -> None:
    curve = bpy.data.curves.new(text, "FONT")
    curve.body, curve.size = text, 0.3
    made = bpy.data.objects.new(text, curve)
    made.location, made.rotation_euler, made.color = place, (np.pi / 2, 0, 0), (0.05, 0.05, 0.05, 1)
    bpy.context.scene.collection.objects.link(made)


def _camera(scene: bpy.types.Scene, rows: int) -> None:
    camera = bpy.data.objects.new("Camera", bpy.data.cameras.new("Camera"))
    wide, high = 2.1 * _MOMENTS + 3.2, 2.3 * rows + 0.4
    camera.data.type, camera.data.ortho_scale = "ORTHO", max(wide, high)
    camera.location = (wide / 2 - 4.0, -30, 2.1 - high / 2)
    camera.rotation_euler = (np.pi / 2, 0, 0)
    scene.collection.objects.link(camera)
    scene.camera = camera
    scene.render.resolution_x, scene.render.resolution_y = 1100, round(1100 * high / wide)
    scene.render.engine = "BLENDER_WORKBENCH"
    scene.display.shading.color_type, scene.display.shading.light = "OBJECT", "STUDIO"
    scene.world = bpy.data.worlds.new("World")
    scene.world.color = (1, 1, 1)
    scene.view_settings.view_transform = "Standard"


def main() -> None:
    """Reads the options and renders."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--prompt", default="a person does jumping jacks")
    parser.add_argument("--rigify", type=Path, help='a file with the generated rig, called "rig"')
    options = parser.parse_args()
    draw(options.prompt, options.rigify, options.out)


if __name__ == "__main__":
    main()
