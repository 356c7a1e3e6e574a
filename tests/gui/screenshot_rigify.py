"""Takes the pictures of docs/guide.md that show a generated Rigify rig: real clicks, a real window.

    MOTIONCLIP_GUI=DIR python -m tests.gui.screenshot_rigify [--out docs/guide]

DIR is set up by `setup_gui.sh sid DIR`.
"""

from __future__ import annotations

import sys

from tests.gui import rigify
from tests.gui.blender import VIEW
from tests.gui.screenshot_latents import Pictures, made, taken
from tests.gui.sidebar import LEFT
from tests.gui.test_latents import FACTOR, HALF, A, B

KICKED, WALKED = 31, 20  # frames that tell
_VIEW = (60, 84, 1050, 716)  # pixels


def rig(pictures: Pictures) -> None:
    """What the rig was recognised as, the prompt, and the rig after Generate, with its controls."""
    blender = pictures.blender
    rigify.generate(blender)
    rigify.append(blender, dressed=True)
    blender.run("bpy.context.space_data.overlay.show_bones = True")
    blender.sidebar.type("motionclip.prompt", "a person kicks", LEFT)
    made(blender, "motionclip.generate")
    blender.run(f"at({KICKED})")
    blender.sidebar.close("action")
    blender.sidebar.open("rig")
    blender.sidebar.scroll_to(0)
    pictures.save("rigify", pictures.shot(_VIEW))


def slider(pictures: Pictures) -> None:
    """The rig of Rigify between two prompts, by the slider."""
    blender = pictures.blender
    blender.sidebar.close("rig")
    blender.sidebar.open("blend")
    blender.sidebar.type(A, "a person walks")
    blender.sidebar.type(B, "a person kicks")
    made(blender, "motionclip.blend")
    blender.run(f"at({WALKED})\nbpy.context.space_data.overlay.show_bones = False")
    start = blender.sidebar.place(FACTOR, HALF)
    parts = []
    for x in (842, 900, 970):
        blender.drag(start, *((start[0] + (x - start[0]) * n // 4, start[1]) for n in range(1, 5)))
        blender.until("not panel().behind", 20)
        start = blender.sidebar.place(FACTOR, x)
        parts.append(pictures.shot((250, 110, 580, 620)))
    blender.move(*VIEW)
    pictures.save("rigify_slider", *parts, pictures.panel("blend"))


if __name__ == "__main__":
    sys.exit(taken(__doc__, rig, slider))
