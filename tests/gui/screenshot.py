"""Takes docs/images/panel.png: Blender's window after a real click on Generate.

    MOTIONCLIP_GUI=DIR python -m tests.gui.screenshot [--prompt "a person ..."] [--frame 30] [--out PATH]

DIR is set up by `setup_gui.sh trixie DIR`.
"""

from __future__ import annotations

import sys
import time
from pathlib import Path

from tests.gui.blender import VIEW
from tests.gui.photographed import photographed

STAGE = """
from mathutils import Euler, Vector
for thing in list(bpy.data.objects):
    bpy.data.objects.remove(thing)
space = bpy.context.space_data
space.show_region_ui = True
space.shading.color_type = "MATERIAL"
space.shading.light = "STUDIO"
space.shading.show_cavity = True
space.overlay.show_bones = False
space.overlay.show_outline_selected = False
bpy.ops.motionclip.add_body()  # it moves the view so that the body is seen
view = space.region_3d
view.view_perspective = "PERSP"
view.view_rotation = Euler((1.4, 0, -0.6)).to_quaternion()
view.view_location = Vector((0.5, 0, 0.9))
view.view_distance = 3.6
"""


def main() -> int:
    """Clicks, waits, takes the picture."""
    asked = {"prompt": "walks forward, then waves with the left hand", "frame": 79}
    with photographed(__doc__, Path("docs/images/panel.png"), **asked) as (blender, options):
        blender.run(STAGE)
        time.sleep(2)  # the sidebar has no tabs before it was drawn once
        blender.run(f"""
            sidebar = next(region for region in bpy.context.area.regions if region.type == "UI")
            sidebar.active_panel_category = "MotionCLIP"
            bpy.context.scene.motionclip.prompt, bpy.context.scene.motionclip.frames = {options.prompt!r}, 110
            bpy.context.scene.motionclip.in_place = True  # else it would walk out of sight
            bpy.context.area.tag_redraw()
        """)
        blender.sidebar.click("motionclip.generate")
        blender.until("len(bpy.data.actions)", 120)
        blender.run(f"bpy.context.scene.frame_set({options.frame})")
        blender.move(*VIEW)
        time.sleep(1)
        blender.screenshot(options.out)
    return 0


if __name__ == "__main__":
    sys.exit(main())
