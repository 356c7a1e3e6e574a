"""Takes docs/guide/photo.webp: a photo that moves, and the panel that made it move, in the real window.

    MOTIONCLIP_GUI=DIR python -m tests.gui.screenshot_photo [--out docs/guide/photo.webp] [--frame 24]

DIR is set up by `setup_gui.sh SUITE DIR photo`. The photo is scikit-image's astronaut (NASA, public
domain).
"""

from __future__ import annotations

import sys
from pathlib import Path

from PIL import Image
from skimage import data

from tests.gui.blender import VIEW
from tests.gui.networks import networks
from tests.gui.photographed import photographed
from tests.gui.test_photo import ANIMATE, BROWSER, CHOOSE, MADE, choose

WINDOW = (60, 84, 1020, 716)  # left, top, right, bottom, in pixels


def main() -> int:
    """Clicks, waits, takes the picture."""
    with photographed(__doc__, Path("docs/guide/photo.webp"), frame=24) as (blender, options), networks(blender):
        Image.fromarray(data.astronaut()).save(blender.folder / "astronaut.png")
        blender.run(BROWSER)
        blender.run("bpy.context.space_data.show_region_ui = True")
        blender.settle()
        blender.sidebar.choose()
        blender.run("""
            from bl_ext.user_default.motionclip.ui.session import SESSION
            bpy.context.scene.motionclip.prompt = "a person waves with the right hand"
        """)
        blender.sidebar.open("photo")
        choose(blender, CHOOSE, "astronaut.png")
        blender.sidebar.click(ANIMATE)
        blender.until(MADE, 300)
        blender.settle()
        blender.run(f"bpy.context.scene.frame_set({options.frame})\nbpy.context.space_data.overlay.show_bones = False")
        blender.sidebar.close("action")
        blender.sidebar.span("photo")
        blender.move(*VIEW)
        blender.shot(WINDOW).save(options.out, quality=80, method=6)
    return 0


if __name__ == "__main__":
    sys.exit(main())
