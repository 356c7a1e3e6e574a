"""Debian's Blender as it comes, without numpy: the extension is enabled, and says what is missing."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.gui.blender import Blender
from tests.gui.installed import installed

pytestmark = pytest.mark.gui

NAME = "bl_ext.user_default.motionclip"
SENTENCE = (
    "The Python that Blender runs has no numpy; install it (on Debian and Ubuntu by: sudo apt install python3-numpy) "
    "and try again."
)


@pytest.fixture(scope="module")
def program(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Blender]:
    """The program, with the sidebar open."""
    with installed(tmp_path_factory.mktemp("dist"), without=("numpy",)) as program:
        program.run("bpy.context.space_data.show_region_ui = True")
        program.until("bpy.context.area.regions[5].type == 'UI' and bpy.context.area.regions[5].width > 50", 20)
        program.run("bpy.context.area.regions[5].active_panel_category = 'MotionCLIP'")
        program.settle()
        yield program


def test_it_is_enabled(program: Blender) -> None:
    assert program.run("import importlib.util\nimportlib.util.find_spec('numpy') is None")
    assert program.run(f"{NAME!r} in bpy.context.preferences.addons")
    assert program.run("hasattr(bpy.types, 'MOTIONCLIP_PT_panel')")


def test_generate_says_what_is_missing(program: Blender) -> None:
    said = program.run("""
        try:
            bpy.ops.motionclip.generate("INVOKE_DEFAULT", prompt="a person waves")
            said = ""
        except RuntimeError as error:
            said = str(error)
        said
    """)
    said = said or program.until(f"sys.modules[{NAME + '.ui.session'!r}].SESSION.error", 20)
    assert SENTENCE in said
    assert program.run("len(bpy.data.objects)") == 3  # camera, cube, light


def test_the_panel_is_drawn_and_nothing_went_to_the_console(program: Blender) -> None:
    program.settle()
    assert program.faults == []
