"""Full Blenders with windows: the zip is dropped on the window, the rest is clicks, all without network."""

from __future__ import annotations

import subprocess
import time
from dataclasses import dataclass, replace
from pathlib import Path

from tests.gui.blender import Blender
from tests.matrix.row import CannotBeHad, Row, system_of
from tests.paths import ROOT

_SETUP = ROOT / "tests" / "gui" / "setup_gui.sh"

_NAME = "bl_ext.user_default.motionclip"
_DROP = (500, 300)
_SIDEBAR = "next(region.width for region in bpy.context.area.regions if region.type == 'UI')"
_OK = (439, 393)  # of the dialog that a drop there opens


@dataclass(frozen=True)
class Program:
    """A release of Debian, and where its Blender has what is clicked, in pixels of a window of 1280 x 800."""

    suite: str
    blender: str
    arrow: tuple[int, int]  # that opens the sidebar
    tab: tuple[int, int]
    prompt: tuple[int, int]
    generate: tuple[int, int]


PROGRAMS = (
    Program("trixie", "4.3.2", (1052, 104), (1048, 251), (909, 150), (909, 230)),
    Program("sid", "5.2.2 LTS", (1045, 113), (1036, 337), (900, 154), (900, 230)),
)


def chroot_of(suite: str, folder: Path, named: str | None) -> Path:
    """The chroot of a release: the one that is named, or one made in `folder`. Raises `CannotBeHad`."""
    if named:
        if not (Path(named) / "usr/bin/blender").exists():
            raise CannotBeHad(f"there is no Blender in {named}")
        return Path(named)
    where = folder / suite
    if not (where / "ready").exists():
        print(f"Setting up {where} ...", flush=True)
        done = subprocess.run([str(_SETUP), suite, str(where)], capture_output=True, text=True)
        if done.returncode != 0:
            raise CannotBeHad((done.stdout + done.stderr).strip().splitlines()[-1])
        (where / "ready").touch()
    return where


def try_program(program: Program, chroot: Path, extension: Path, prompt: str, pictures: Path) -> Row:
    """Drops the zip on the window, opens the sidebar, types, and clicks on Generate.

    pictures: folder for pictures of the window, when the zip was dropped and at the end
    """
    row = Row(program.blender, system=system_of(chroot), how="window, clicks", installed="dropped on the window")
    try:
        with Blender(chroot, extension, installed=False, network=False) as blender:
            row = replace(row, **_versions(blender))
            try:
                return replace(row, **_make(program, blender, prompt, pictures), result="made")
            finally:
                blender.screenshot(pictures / f"{program.suite}.png")
    except (AssertionError, OSError, subprocess.SubprocessError) as error:
        return replace(row, result=f"failed: {error}")


def _versions(blender: Blender) -> dict[str, str]:
    """What Blender and its Python say they are."""
    return {
        "blender": blender.run("bpy.app.version_string"),
        "python": blender.run("import platform\nplatform.python_version()"),
        "numpy": blender.run("import numpy\nnumpy.__version__"),
    }


def _make(program: Program, blender: Blender, prompt: str, pictures: Path) -> dict[str, float]:
    """Returns the seconds from the click on Generate to the keyed rig, and those of the processor."""
    assert blender.run("import importlib.util\nimportlib.util.find_spec('torch') is None"), "torch can be imported"
    blender.drop(blender.extension, *_DROP)
    blender.screenshot(pictures / f"{program.suite}_dropped.png")
    blender.click(*_OK)
    blender.until(f"{_NAME!r} in bpy.context.preferences.addons.keys()", 30)
    blender.settle()
    for _ in range(3):  # the click that comes right after the installation may go to the report about it
        blender.click(*program.arrow)
        blender.settle()
        if blender.run(_SIDEBAR) > 100:
            break
    blender.click(*program.tab)
    blender.type(*program.prompt, prompt)
    blender.run("""
        made = []
        def note(*_):
            if bpy.data.actions and not made:
                made.extend([time.time(), time.process_time()])
        bpy.app.handlers.depsgraph_update_post.append(note)
    """)
    blender.move(*program.generate)
    cpu, start = blender.run("time.process_time()"), time.time()
    blender.call("xdotool", "click", "1")
    blender.until("made", 60)
    assert blender.run("bpy.data.actions[0].name") == prompt
    assert blender.run("bpy.data.actions[0].frame_range[1] > 20")
    assert blender.run(f"sys.modules[{_NAME!r}].__file__").startswith(str(blender.home))
    return {"seconds": blender.run("made[0]") - start, "cpu": blender.run("made[1]") - cpu}
