"""Takes docs/images/panel_frames.png: the panel of training frames while they are rendered.

    MOTIONCLIP_GUI=DIR python -m tests.gui.screenshot_frames [--out PATH]

DIR is set up by `setup_gui.sh trixie DIR`.
"""

from __future__ import annotations

import sys
import time
from pathlib import Path

from PIL import Image

from motionclip_blender.core.motion_files import amass
from tests.gui.blender import Blender
from tests.gui.photographed import photographed
from tests.gui.sidebar import EDGES
from tests.synthetic import random_motion

BUTTON = "motionclip.render_frames"

OPEN = """
    sidebar = next(region for region in bpy.context.area.regions if region.type == "UI")
    sidebar.active_panel_category = "MotionCLIP"
    bpy.data.objects.remove(bpy.data.objects["Cube"])
    bpy.ops.motionclip.add_body()
    asked = bpy.context.scene.motionclip_frames
    asked.motions, asked.out, asked.per_motion, asked.size = {motions!r}, {out!r}, {per_motion}, {size}
    bpy.context.area.tag_redraw()
"""


def prepare(blender: Blender, out: str, per_motion: int, size: int) -> None:
    """Three motions to render, and the panel filled in. `out` is the folder's name beside the motions."""
    motions = blender.folder / "motions"
    for seed, name in enumerate(("kick", "walk", "wave")):
        amass.save(random_motion(8, seed=seed, size=0.1), motions / f"{name}.npz")
    blender.run("bpy.context.space_data.show_region_ui = True")
    # the sidebar has no tabs before it was drawn once
    sidebar = "[region.width for region in bpy.context.area.regions if region.type == 'UI'][0] > 50"
    blender.until(sidebar, 20)
    folders = {"motions": str(blender.inside / "motions"), "out": str(blender.inside / out)}
    blender.run(OPEN.format(**folders, per_motion=per_motion, size=size))
    blender.settle()


def main() -> int:
    """Clicks, waits for the bar to have come some way, takes the picture."""
    with photographed(__doc__, Path("docs/images/panel_frames.png")) as (blender, options):
        prepare(blender, "frames", 200, 224)
        blender.sidebar.open("frames")
        blender.sidebar.click(BUTTON)
        blender.run("from bl_ext.user_default.motionclip.ui.training_frames.process import RENDERING")
        blender.until("RENDERING.child.done > 200", 120)
        top, bottom = blender.sidebar.span("frames")
        blender.move(400, 600)
        time.sleep(1)
        blender.shot((EDGES[0], top, EDGES[1], bottom)).quantize(64, dither=Image.Dither.NONE).save(
            options.out, optimize=True
        )
    return 0


if __name__ == "__main__":
    sys.exit(main())
