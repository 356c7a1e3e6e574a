"""A generated Rigify rig in the full Blender, made by its own add-on in the window."""

from __future__ import annotations

from pathlib import Path

from tests.gui.action_panel import NAME
from tests.gui.blender import Blender

FILE = "rigify.blend"
GENERATE = """
    import addon_utils
    addon_utils.enable("rigify", default_set=True)
    bpy.ops.object.armature_human_metarig_add()
    metarig = bpy.context.object
    bpy.ops.pose.rigify_generate()
    rig = next(one for one in bpy.data.objects if one.type == "ARMATURE" and one != metarig)
    rig.name = "rig"
    bpy.data.libraries.write({path!r}, {{rig}}, fake_user=True)
"""
APPEND = """
    for thing in list(bpy.data.objects):
        bpy.data.objects.remove(thing)
    with bpy.data.libraries.load({path!r}) as (_, loaded):
        loaded.objects = ["rig"]
    rig = loaded.objects[0]
    bpy.context.collection.objects.link(rig)
    bpy.context.view_layer.objects.active = rig
    rig.select_set(True)
    bpy.ops.ed.undo_push(message="a rig")
    bpy.context.area.tag_redraw()
"""
_DRESSED = Path(__file__).parent.parent / "rigs" / "dressed.py"


def generate(blender: Blender) -> None:
    """Adds Rigify's human and generates its rig, which takes half a minute; keeps it in a file for `append`."""
    blender.run(GENERATE.format(path=str(blender.inside / FILE)))


def append(blender: Blender, dressed: bool = False) -> None:
    """The rig alone in the scene, active, as one undo step. dressed: in the open body's skin."""
    blender.run(APPEND.format(path=str(blender.inside / FILE)))
    if dressed:
        code = _DRESSED.read_text(encoding="utf-8").replace("motionclip_blender.", f"{NAME}.")
        blender.run(f"dress = {{}}\nexec({code!r}, dress)\ndress['dressed'](bpy.data.objects['rig']) and None")
    blender.settle()
