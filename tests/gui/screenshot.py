"""Takes docs/images/panel.png: Blender's window after a real click on Generate.

    MOTIONCLIP_GUI=DIR python -m tests.gui.screenshot [--prompt "a person ..."] [--frame 30] [--out PATH]

DIR is set up by `setup_gui.sh trixie DIR`.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from pathlib import Path

import build
from tests.gui.blender import Blender, root

GENERATE = (909, 230)

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
view = space.region_3d
view.view_perspective = "PERSP"
view.view_rotation = Euler((1.4, 0, -0.6)).to_quaternion()
view.view_location = Vector((0.5, 0, 0.9))
view.view_distance = 3.6
bpy.ops.motionclip.add_body()
"""


def main() -> int:
    """Clicks, waits, takes the picture."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--prompt", default="a person waves with the right hand")
    parser.add_argument("--frame", type=int, default=13)
    parser.add_argument("--out", type=Path, default=Path("docs/images/panel.png"))
    options = parser.parse_args()
    chroot, why_not = root()
    if chroot is None:
        sys.exit(why_not)
    with tempfile.TemporaryDirectory() as folder:
        extension = build.build(Path(folder))
        with Blender(chroot, extension) as blender:
            blender.run(STAGE)
            time.sleep(2)  # the sidebar has no tabs before it was drawn once
            blender.run(f"""
                sidebar = next(region for region in bpy.context.area.regions if region.type == "UI")
                sidebar.active_panel_category = "MotionCLIP"
                bpy.context.scene.motionclip.prompt = {options.prompt!r}
                bpy.context.area.tag_redraw()
            """)
            blender.click(*GENERATE)
            blender.until("len(bpy.data.actions)", 120)
            blender.run(f"bpy.context.scene.frame_set({options.frame})")
            blender.move(*GENERATE)
            blender.move(100, 600)
            time.sleep(1)
            options.out.parent.mkdir(parents=True, exist_ok=True)
            blender.screenshot(options.out)
    return 0


if __name__ == "__main__":
    sys.exit(main())
