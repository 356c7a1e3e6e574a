"""Training frames out of the add-on: what is started, how it goes, how it ends."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest

pytest.importorskip("bpy")

import motionclip_blender
from motionclip_blender.core.body import OPEN_BODY
from motionclip_blender.core.errors import UserError
from motionclip_blender.core.motion_files import amass
from motionclip_blender.ui.training_frames import operators as frames_operators
from motionclip_blender.ui.training_frames import process as frames_process
from motionclip_blender.ui.training_frames import properties as frames_properties
from motionclip_blender.ui.training_frames.process import RENDERING, Wanted
from render_pipeline import looks, settings
from tests.paths import ROOT
from tests.synthetic import random_motion

# A program in the coordinator's place: greets, tells how far it is, waits for a file, ends as it is told
DOUBLE = """
import json, pathlib, signal, sys, time
signal.signal(signal.SIGTERM, lambda *_: sys.exit(130))
status, go, final, *said = sys.argv[1:]
print("Blender 9.9")
for line in ("{nonsense", json.dumps({"done": 3, "total": 8, "message": "Rendering"})):
    print(line, flush=True)
while not pathlib.Path(go).exists():
    time.sleep(0.01)
print(json.dumps({"done": 8, "total": 8, "message": final}), flush=True)
print(*said, sep="\\n", file=sys.stderr)
sys.exit(int(status))
"""


@pytest.fixture(scope="session")
def few(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder of three short motions, one in a subfolder."""
    folder = tmp_path_factory.mktemp("motions")
    for seed, name in enumerate(("kick", "walk", "more/wave")):
        amass.save(random_motion(8, seed=seed, size=0.1), folder / f"{name}.npz")
    return folder


@pytest.fixture
def asked(bpy: ModuleType, few: Path, tmp_path: Path) -> Iterator[object]:
    """The panel's settings, filled in; nothing runs before and after."""
    RENDERING.close()
    asked = bpy.context.scene.motionclip_frames
    asked.motions, asked.out = str(few), str(tmp_path / "frames")
    asked.size, asked.per_motion, asked.workers = 32, 2, 1
    yield asked
    RENDERING.close()


