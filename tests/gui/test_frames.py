"""Training frames out of the installed extension: real clicks, a real command, a real end of Blender."""

from __future__ import annotations

import json
import signal
import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.gui.blender import Blender
from tests.gui.installed import installed
from tests.gui.screenshot_frames import BUTTON, prepare
from tests.gui.sidebar import END, LEFT, RIGHT

pytestmark = pytest.mark.gui

NAME = "bl_ext.user_default.motionclip"
LONG = 200  # frames of each motion, for a rendering that does not come to an end by itself
LONGEST_GAP = 1.0  # seconds that the window may stand still


@pytest.fixture(scope="module")
def program(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Blender]:
    """One Blender for all tests here; each opens a fresh file in it."""
    with installed(tmp_path_factory.mktemp("dist")) as program:
        program.run(f"from {NAME}.ui.training_frames.process import RENDERING")
        yield program


@pytest.fixture
def blender(program: Blender, request: pytest.FixtureRequest) -> Iterator[Blender]:
    """A new file, the panel open and filled in; frames go to a folder of the test's name."""
    # in a timer of its own: opening a file frees the window that the test's code runs in
    program.run("bpy.app.timers.register(lambda: bpy.ops.wm.read_homefile() and None)")
    program.until("'Cube' in bpy.data.objects and 'SMPL-X' not in bpy.data.objects", 20)
    prepare(program, request.node.name, 4, 48)
    program.sidebar.open("frames")
    yield program
    if program.ended is None:
        program.run("RENDERING.close()")


@pytest.fixture
def at_work(blender: Blender) -> Blender:
    """The button was clicked, and frames come."""
    blender.run(f"bpy.context.scene.motionclip_frames.per_motion = {LONG}")
    blender.sidebar.click(BUTTON)
    blender.until("RENDERING.busy and RENDERING.child.done", 60)
    return blender


def processes(blender: Blender) -> list[Path]:
    """The coordinator, and its workers."""
    parents, found = {}, set()
    for path in Path("/proc").glob("[0-9]*"):
        try:
            state, parent = (path / "stat").read_text().rpartition(")")[2].split()[:2]
            words = (path / "cmdline").read_text()
        except OSError:  # it has ended
            continue
        if state != "Z":
            parents[path] = parent
            if "inside_blender.py" in words and f"--motions={blender.inside}" in words:
                found.add(path.name)
    return [path for path, parent in parents.items() if path.name in found or parent in found]


def until(true: Callable[[], object], seconds: float) -> None:
    end = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < end
        time.sleep(0.05)


def test_a_click_renders_while_blender_goes_on(blender: Blender, request: pytest.FixtureRequest) -> None:
    blender.sidebar.place(BUTTON)
    blender.watch()
    blender.sidebar.click(BUTTON)
    blender.until("RENDERING.child and RENDERING.child.done", 60)
    blender.until("not RENDERING.busy", 60)
    longest, _ = blender.stood_still()
    assert longest < LONGEST_GAP
    sentence = f"12 frames are in {blender.inside / request.node.name}"
    assert blender.run("RENDERING.outcome.text") == sentence
    until(lambda: sentence in blender.log, 10)  # the operator's report
    index = json.loads((blender.folder / request.node.name / "index.json").read_text())
    assert index["frames"] == 12
    assert blender.run("bpy.context.window_manager.windows[0].modal_operators[:]") == []


def test_the_panel_shows_progress_and_the_end(at_work: Blender) -> None:
    _, y = at_work.sidebar.place("motionclip.cancel_frames", END)
    at_work.move(400, 600)
    pictures = []
    for _ in ("early", "late"):
        pictures.append(at_work.shot((LEFT, y - 10, RIGHT, y + 10)).tobytes())
        at_work.until(f"RENDERING.child.done > {at_work.run('RENDERING.child.done')}", 30)
        time.sleep(1)
    assert pictures[0] != pictures[1], "the bar moves without the mouse"
    assert at_work.run("bpy.context.window_manager.windows[0].modal_operators[:]") == [], "autosave goes on"


