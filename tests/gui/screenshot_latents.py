"""Takes the pictures of docs/guide.md that show blends, expressions, styles, compositions: real clicks, a real window.

    MOTIONCLIP_GUI=DIR python -m tests.gui.screenshot_latents [--out docs/guide]

DIR is set up by `setup_gui.sh trixie DIR`.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from PIL import Image

from tests.gui.blender import VIEW, Blender
from tests.gui.photographed import photographed
from tests.gui.screenshot import STAGE
from tests.gui.sidebar import EDGES
from tests.gui.test_latents import EXPRESSION, FACTOR, HALF, LOWER, UPPER, A, B

RUNNING, DRINKING, WALKING = 20, 48, 20  # frames that tell
_PERSON = (250, 170, 580, 620)  # pixels
_COLOURS = 256
_SOURCES = 134  # pixels of the panel of blends that show them


class Pictures:
    """Screenshots of one Blender, cut and put side by side."""

    def __init__(self, blender: Blender, out: Path) -> None:
        self.blender, self.out = blender, out

    def shot(self, box: tuple[int, int, int, int]) -> Image.Image:
        """A part of the window as it is now, the mouse out of the way."""
        self.blender.run("for area in bpy.context.screen.areas:\n    area.tag_redraw()")
        self.blender.move(*VIEW)
        time.sleep(0.5)
        return self.blender.shot(box)

    def panel(self, name: str, most: int = 1000) -> Image.Image:
        """A panel of the sidebar, or its uppermost `most` pixels."""
        top, bottom = self.blender.sidebar.span(name)
        return self.shot((EDGES[0], top, EDGES[1], min(bottom, top + most)))

    def save(self, name: str, *parts: Image.Image) -> None:
        """The parts side by side, as a small PNG file."""
        height = max(part.height for part in parts)
        whole = Image.new("RGB", (sum(part.width for part in parts), height), parts[0].getpixel((0, 0)))
        left = 0
        for part in parts:
            whole.paste(part, (left, 0))
            left += part.width
        whole.quantize(_COLOURS, dither=Image.Dither.NONE).save(self.out / f"{name}.png", optimize=True)


def stage(blender: Blender) -> None:
    """A person, seen from the front and one side, who stays in the picture; the panel open."""
    blender.run(STAGE)
    blender.until("[region.width for region in bpy.context.area.regions if region.type == 'UI'][0] > 50", 20)
    blender.run("""
        sidebar = next(region for region in bpy.context.area.regions if region.type == "UI")
        sidebar.active_panel_category = "MotionCLIP"
        bpy.context.scene.motionclip.in_place = True
        bpy.context.preferences.inputs.use_mouse_continuous = False
        from bl_ext.user_default.motionclip.ui.session import SESSION
        def panel():
            return bpy.context.scene.motionclip
        def at(frame):
            bpy.context.scene.frame_set(frame)
        bpy.context.area.tag_redraw()
    """)
    blender.move(*VIEW)


def made(blender: Blender, button: str) -> None:
    """Clicks a button that makes a motion, and waits for it."""
    before = blender.run("len(bpy.data.actions)")
    blender.sidebar.click(button)
    blender.until(f"len(bpy.data.actions) > {before} and not SESSION.busy", 120)
    blender.settle()


def poses(pictures: Pictures, frames: Sequence[int]) -> list[Image.Image]:
    """The person in some frames."""
    parts = []
    for frame in frames:
        pictures.blender.run(f"at({frame})")
        parts.append(pictures.shot(_PERSON))
    return parts


def sources(pictures: Pictures) -> None:
    """An Action and a prompt as ends of a blend."""
    blender = pictures.blender
    blender.run("""
        bpy.ops.motionclip.generate(prompt="a person waves with the right hand")
        panel().blend.start.kind, panel().blend.start.action = "ACTION", bpy.data.actions[0].name
    """)
    blender.sidebar.close("action")
    blender.sidebar.open("blend")
    blender.sidebar.type(B, "a person kicks")
    prompt_field = pictures.panel("blend", _SOURCES)
    blender.run("panel().blend.end.kind = 'IMAGE'\npanel().blend.end.image = '//photo.png'")
    pictures.save("sources", prompt_field, pictures.panel("blend", _SOURCES))
    blender.run("panel().blend.start.kind = panel().blend.end.kind = 'PROMPT'\nbpy.context.area.tag_redraw()")
    blender.move(*VIEW)


def blend(pictures: Pictures) -> None:
    """The slider, and the motion at three of its places."""
    blender = pictures.blender
    blender.sidebar.type(A, "a person walks")
    blender.sidebar.type(B, "a person runs")
    blender.run("panel().blend.factor = 0")
    made(blender, "motionclip.blend")
    parts = []
    for factor in (0.0, 0.35, 1.0):
        blender.run(f"at({RUNNING})\npanel().blend.factor = {factor}")
        blender.until("not panel().behind", 20)
        parts.append(pictures.shot(_PERSON))
    start = blender.sidebar.place(FACTOR, HALF)
    blender.drag(start, *((x, start[1]) for x in (892, 898, 904, 860, 850, 842)))
    blender.until("not panel().behind", 20)
    pictures.save("blend", *parts, pictures.panel("blend"))
    blender.sidebar.close("blend")


def stops(pictures: Pictures) -> None:
    """Stops as strips of the NLA editor, in place of the timeline and made higher. For the end: it stays so."""
    blender = pictures.blender
    blender.run("""
        area = next(area for area in bpy.context.screen.areas if area.type == "DOPESHEET_EDITOR")
        area.ui_type = "NLA_EDITOR"
    """)
    border = (530, 719)
    blender.move(*border)
    time.sleep(1)  # until Blender has seen that the mouse is over it
    blender.drag(border, (530, 700), (530, 650), (530, 560))
    blender.run("""
        bpy.context.object.animation_data.action = None
        bpy.ops.motionclip.blend_stops(as_strips=True)
        bpy.context.scene.frame_end = 300
        area = next(area for area in bpy.context.screen.areas if area.type == "NLA_EDITOR")
        region = next(region for region in area.regions if region.type == "WINDOW")
        with bpy.context.temp_override(area=area, region=region):
            bpy.ops.nla.view_all()
    """)
    pictures.save("stops", pictures.shot((0, 562, 1058, 776)))


def arithmetic(pictures: Pictures) -> None:
    """An expression, the motions of its first term and of all of it, and one with a mistake."""
    blender = pictures.blender
    blender.sidebar.open("arithmetic")
    parts = []
    for expression in ('"a person walks"', '"a person walks" - "a person stands" + "drink from a mug"'):
        blender.sidebar.type(EXPRESSION, expression)
        made(blender, "motionclip.make")
        blender.run(f"at({DRINKING})")
        parts.append(pictures.shot(_PERSON))
    parts.append(pictures.panel("arithmetic"))
    blender.sidebar.type(EXPRESSION, expression + " / 2")
    parts.append(pictures.panel("arithmetic"))
    pictures.save("arithmetic", *parts)


def styles(pictures: Pictures) -> None:
    """A walk, and the same in three styles."""
    blender = pictures.blender
    blender.sidebar.type(EXPRESSION, '"a person walks"')
    blender.sidebar.open("styles")
    made(blender, "motionclip.make")
    blender.run(f"at({WALKING})")
    parts = [pictures.shot(_PERSON)]
    for style in ("sad", "angry", "zombie"):
        blender.run(f"""
            panel().arithmetic.expression = '"a person walks"'
            bpy.ops.motionclip.make()
            bpy.ops.motionclip.add_style(style="{style}")
            at({WALKING})
        """)
        parts.append(pictures.shot(_PERSON))
    pictures.save("styles", *parts, pictures.panel("arithmetic"))
    blender.sidebar.close("arithmetic")


def composition(pictures: Pictures) -> None:
    """Two motions, and one's upper over the other's lower body."""
    blender = pictures.blender
    blender.sidebar.open("composition")
    parts = []
    for prompt in ("a person waves with the right hand", "a person runs"):
        blender.run(f"bpy.ops.motionclip.generate(prompt='{prompt}')\nat({RUNNING})")
        parts.append(pictures.shot(_PERSON))
    blender.sidebar.type(UPPER, "a person waves with the right hand")
    blender.sidebar.type(LOWER, "a person runs")
    made(blender, "motionclip.compose")
    blender.run(f"at({RUNNING})")
    pictures.save("composition", *parts, pictures.shot(_PERSON), pictures.panel("composition"))


def taken(description: str | None, *takes: Callable[[Pictures], None]) -> int:
    """Opens a Blender with a person and the panel, and takes the pictures of `takes` in turn, for a command line."""
    with photographed(description, Path("docs/guide")) as (blender, options):
        stage(blender)
        pictures = Pictures(blender, options.out)
        for take in takes:
            take(pictures)
    return 0


if __name__ == "__main__":
    sys.exit(taken(__doc__, sources, blend, arithmetic, styles, composition, stops))
