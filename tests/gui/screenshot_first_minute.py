"""Takes docs/images/first_minute.png and self_check.png: Blender as it starts after one click, and the preferences.

    MOTIONCLIP_GUI=DIR python -m tests.gui.screenshot_first_minute [--out docs/images]

DIR is set up by setup_gui.sh.
"""

from __future__ import annotations

import sys
import time
from pathlib import Path

from PIL import Image

from tests.gui.blender import VIEW, Blender
from tests.gui.photographed import photographed
from tests.gui.test_window import GENERATE

PREFERENCES = (174, 289, 1050, 704)  # left, top, right, bottom, in pixels
FRAME = 22  # in which the hand is up


def first_minute(blender: Blender, path: Path) -> None:
    """The default scene, the sidebar opened, one click on Generate."""
    blender.move(*VIEW)
    blender.key("n")
    blender.settle()
    blender.sidebar.choose()
    blender.sidebar.click(GENERATE)
    blender.until("len(bpy.data.actions)", 120)
    blender.run(f"bpy.context.scene.frame_set({FRAME})")
    blender.move(*VIEW)
    time.sleep(5)  # until the skin is drawn, too
    blender.settle()
    blender.screenshot(path)


def self_check(blender: Blender, path: Path) -> None:
    """The preferences, in an editor in the place of the 3D view: a window of their own has no room for all rows."""
    blender.run("""
        def show():
            bpy.ops.motionclip.open_preferences()
            window = bpy.context.window_manager.windows[-1]
            with bpy.context.temp_override(window=window):
                bpy.ops.wm.window_close()
        bpy.app.timers.register(show)
    """)
    blender.until("bpy.context.window_manager.addon_search", 20)
    blender.run("""
        areas = bpy.context.screen.areas
        next(area for area in areas if area.type == "DOPESHEET_EDITOR").ui_type = "VIEW_3D"  # what `run` works in
        max(areas, key=lambda area: area.width * area.height).ui_type = "PREFERENCES"
    """)
    blender.settle()
    blender.call("xdotool", "mousemove", "700", "500", "click", "--repeat", "12", "5")
    blender.settle()
    blender.screenshot(path)
    with Image.open(path) as picture:
        picture.crop(PREFERENCES).save(path)


def main() -> int:
    """Both pictures."""
    with photographed(__doc__, Path("docs/images")) as (blender, options):
        first_minute(blender, options.out / "first_minute.png")
        self_check(blender, options.out / "self_check.png")
    return 0


if __name__ == "__main__":
    sys.exit(main())
