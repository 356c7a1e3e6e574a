"""Makes the files of this folder. Runs in a checkout of 0.3.0 and uses that release's code alone.

cd CHECKOUT_OF_0.3.0 && python -X utf8 FOLDER/make.py FOLDER
"""

from __future__ import annotations

import shutil
import sys
from pathlib import Path

import bpy
import numpy as np

sys.path.insert(0, ".")

import motionclip_blender
from motionclip_blender.core import latent_file
from motionclip_blender.core.body import Body
from motionclip_blender.core.pack import DEFAULT_FOLDER
from motionclip_blender.rig.armature import add_body

WALK, WAVE = '"a person walks"', '"a person waves"'


def actions(scene: bpy.types.Scene, person: bpy.types.Object) -> None:
    """One Action of each kind, named after it; short ones, to keep the file small."""
    panel, operators = scene.motionclip, bpy.ops.motionclip
    panel.frames = 4

    def named(name: str) -> bpy.types.Action:
        action = person.animation_data.action
        action.name, action.use_fake_user = name, True
        return action

    operators.generate(prompt='a person says "hi" and waves')
    named("prompt")
    operators.save_latent(name="hello")
    operators.make(expression=f"{WALK} - {WAVE} + 0.7 * {{sad}}")
    named("sum")
    operators.blend(a=WALK, b=WAVE, factor=0.3, spherical=True)
    named("blend")
    operators.blend_over_time(a=WALK, b=WAVE)
    named("travel")
    panel.blend.factor = 0.0
    panel.blend.keyframe_insert("factor", frame=1)
    panel.blend.factor = 1.0
    panel.blend.keyframe_insert("factor", frame=4)
    operators.blend_over_time(a=WALK, b=WAVE)
    named("travel by factors")
    scene.animation_data_clear()
    operators.compose(upper=WAVE, lower=WALK, by="MASK")
    named("mask")
    operators.compose(upper=WAVE, lower=WALK, by="ARITHMETIC", weight=0.5)
    named("composed by arithmetic")
    panel.loop = True
    operators.generate(prompt="a person runs", frames=8)
    named("loop")
    panel.in_place = True
    operators.generate(prompt="a person runs", frames=8)
    named("loop in place")
    panel.loop = False
    operators.generate(prompt="a person runs")
    named("in place")
    panel.in_place = False
    panel.reading, panel.reading_frame = "frame", 2
    operators.make(expression='0.5 * [prompt] + latent("hello")')
    named("of an Action and a latent")
    image = bpy.data.images.new("picture", 32, 32)
    pixels = np.linspace(0, 1, 32 * 32 * 4, dtype=np.float32).reshape(-1, 4)
    pixels[:, 3] = 1.0
    image.pixels.foreach_set(pixels.ravel())
    image.pack()
    image.use_fake_user = True
    panel.reading = "typical"
    operators.make(expression='image("picture") + 0.5 * "a person jumps"')
    named("of an image")


def main(folder: Path) -> None:
    """Writes `actions.blend`, `recipes.jsonl`, `latent.npz` and `pack.json`."""
    bpy.ops.wm.read_factory_settings(use_empty=True)
    motionclip_blender.register()
    try:
        scene = bpy.context.scene
        scene.render.fps = 24
        person = add_body(Body.load())
        actions(scene, person)
        for mesh in [one for one in bpy.data.objects if one.type == "MESH"]:
            bpy.data.objects.remove(mesh)  # the skin is most of the file, and nothing is read of it
        scene.motionclip_labels.items.clear()
        for text in ("walk", "throw a ball"):
            bpy.ops.motionclip.add_label(name=text)
        while len(scene.motionclip_labels.items) > 2:  # the first label that is added brings those that ship
            scene.motionclip_labels.items.remove(0)
        for _ in range(3):
            bpy.data.orphans_purge(do_recursive=True)
        saved = scene.motionclip.latents[0]
        latent_file.save(latent_file.from_text(saved.values), folder / "latent.npz", saved.pack)
        bpy.ops.wm.save_as_mainfile(filepath=str(folder / "actions.blend"), compress=True)
        lines = [action["recipe"] for action in bpy.data.actions if "recipe" in action]
        (folder / "recipes.jsonl").write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")
        shutil.copyfile(DEFAULT_FOLDER / "pack.json", folder / "pack.json")
    finally:
        motionclip_blender.unregister()


if __name__ == "__main__":
    main(Path(sys.argv[1]))