@pytest.fixture
def double(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Callable[..., Path]:
    """Puts the double in the coordinator's place; gives the file that it waits for."""

    def place(status: int = 0, final: str = "Done", said: tuple[str, ...] = ()) -> Path:
        go = tmp_path / "go"
        command = [sys.executable, "-c", DOUBLE, str(status), str(go), final, *said]
        monkeypatch.setattr(frames_process, "program", lambda *_: command)
        monkeypatch.setattr(Wanted, "arguments", lambda self: [])
        return go

    return place


def start(bpy: ModuleType) -> None:
    """What the button does, without waiting for the end."""
    RENDERING.start(frames_properties.wanted(bpy.context))


def until(true: Callable[[], object], seconds: float = 60) -> None:
    end = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < end
        time.sleep(0.01)


# --- what is started


def test_the_command_line_has_every_setting(bpy: ModuleType, asked) -> None:
    asked.engine, asked.look, asked.seed, asked.limit = "cycles", "varied", 7, 5
    arguments = frames_properties.wanted(bpy.context).arguments()
    assert arguments == [
        f"--motions={asked.motions}", f"--out={asked.out}", "--per-motion=2", "--limit=5", "--size=32",
        "--engine=cycles", "--look=varied", "--seed=7", "--workers=1", "--progress-json",
    ]  # fmt: skip


def test_no_limit_and_a_core_for_the_user_by_default(bpy: ModuleType, asked, monkeypatch) -> None:
    asked.property_unset("workers")
    arguments = {}
    for cores in (1, 8, None):
        monkeypatch.setattr(os, "cpu_count", lambda cores=cores: cores)
        arguments[cores] = frames_properties.wanted(bpy.context).arguments()
    assert not [argument for argument in arguments[8] if argument.startswith(("--limit", "--body"))]
    assert "--workers=7" in arguments[8] and "--workers=1" in arguments[1] and "--workers=1" in arguments[None]


def test_the_preferences_body_is_rendered(bpy: ModuleType, asked) -> None:
    assert "--body=x.npz" in Wanted("a", "b", body="x.npz").arguments()


def test_the_panel_offers_what_the_command_line_does(bpy: ModuleType, asked) -> None:
    offered = {name: tuple(item.identifier for item in asked.bl_rna.properties[name].enum_items)
               for name in ("engine", "look")}  # fmt: skip
    assert offered == {"engine": settings.ENGINES, "look": looks.NAMES}


def test_every_setting_has_a_tooltip(bpy: ModuleType, asked) -> None:
    own = [found for found in asked.bl_rna.properties if found.identifier not in ("rna_type", "name")]
    assert len(own) == 9 and all(found.description for found in own)
    assert all(item.description for found in own if found.type == "ENUM" for item in found.enum_items)


def test_this_very_blender_is_started(monkeypatch: pytest.MonkeyPatch) -> None:
    launcher = str(ROOT / "render_pipeline" / "inside_blender.py")
    assert frames_process.program(frames_process.launcher()) == [sys.executable, launcher], "the module has no program"
    app = type("App", (), {"binary_path": "/opt/blender"})
    monkeypatch.setattr(frames_process, "bpy", type("Bpy", (), {"app": app}))
    program = frames_process.program(frames_process.launcher())
    assert program[0] == "/opt/blender" and program[-3:] == ["--python", launcher, "--"]
    assert {"--background", "--factory-startup", "--disable-autoexec"} <= set(program)


# --- what is refused, with nothing started


def refused(bpy: ModuleType) -> str:
    with pytest.raises(RuntimeError) as caught:
        bpy.ops.motionclip.render_frames()
    assert RENDERING.child is None and not RENDERING.busy
    said = str(caught.value).removeprefix("Error: ").strip()
    assert said == RENDERING.outcome.text and RENDERING.outcome.level == "ERROR" and "\n" not in said
    return said


def test_folders_must_be_chosen(bpy: ModuleType, asked) -> None:
    asked.out = ""
    assert refused(bpy) == "Choose the folder for the frames first."
    asked.motions = ""
    assert refused(bpy) == "Choose the folder with the motions first."


def test_the_motions_must_be_there(bpy: ModuleType, asked, tmp_path: Path) -> None:
    asked.motions = str(tmp_path / "nowhere")
    assert "There is no folder" in refused(bpy)
    asked.motions = "/" + "x" * 300
    assert "There is no folder" in refused(bpy)
    asked.motions = str(tmp_path)
    assert "holds no motions" in refused(bpy)
    assert not (tmp_path / "frames").exists()


def test_the_output_must_be_writable(bpy: ModuleType, asked, tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    asked.out = str(tmp_path / "file")
    assert refused(bpy).startswith(f"Cannot write {tmp_path / 'file'} (")


def test_a_folder_beside_an_unsaved_file(bpy: ModuleType, asked) -> None:
    with pytest.raises(UserError, match="//frames is relative to this file; save the file first"):
        frames_properties._folder("//frames")


def test_a_missing_body_is_named(asked, tmp_path: Path) -> None:
    with pytest.raises(UserError, match=r"no body model gone\.npz"):
        Wanted(asked.motions, asked.out, body="gone.npz").check()


def test_a_missing_program(bpy: ModuleType, asked, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(frames_process, "program", lambda *_: ["/nowhere/blender"])
    assert refused(bpy) == "Cannot start /nowhere/blender (No such file or directory); is it still there?"


def test_a_missing_pipeline(bpy: ModuleType, asked, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(frames_process, "__file__", str(tmp_path / "a" / "ui" / "frames.py"))
    assert "has no render_pipeline" in refused(bpy)


def test_one_at_a_time(bpy: ModuleType, asked, double) -> None:
    go = double()
    start(bpy)
    first = RENDERING.child
    with pytest.raises(RuntimeError, match="being rendered already"):
        bpy.ops.motionclip.render_frames()
    assert RENDERING.child is first and RENDERING.outcome is None
    go.touch()
    first.join()
    assert RENDERING.outcome.level == "INFO"


# --- how it goes and ends


def test_progress_is_told_while_it_runs(bpy: ModuleType, asked, double) -> None:
    go = double()
    start(bpy)
    until(lambda: RENDERING.child.done)
    child = RENDERING.child
    assert (child.done, child.total, child.message, RENDERING.busy) == (3, 8, "Rendering", True)
    go.touch()
    child.join()
    assert RENDERING.outcome == frames_process.Outcome("INFO", f"8 frames are in {asked.out}")


def test_what_is_missing_is_named(bpy: ModuleType, asked, double) -> None:
    double(1, "Done", ("warning", "Skipped walk: it holds nan.", "7 frames in F, 7 of them rendered now")).touch()
    assert bpy.ops.motionclip.render_frames() == {"FINISHED"}
    assert RENDERING.outcome.level == "WARNING"
    assert RENDERING.outcome.text.endswith(f"index.json in {asked.out} says which. Skipped walk: it holds nan.")


@pytest.mark.parametrize(
    ("status", "said", "told"),
    [
        (2, ("a warning", "Cannot write FRAMES (full); choose."), "Cannot write FRAMES (full); choose."),
        (1, ("Traceback", "KeyError"), "Rendering ended unexpectedly with status 1; its last words: KeyError"),
        (11, (), "Rendering ended unexpectedly with status 11; its last words: none"),
    ],
)
def test_errors_are_one_sentence(bpy: ModuleType, asked, double, status: int, said: tuple, told: str) -> None:
    double(status, "Stopped", said).touch()
    with pytest.raises(RuntimeError, match="Error: "):
        bpy.ops.motionclip.render_frames()
    assert RENDERING.outcome == frames_process.Outcome("ERROR", told)


def test_cancelling(bpy: ModuleType, asked, double) -> None:
    double()
    start(bpy)
    until(lambda: RENDERING.child.done)
    bpy.ops.motionclip.cancel_frames()
    RENDERING.child.join()
    assert RENDERING.child.status == 130
    assert RENDERING.outcome.level == "INFO" and "stopped at 3 of 8 frames" in RENDERING.outcome.text


def test_who_does_not_stop_is_killed(bpy: ModuleType, asked, double, monkeypatch: pytest.MonkeyPatch) -> None:
    from motionclip_blender.ui.tasks import child

    monkeypatch.setattr(sys.modules[__name__], "DOUBLE", DOUBLE.replace("sys.exit(130)", "None"))
    monkeypatch.setattr(child, "_LAST_PATIENCE", 0.2)
    monkeypatch.setattr(child, "_PATIENCE", 0.2)
    for end in (RENDERING.cancel, RENDERING.close):
        double()
        start(bpy)
        until(lambda: RENDERING.child.done)
        running = RENDERING.child
        end()
        running.join()
        assert running.status == -9


def test_another_file_does_not_disturb_it(bpy: ModuleType, asked, double) -> None:
    go = double()
    start(bpy)
    bpy.ops.wm.read_homefile()
    assert RENDERING.busy
    go.touch()
    RENDERING.child.join()
    assert RENDERING.outcome.level == "INFO"


def test_disabling_ends_it(bpy: ModuleType, asked, double) -> None:
    double()
    start(bpy)
    child = RENDERING.child
    until(lambda: child.done)
    motionclip_blender.unregister()
    try:
        assert child.ended and child.status == 130 and RENDERING.child is None
        assert not hasattr(bpy.types.Scene, "motionclip_frames")
        assert not bpy.app.timers.is_registered(frames_operators._watch)
    finally:
        motionclip_blender.register()


# --- the real thing

needs_a_body = pytest.mark.skipif(not OPEN_BODY.is_file(), reason="the open body is not built")


@needs_a_body
@pytest.mark.slow
def test_frames_are_rendered_and_a_second_press_keeps_them(bpy: ModuleType, asked) -> None:
    out = Path(asked.out)
    assert bpy.ops.motionclip.render_frames() == {"FINISHED"}
    assert RENDERING.outcome.text == f"6 frames are in {out}"
    assert json.loads((out / "index.json").read_text())["frames"] == 6
    shard = out / "frames-00000.tar"
    before = shard.stat().st_mtime_ns
    assert bpy.ops.motionclip.render_frames() == {"FINISHED"}
    assert shard.stat().st_mtime_ns == before
    asked.size = 40
    assert "was begun with something else (size)" in refused_by_the_run(bpy)


def refused_by_the_run(bpy: ModuleType) -> str:
    with pytest.raises(RuntimeError):
        bpy.ops.motionclip.render_frames()
    return RENDERING.outcome.text


@needs_a_body
@pytest.mark.slow
def test_nothing_stays_in_the_temporary_folder(bpy: ModuleType, asked, monkeypatch, tmp_path: Path) -> None:
    (tmp_path / "temporary").mkdir()
    monkeypatch.setenv("TMPDIR", str(tmp_path / "temporary"))
    assert bpy.ops.motionclip.render_frames() == {"FINISHED"}
    assert not list((tmp_path / "temporary").iterdir())


@needs_a_body
@pytest.mark.slow
def test_damaged_motions_are_a_warning(bpy: ModuleType, asked, few: Path, tmp_path: Path) -> None:
    asked.motions, asked.per_motion = str(tmp_path / "some"), 1
    (tmp_path / "some").mkdir()
    (tmp_path / "some" / "walk.npz").write_bytes((few / "walk.npz").read_bytes())
    np.savez(tmp_path / "some" / "broken.npz", poses=np.zeros(3))
    assert bpy.ops.motionclip.render_frames() == {"FINISHED"}
    assert RENDERING.outcome.level == "WARNING" and "Skipped broken: " in RENDERING.outcome.text


@needs_a_body
@pytest.mark.slow
def test_a_cancelled_run_keeps_its_shards_and_goes_on(bpy: ModuleType, asked) -> None:
    asked.per_motion = 200  # three shards
    out = Path(asked.out)
    start(bpy)
    until(lambda: (out / "frames-00000.json").exists() or not RENDERING.busy, 120)
    child, begun = RENDERING.child, time.monotonic()
    RENDERING.cancel()
    child.join()
    seconds = time.monotonic() - begun
    print(f"ended {seconds:.2f} s after the press")
    assert child.status == 130 and seconds < 10
    kept = {path: path.stat().st_mtime_ns for path in out.glob("frames-*.tar")}
    assert 1 <= len(kept) < 3
    assert bpy.ops.motionclip.render_frames() == {"FINISHED"}
    assert RENDERING.outcome.text == f"600 frames are in {out}"
    assert all(path.stat().st_mtime_ns == then for path, then in kept.items())


def processes_of(folder: Path) -> list[int]:
    """The processes that were started for `folder`, and theirs."""
    parents, found = {}, set()
    for path in Path("/proc").glob("[0-9]*"):
        try:
            pid, parent = int(path.name), int((path / "stat").read_text().rpartition(")")[2].split()[1])
            if str(folder) in (path / "cmdline").read_text():
                found.add(pid)
        except (OSError, ValueError):  # it has ended
            continue
        parents[pid] = parent
    return [pid for pid, parent in parents.items() if pid in found or parent in found]


def lives(pid: int) -> bool:
    """Whether a process runs, and is not only waiting for its parent to take note of its end."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


@needs_a_body
@pytest.mark.slow
@pytest.mark.skipif(sys.platform != "linux", reason="looks into /proc")
def test_no_process_outlives_the_add_on(bpy: ModuleType, asked) -> None:
    asked.per_motion = 200
    start(bpy)
    until(lambda: RENDERING.child.done, 120)
    running = processes_of(Path(asked.out))
    assert len(running) == 2, "the coordinator and its worker"
    motionclip_blender.unregister()
    try:
        until(lambda: not any(lives(pid) for pid in running), 10)
    finally:
        motionclip_blender.register()


@needs_a_body
@pytest.mark.slow
@pytest.mark.skipif(sys.platform != "linux", reason="looks into /proc")
def test_no_process_outlives_a_crash_of_blender(asked, few: Path) -> None:
    program = f"""
import sys, time
from motionclip_blender.ui.training_frames.process import RENDERING, Wanted
RENDERING.start(Wanted({str(few)!r}, {asked.out!r}, per_motion=200, size=32, workers=1))
while not RENDERING.child.done:
    time.sleep(0.01)
print("ready", flush=True)
time.sleep(600)
"""
    parent = subprocess.Popen([sys.executable, "-c", program], cwd=ROOT, stdout=subprocess.PIPE)
    try:
        assert parent.stdout.readline() == b"ready\n"
        running = [pid for pid in processes_of(Path(asked.out)) if pid != parent.pid]
    finally:
        parent.kill()
        parent.wait()
        parent.stdout.close()
    assert len(running) >= 2
    until(lambda: not any(lives(pid) for pid in running), 20)


# --- blender --command motionclip_render


def command(*arguments: str) -> subprocess.CompletedProcess:
    """What Blender calls for the command, in a process of its own: it ends with it, as Blender does."""
    program = "import sys; from motionclip_blender.ui import command; sys.exit(command.run(sys.argv[1:]))"
    return subprocess.run(
        [sys.executable, "-c", program, *arguments], cwd=ROOT, capture_output=True, text=True, timeout=120
    )


def test_the_command_helps_by_its_own_name() -> None:
    done = command("--help")
    assert done.returncode == 0 and done.stdout.startswith("usage: blender --command motionclip_render ")


def test_the_command_refuses_in_a_sentence(tmp_path: Path) -> None:
    done = command("--motions", str(tmp_path / "none"), "--out", str(tmp_path / "out"))
    assert done.returncode == 2
    assert done.stderr.startswith("There is no folder") and done.stderr.count("\n") == 1


@needs_a_body
@pytest.mark.slow
def test_the_command_renders(few: Path, tmp_path: Path) -> None:
    done = command("--motions", str(few), "--out", str(tmp_path), "--size", "32", "--workers", "1")
    assert done.returncode == 0, done.stderr
    assert json.loads((tmp_path / "index.json").read_text())["frames"] == 3
