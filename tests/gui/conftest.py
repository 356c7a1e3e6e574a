"""The full Blender that all tests of a file share, and a fresh file in it for each."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.gui.action_panel import NAME, key
from tests.gui.blender import PROMPT, VIEW, Blender
from tests.gui.installed import installed


@pytest.fixture(scope="module")
def program(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Blender]:
    """One Blender for all tests here; each opens a fresh file in it."""
    with installed(tmp_path_factory.mktemp("dist")) as program:
        program.run("from bl_ext.user_default.motionclip.ui.session import SESSION")
        yield program


@pytest.fixture
def blender(program: Blender) -> Iterator[Blender]:
    """A new file with a body, the panel open on a prompt."""
    # in a timer of its own: opening a file frees the window that the test's code runs in
    program.run("bpy.app.timers.register(lambda: bpy.ops.wm.read_homefile() and None)")
    program.until("'Cube' in bpy.data.objects and 'SMPL-X' not in bpy.data.objects", 20)
    program.run("bpy.context.space_data.show_region_ui = True")
    program.until("bpy.context.area.regions[5].type == 'UI' and bpy.context.area.regions[5].width > 50", 20)
    program.run(f"""
        bpy.context.area.regions[5].active_panel_category = "MotionCLIP"
        bpy.data.objects.remove(bpy.data.objects["Cube"])
        bpy.ops.motionclip.add_body()
        bpy.context.scene.motionclip.prompt = "{PROMPT}"
        bpy.ops.ed.undo_push(message="the test's file")
        bpy.context.area.tag_redraw()
    """)
    program.move(*VIEW)
    yield program
    program.run("SESSION.close()\nSESSION.__dict__.pop('engine', None)")


@pytest.fixture
def keyed(blender: Blender) -> Blender:
    """The person has an Action of 60 frames, "moves"."""
    blender.run(f"from {NAME}.ui.recognise.recognition import RECOGNITION\nfrom {NAME}.ui.search.results import SEARCH")
    key(blender, "moves", 60)
    return blender
