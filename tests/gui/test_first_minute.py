"""Blender as it starts, a sidebar that was never opened, and a user who has just installed the add-on: real clicks."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from tests.gui.blender import VIEW, Blender
from tests.gui.sidebar import END, RIGHT
from tests.gui.test_window import GENERATE, SLOW

pytestmark = pytest.mark.gui

EYE = """
    from bpy_extras.view3d_utils import location_3d_to_region_2d
    space, region = bpy.context.space_data, bpy.context.region
    looks = space.region_3d
    def look():
        looks.update()
        return [*looks.view_location, looks.view_distance, *looks.view_rotation, looks.view_perspective]
    def free():
        right = min([r.x for r in bpy.context.area.regions if r.type == "UI" and r.width > 1] + [region.width])
        return right - region.x
    def seen():
        '''Whether every corner of the body is in the part of the view beside the sidebar.'''
        from mathutils import Vector
        looks.update()
        body = next(o for o in bpy.data.objects if o.type == "MESH" and o.find_armature())
        body = body.evaluated_get(bpy.context.evaluated_depsgraph_get())
        places = [location_3d_to_region_2d(region, looks, body.matrix_world @ Vector(c)) for c in body.bound_box]
        return all(p and 0 < p.x < free() and 0 < p.y < region.height for p in places)
