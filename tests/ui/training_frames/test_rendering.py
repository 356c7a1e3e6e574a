"""Training frames rendered by the add-on: processes that end with it, and its command."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest

pytest.importorskip("bpy")

import motionclip_blender
from motionclip_blender.core.body import OPEN_BODY
from motionclip_blender.ui.training_frames import operators as frames_operators
from motionclip_blender.ui.training_frames.process import RENDERING
from tests.paths import ROOT
from tests.ui.training_frames.pipeline import command, start, until


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
    child = RENDERING.child
    RENDERING.cancel()
    child.join()
    assert child.status == 130
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
