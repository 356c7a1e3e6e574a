"""Takes the pictures of docs/guide.md that show timelines: real clicks, a real window.

    MOTIONCLIP_GUI=DIR python -m tests.gui.screenshot_timeline [--out docs/guide]

DIR is set up by `setup_gui.sh sid DIR`.
"""

from __future__ import annotations

import sys

from tests.gui.screenshot_latents import Pictures, poses, taken
from tests.gui.sidebar import LEFT
from tests.gui.test_timeline import HELPERS, MAKE, OWN_LENGTH, PROMPT, SPLIT


def timeline(pictures: Pictures) -> None:
    """The list after Generate, and the person in each segment."""
    blender = pictures.blender
    blender.run(HELPERS)
    blender.run(f"panel().prompt = {PROMPT!r}")
    blender.sidebar.open("timeline")
    blender.sidebar.click(SPLIT, LEFT)
    blender.until("len(asked().segments) == 3 and not SESSION.busy", 120)
    blender.sidebar.click(MAKE)
    blender.until("len(bpy.data.actions) == 1 and not SESSION.busy", 120)
    blender.settle()
    blender.sidebar.click("motionclip.timeline.segments[1].natural", OWN_LENGTH)
    blender.until("not asked().segments[1].natural and not panel().behind", 60)
    last = blender.run("bpy.data.actions[0].frame_range[1]")
    shown = poses(pictures, [round(last * share) for share in (0.12, 0.45, 0.95)])
    pictures.save("timeline", *shown, pictures.panel("timeline"))


def strips(pictures: Pictures) -> None:
    """The segments of the list as strips in the NLA editor."""
    blender = pictures.blender
    blender.run("""
        asked().natural = True
        bpy.ops.motionclip.make_timeline(as_strips=True)
        area = next(area for area in bpy.context.screen.areas if area.type == "DOPESHEET_EDITOR")
        area.ui_type = "NLA_EDITOR"
        bpy.context.scene.frame_end = int(bpy.context.object.animation_data.nla_tracks[0].strips[-1].frame_end)
    """)
    blender.drag((530, 719), (530, 700), (530, 600), (530, 560))
    blender.run("""
        area = next(area for area in bpy.context.screen.areas if area.type == "NLA_EDITOR")
        region = next(region for region in area.regions if region.type == "WINDOW")
        with bpy.context.temp_override(area=area, region=region):
            bpy.ops.nla.view_all()
    """)
    pictures.save("timeline_strips", pictures.shot((0, 560, 1058, 716)))


if __name__ == "__main__":
    sys.exit(taken(__doc__, timeline, strips))