"""


@pytest.fixture
def fresh(program: Blender) -> Iterator[Blender]:
    """The default scene, as it is after a start."""
    program.run("SESSION.close()\nbpy.app.timers.register(lambda: bpy.ops.wm.read_homefile() and None)")
    program.until("'Cube' in bpy.data.objects and 'SMPL-X' not in bpy.data.objects", 20)
    program.settle()
    program.run(EYE)
    program.move(*VIEW)
    yield program
    program.run("SESSION.close()\nSESSION.__dict__.pop('engine', None)")


def opened(blender: Blender) -> None:
    """N, and a click on the tab."""
    assert not blender.run("bpy.context.space_data.show_region_ui")
    blender.move(*VIEW)
    blender.key("n")
    blender.settle()
    blender.sidebar.choose()


def generated(blender: Blender) -> None:
    """A click on Generate, and its end."""
    blender.sidebar.click(GENERATE)
    blender.until("len(bpy.data.actions) and not SESSION.busy", 120)
    blender.settle()


def test_one_click_on_generate_is_enough(fresh: Blender) -> None:
    opened(fresh)
    before = fresh.run("look()")
    generated(fresh)
    assert fresh.run("bpy.context.object.name") == "SMPL-X"
    assert fresh.run("bpy.context.object.animation_data.action.name") == "a person waves with the right hand"
    assert fresh.run("seen()")
    assert fresh.run("look()") == before  # the body was whole in view already
    x, y, z = fresh.run("list(bpy.context.object.location)")
    assert max(abs(x), abs(y)) > 1.5 and z == 0
    assert fresh.run("(bpy.context.scene.frame_start, bpy.context.scene.frame_end)") == [1, 250]


def test_one_undo_takes_motion_and_body_back(fresh: Blender) -> None:
    opened(fresh)
    generated(fresh)
    fresh.move(*VIEW)
    fresh.key("ctrl+z")
    fresh.until("sorted(o.name for o in bpy.data.objects) == ['Camera', 'Cube', 'Light']", 20)
    assert fresh.run("(len(bpy.data.actions), bpy.context.object.name)") == [0, "Cube"]
    fresh.key("ctrl+shift+z")
    fresh.until("len(bpy.data.actions) == 1 and bpy.context.object.name == 'SMPL-X'", 20)


def test_play_and_back(fresh: Blender) -> None:
    opened(fresh)
    generated(fresh)
    fresh.sidebar.click("motionclip.play", RIGHT)
    fresh.until("bpy.context.screen.is_animation_playing", 20)
    scene = "bpy.context.scene"
    assert fresh.run(f"({scene}.use_preview_range, {scene}.frame_preview_start, {scene}.frame_preview_end)") == [
        True, 1, 60,
    ]  # fmt: skip
    assert fresh.run(f"({scene}.frame_start, {scene}.frame_end)") == [1, 250]
    fresh.sidebar.click("motionclip.end_preview", END)
    fresh.until("not bpy.context.screen.is_animation_playing", 20)
    assert not fresh.run(f"{scene}.use_preview_range")


def test_the_add_menu_asks_for_the_prompt_and_plays(fresh: Blender) -> None:
    fresh.key("shift+a")
    fresh.settle()
    fresh.call("xdotool", "type", "--delay", "60", "motion from")  # a menu of Blender's is searched by typing
    fresh.settle()
    fresh.key("Return")
    fresh.settle()
    fresh.call("xdotool", "type", "--delay", "40", "a person kicks")  # over the example, which is selected
    fresh.key("Return")  # out of the field
    fresh.key("Return")  # Generate
    fresh.until("len(bpy.data.actions) and not SESSION.busy", 120)
    assert fresh.run("bpy.data.actions[0].name") == "a person kicks"
    assert not fresh.run("bpy.context.space_data.show_region_ui")
    fresh.until("bpy.context.screen.is_animation_playing", 20)
    fresh.run("bpy.ops.screen.animation_cancel(restore_frame=False)")
    fresh.move(*VIEW)
    fresh.key("ctrl+z")
    fresh.until("not bpy.data.actions and 'SMPL-X' not in bpy.data.objects", 20)
    assert not fresh.run("bpy.context.scene.use_preview_range")


def test_a_view_that_is_too_near_goes_back(fresh: Blender) -> None:
    opened(fresh)
    fresh.run("looks.view_distance = 2.5")
    before = fresh.run("look()")
    generated(fresh)
    assert fresh.run("seen()")
    assert fresh.run("look()")[4:] == before[4:]  # it looks in the same direction


def test_a_view_through_the_camera_stays(fresh: Blender) -> None:
    opened(fresh)
    fresh.run("looks.view_perspective = 'CAMERA'")
    camera = fresh.run("[list(row) for row in bpy.context.scene.camera.matrix_world]")
    before = fresh.run("look()")
    generated(fresh)
    assert fresh.run("look()") == before
    assert fresh.run("[list(row) for row in bpy.context.scene.camera.matrix_world]") == camera


def test_in_local_view_the_body_is_seen(fresh: Blender, tmp_path: Path) -> None:
    opened(fresh)
    fresh.run("bpy.ops.view3d.localview()")
    fresh.settle()
    generated(fresh)
    assert fresh.run("seen()")
    fresh.move(*VIEW)
    fresh.settle()
    fresh.screenshot(tmp_path / "local.png")
    with Image.open(tmp_path / "local.png") as picture:  # Blender's own answer is no for everything
        red, green, blue = np.moveaxis(np.asarray(picture.convert("RGB"), int)[80:700, 60:760], -1, 0)
    assert ((blue > red + 30) & (blue > green)).sum() > 50, "the body's blue shirt is not in the picture"


def test_what_is_cancelled_adds_nobody(fresh: Blender) -> None:
    opened(fresh)
    fresh.run(SLOW)
    fresh.sidebar.click(GENERATE)
    fresh.until("SESSION.busy and SESSION.job.fraction > 0", 20)
    fresh.sidebar.click("motionclip.cancel", END)
    fresh.until("not SESSION.busy", 20)
    assert fresh.run("(len(bpy.data.actions), sorted(o.name for o in bpy.data.objects))") == [
        0, ["Camera", "Cube", "Light"],
    ]  # fmt: skip


def test_in_edit_mode_one_undo_goes_back_to_it(fresh: Blender) -> None:
    opened(fresh)
    fresh.run("bpy.ops.object.mode_set(mode='EDIT')\nbpy.ops.ed.undo_push(message='edit mode')")
    generated(fresh)
    assert fresh.run("bpy.context.mode") == "OBJECT"
    fresh.move(*VIEW)
    fresh.key("ctrl+z")
    fresh.until("not bpy.data.actions and 'SMPL-X' not in bpy.data.objects", 20)
    assert fresh.run("bpy.context.mode") == "EDIT_MESH"


def test_the_self_check_in_the_preferences(fresh: Blender) -> None:
    fresh.run("bpy.app.timers.register(lambda: bpy.ops.motionclip.open_preferences() and None)")
    fresh.until("len(bpy.context.window_manager.windows) == 2", 20)
    fresh.settle()
    report = fresh.run("bpy.ops.motionclip.copy_report()\nbpy.context.window_manager.clipboard")
    assert "  numpy: " in report and "  Model pack: default" in report and "!" not in report
    fresh.run("""
        window = bpy.context.window_manager.windows[1]
        with bpy.context.temp_override(window=window):
            bpy.ops.wm.window_close()
    """)


def test_nothing_went_to_the_console(program: Blender) -> None:
    assert "Traceback" not in program.log
