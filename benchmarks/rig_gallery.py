"""Makes docs/images/rigs.png: one prompt on eight rigs, each at rest and in the same frame of the motion.

    python -m benchmarks.rig_gallery [--out docs/images/rigs.png] [--prompt "a person kicks"] [--rigify FILE.blend]

FILE.blend holds a generated Rigify rig called "rig"; without it one is generated, which takes half a minute.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from pathlib import Path
from typing import NamedTuple

import bpy
import numpy as np
from mathutils import Euler
from PIL import Image, ImageDraw, ImageFont

from motionclip_blender.core.body import Body
from motionclip_blender.core.recipe.make import make
from motionclip_blender.core.recipe.recipe import Recipe
from motionclip_blender.rig.armature import add_body
from motionclip_blender.rig.assets import telling_frame
from motionclip_blender.rig.target import target_of
from motionclip_blender.rig.write_keys import key_motion
from motionclip_blender.ui.addon import ModelChoice
from motionclip_blender.ui.session import SESSION
from tests.rigs.build import armature_of, built
from tests.rigs.conventions import CONVENTIONS
from tests.rigs.dressed import dressed
from tests.rigs.rigify import appended, saved_rig

FRAMES = 60
_CELL = (400, 300)  # pixels; two persons and a line of text
_TEXT = 30
_METRES = 2.4  # that a picture is high
_SHIRTS = ((46, 92, 138), (160, 70, 60), (70, 120, 80), (130, 90, 150), (180, 130, 50), (60, 130, 140), (120, 110, 100),
           (90, 90, 160))  # fmt: skip


class Rig(NamedTuple):
    """convention: a name of `tests.rigs.conventions`, "Rigify" or "SMPL-X". limbs, head: sizes relative to the
    open body's."""

    convention: str
    rest: str = "T"
    limbs: float = 1.0
    head: float = 1.0


RIGS = (
    Rig("SMPL-X"), Rig("Mixamo", "T", 1.05), Rig("Rigify"), Rig("Unreal 5", "A", 1.1),
    Rig("VRoid", "T", 0.95, 1.2), Rig("MMD", "A", 0.9, 1.2), Rig("Daz Genesis 8", "N", 1.15),
    Rig("KayKit", "T", 0.55, 1.7),
)  # fmt: skip


def cell(rig: Rig, prompt: str, frame: int | None, rigify: Path, shirt: tuple[int, int, int]) -> Image.Image:
    """A rig at rest and at work, with its name."""
    bpy.ops.wm.read_factory_settings(use_empty=True)
    scene = bpy.context.scene
    scene.render.fps = 30
    armature = _armature(rig, rigify)
    for slot in armature.children[0].material_slots:
        if "shirt" in slot.material.name:
            slot.material.diffuse_color = (*((np.array(shirt) / 255) ** 2.2), 1)
    poses = [_shot(armature)]
    engine = SESSION.engine(ModelChoice())
    target = target_of(armature)
    body = engine.body if rig.convention == "SMPL-X" else engine.body.fitted_to(target.rest_joints)
    recipe = Recipe.of_prompt(prompt, FRAMES)
    key_motion(armature, make(engine, recipe, 30, body=body).motion, prompt)
    scene.frame_set(1 + (telling_frame(make(engine, recipe, 30).motion) if frame is None else frame))
    poses.append(_shot(armature))
    out = Image.new("RGB", _CELL, (255, 255, 255))
    for number, pose in enumerate(poses):
        out.paste(pose, (number * _CELL[0] // 2, 0), pose)
    font = ImageFont.load_default(16)
    words = rig.convention if rig.convention in ("SMPL-X", "Rigify") else f"{rig.convention}, {rig.rest}-pose"
    ImageDraw.Draw(out).text((_CELL[0] // 2, _CELL[1] - _TEXT // 2), words, (60, 60, 60), font, anchor="mm")
    return out


def _armature(rig: Rig, rigify: Path) -> bpy.types.Object:
    if rig.convention == "SMPL-X":
        return add_body(Body.load())
    if rig.convention == "Rigify":
        armature = appended(rigify)
    else:
        convention = CONVENTIONS[rig.convention]
        armature = armature_of(built(convention, rig.rest, limbs=rig.limbs))
        armature.scale = (1 / convention.unit,) * 3
        if convention.up == "y":
            armature.rotation_euler = (np.pi / 2, 0, 0)
    bpy.context.view_layer.update()
    dressed(armature, rig.head)
    return armature


def _shot(armature: bpy.types.Object) -> Image.Image:
    """The person as Workbench draws it, of a height of `_METRES`, standing where the way over the ground has led."""
    scene, skin = bpy.context.scene, armature.children[0]
    posed = skin.evaluated_get(bpy.context.evaluated_depsgraph_get())
    still = bpy.data.objects.new("still", bpy.data.meshes.new_from_object(posed))  # rendering would pose Rigify anew
    still.matrix_world = posed.matrix_world
    scene.collection.objects.link(still)
    skin.hide_render = True
    corners = np.array([still.matrix_world @ vertex.co for vertex in still.data.vertices])
    middle = (corners.max(axis=0) + corners.min(axis=0)) / 2
    camera = scene.camera
    if camera is None:
        camera = scene.camera = bpy.data.objects.new("Camera", bpy.data.cameras.new("Camera"))
        scene.collection.objects.link(camera)
    camera.data.type, camera.data.ortho_scale = "ORTHO", _METRES
    camera.rotation_euler = (1.45, 0, 0.45)
    middle[2] = _METRES / 2 - 0.07
    camera.location = middle + np.array(Euler(camera.rotation_euler).to_matrix())[:, 2] * 10
    render = scene.render
    render.engine, render.film_transparent = "BLENDER_WORKBENCH", True
    render.resolution_x, render.resolution_y = _CELL[0], 2 * (_CELL[1] - _TEXT)  # twice as large
    scene.display.shading.light, scene.display.shading.color_type = "STUDIO", "MATERIAL"
    scene.display.shading.show_shadows = scene.display.shading.show_cavity = True
    scene.view_settings.view_transform = "Standard"
    with tempfile.TemporaryDirectory() as folder:
        render.filepath = str(Path(folder) / "shot.png")
        bpy.ops.render.render(write_still=True)
        bpy.data.objects.remove(still)
        with Image.open(render.filepath) as image:
            return image.convert("RGBA").resize((_CELL[0] // 2, _CELL[1] - _TEXT), Image.Resampling.LANCZOS)


def main() -> int:
    """Draws all cells, four in a row."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--out", type=Path, default=Path("docs/images/rigs.png"))
    parser.add_argument("--prompt", default="a person kicks")
    parser.add_argument("--frame", type=int, help="by default the one that tells most")
    parser.add_argument("--rigify", type=Path)
    parser.add_argument("--only", help="one of the rigs")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        rigify = options.rigify or saved_rig(Path(folder))
        cells = [
            cell(rig, options.prompt, options.frame, rigify, shirt)
            for rig, shirt in zip(RIGS, _SHIRTS, strict=True)
            if options.only in (None, rig.convention)
        ]
    whole = Image.new("RGB", (4 * _CELL[0], 2 * _CELL[1]), (255, 255, 255))
    for number, picture in enumerate(cells):
        whole.paste(picture, (number % 4 * _CELL[0], number // 4 * _CELL[1]))
    whole.quantize(256, dither=Image.Dither.NONE).save(options.out, optimize=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