def test_cancel_and_another_press(at_work: Blender) -> None:
    at_work.sidebar.click("motionclip.cancel_frames", END)
    at_work.until("not RENDERING.busy", 20)
    assert at_work.run("RENDERING.child.status") == 130
    assert "was stopped at" in at_work.run("RENDERING.outcome.text")
    until(lambda: not processes(at_work), 10)
    at_work.sidebar.click(BUTTON)
    at_work.until("RENDERING.busy and RENDERING.child.done", 60)


def test_an_error_is_shown_in_the_panel(blender: Blender) -> None:
    blender.run("bpy.context.scene.motionclip_frames.motions = '/nowhere'")
    blender.sidebar.click(BUTTON)
    blender.until("RENDERING.outcome", 20)
    assert blender.run("RENDERING.outcome.text") == "There is no folder /nowhere; choose one with motions."
    assert blender.run("RENDERING.child") is None


def test_another_file_may_be_opened_meanwhile(at_work: Blender) -> None:
    at_work.run("bpy.app.timers.register(lambda: bpy.ops.wm.read_homefile() and None)")
    at_work.until("'Cube' in bpy.data.objects", 20)
    done = at_work.run("RENDERING.child.done")
    at_work.until(f"RENDERING.busy and RENDERING.child.done > {done}", 30)
    at_work.run("RENDERING.cancel()")
    until(lambda: "Rendering was stopped at" in at_work.log, 20)


def test_disabling_the_extension_ends_it(at_work: Blender) -> None:
    assert len(processes(at_work)) >= 2
    at_work.run(f"child = RENDERING.child\nbpy.ops.preferences.addon_disable(module='{NAME}')")
    assert at_work.run("child.ended and child.status == 130")
    until(lambda: not processes(at_work), 10)
    at_work.run(f"bpy.ops.preferences.addon_enable(module='{NAME}')")
    at_work.run(f"from {NAME}.ui.training_frames.process import RENDERING")


def command(blender: Blender, *arguments: str) -> subprocess.CompletedProcess:
    """`blender --command motionclip_render`, beside the Blender with the window."""
    program = ("blender", "--command", "motionclip_render", *arguments)
    return subprocess.run(
        blender._command(program), env=blender._environment(), capture_output=True, text=True, timeout=120
    )


def test_the_command(blender: Blender) -> None:
    temporary = set((blender.root / "tmp").iterdir())
    folders = ("--motions", str(blender.inside / "motions"), "--out", str(blender.inside / "by-command"))
    done = command(blender, *folders, "--size", "48", "--workers", "1", "--progress-json")
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout.splitlines()[-1]) == {"done": 3, "total": 3, "message": "Done"}
    assert json.loads((blender.folder / "by-command" / "index.json").read_text())["frames"] == 3
    done = command(blender, *folders, "--size", "64")
    assert done.returncode == 2 and "was begun with something else (size)" in done.stderr
    done = command(blender, "--help")
    assert done.returncode == 0 and "usage: blender --command motionclip_render " in done.stdout
    assert set((blender.root / "tmp").iterdir()) == temporary, "no process left its folder"


def test_ctrl_c_stops_the_command(blender: Blender) -> None:
    folders = ("--motions", str(blender.inside / "motions"), "--out", str(blender.inside / "stopped"))
    words = ("blender", "--command", "motionclip_render", *folders, "--per-motion", "2000", "--progress-json")
    running = subprocess.Popen(
        blender._command(words), env=blender._environment(), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    for line in running.stdout:
        if line.startswith("{") and json.loads(line)["done"]:
            break
    running.send_signal(signal.SIGINT)
    _, said = running.communicate(timeout=30)
    assert running.returncode == 130 and said.endswith("Stopped; the same command goes on with the rest.\n")


def test_nothing_went_to_the_console(program: Blender) -> None:
    assert "Traceback" not in program.log


def test_closing_blender_ends_it(at_work: Blender) -> None:
    assert len(processes(at_work)) >= 2
    # after the answer to this has gone out
    at_work.run("bpy.app.timers.register(lambda: bpy.ops.wm.quit_blender() and None, first_interval=0.5)")
    until(lambda: at_work.ended is not None, 30)
    until(lambda: not processes(at_work), 10)
