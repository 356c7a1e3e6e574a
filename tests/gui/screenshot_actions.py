"""Takes the pictures of docs/guide.md that show what is done with Actions: real clicks, a real window.

    MOTIONCLIP_GUI=DIR python -m tests.gui.screenshot_actions [--out docs/guide]

DIR is set up by `setup_gui.sh trixie DIR`.
"""

from __future__ import annotations

import sys

import numpy as np
from PIL import Image

from tests.gui.action_panel import NAME
from tests.gui.blender import VIEW
from tests.gui.screenshot_latents import Pictures, taken
from tests.gui.sidebar import BOTTOM, EDGES, TOP
from tests.gui.test_action_clicks import PRESETS
from tests.gui.test_actions import WHAT_IS_THIS
from tests.gui.test_actions import search as searched

PROMPTS = ("a person walks", "a person jumps", "a person waves", "a person kicks")
_PERSON = (330, 190, 560, 600)  # pixels


def prepared(pictures: Pictures) -> None:
    """Four Actions, the last one on the person. No picture."""
    blender = pictures.blender
    blender.run(f"""
        from {NAME}.rig.assets import telling_frame
        from {NAME}.rig.read_action import read_motion
        from {NAME}.rig.timeline import scene_fps
        from {NAME}.ui.recognise.recognition import RECOGNITION
        from {NAME}.ui.search.results import SEARCH
        for prompt in {PROMPTS!r}:
            bpy.ops.motionclip.generate(prompt=prompt)
        at(1 + telling_frame(read_motion(bpy.context.object, fps=scene_fps())))
        bpy.ops.ed.undo_push(message="prepared")
    """)
    blender.settle()


def action(pictures: Pictures) -> None:
    """What an Action was made from, and what can be done with it."""
    pictures.save("action", pictures.shot(_PERSON), pictures.panel("action"))


def presets(pictures: Pictures) -> None:
    """The presets that ship."""
    blender = pictures.blender
    blender.click(*PRESETS)
    blender.settle()
    pictures.save("presets", blender.shot((EDGES[0], TOP, 1279, 244)))  # the mouse would close it
    blender.key("Escape")
    blender.move(*VIEW)


def recognise(pictures: Pictures) -> None:
    """The nearest labels, and the list."""
    blender = pictures.blender
    blender.sidebar.close("action")
    blender.sidebar.open("recognise")
    blender.sidebar.click(WHAT_IS_THIS)
    blender.until("len(RECOGNITION.scores) and not SESSION.busy", 60)
    bars = pictures.panel("recognise")
    blender.run("bpy.ops.motionclip.edit_labels()\nbpy.context.scene.motionclip_labels.active = 2")
    blender.sidebar.open("labels")
    pictures.save("recognise", pictures.shot(_PERSON), bars, pictures.panel("labels"))
    blender.run("bpy.ops.motionclip.reset_labels()")
    blender.sidebar.close("recognise")


def assets(pictures: Pictures) -> None:
    """Actions with their preview pictures in the Asset Browser."""
    blender = pictures.blender
    blender.run("""
        bpy.ops.motionclip.tag_action(every=True)
        area = next(area for area in bpy.context.screen.areas if area.type == "DOPESHEET_EDITOR")
        area.ui_type = "ASSETS"
    """)
    blender.drag((530, 719), (530, 700), (530, 600), (530, 470))
    blender.run("""
        area = next(area for area in bpy.context.screen.areas if area.ui_type == "ASSETS")
        area.spaces.active.params.asset_library_reference = "LOCAL"
    """)
    blender.settle()
    blender.click(500, 590)
    blender.settle()
    pictures.save("assets", pictures.shot((0, 470, 1058, 776)))


def strips(pictures: Pictures) -> None:
    """Pushed into the NLA."""
    blender = pictures.blender
    blender.run("""
        area = next(area for area in bpy.context.screen.areas if area.ui_type == "ASSETS")
        area.ui_type = "NLA_EDITOR"
        for action, start in zip(list(bpy.data.actions), (1, 61, 121)):
            bpy.context.object.animation_data.action = action
            bpy.ops.motionclip.run_again(start_frame=start)
            bpy.ops.motionclip.push_down()
        bpy.context.scene.frame_end = 180
        region = next(region for region in area.regions if region.type == "WINDOW")
        with bpy.context.temp_override(area=area, region=region):
            bpy.ops.nla.view_all()
    """)
    pictures.save("nla", pictures.shot((0, 470, 1058, 630)))


def search(pictures: Pictures) -> None:
    """Actions of this file and of a library, by a text."""
    blender = pictures.blender
    (blender.folder / "library").mkdir()
    blender.run(f"""
        names = [action.name for action in bpy.data.actions]
        for number, action in enumerate(list(bpy.data.actions)):
            action.asset_mark()
            action.name = f"take {{17 + 5 * number}}"
        bpy.ops.wm.save_as_mainfile(filepath={str(blender.inside / "library" / "takes.blend")!r}, copy=True)
        for name, action in zip(names, sorted(bpy.data.actions, key=lambda action: action.name)):
            action.asset_clear()
            action.name = name
        bpy.ops.preferences.asset_library_add(directory={str(blender.inside / "library")!r})
    """)
    searched(blender, "karate")
    blender.until("SEARCH.results and not SESSION.busy", 90)
    pictures.save("search", pictures.panel("search"))
    blender.sidebar.close("search")


def drop(pictures: Pictures) -> None:
    """What Blender asks when an image is dropped."""
    blender = pictures.blender
    Image.fromarray(np.full((96, 64, 3), 128, np.uint8)).save(blender.folder / "photo.png")
    blender.drop(blender.inside / "photo.png", *VIEW)
    pictures.save("drop", blender.shot((150, 380, 600, 560)))
    blender.key("Escape")


def german(pictures: Pictures) -> None:
    """The panel in another language."""
    blender = pictures.blender
    blender.run("bpy.context.preferences.view.language = 'de_DE'")
    blender.sidebar.scroll_to(0)
    pictures.save("german", pictures.shot((EDGES[0], TOP, EDGES[1], BOTTOM)))
    blender.run("bpy.context.preferences.view.language = 'en_US'")
    blender.settle()


if __name__ == "__main__":
    sys.exit(taken(__doc__, prepared, presets, action, recognise, search, drop, german, assets, strips))
