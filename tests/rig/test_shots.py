"""Frames drawn by two Blenders are those drawn by one, whatever becomes of the second one."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import bpy
import numpy as np
import pytest

from motionclip_blender.core.errors import UserError
from motionclip_blender.rig import film, shots
from motionclip_blender.rig.armature import add_body
from motionclip_blender.rig.pictures import read_bitmap, read_picture, write_bitmap
from motionclip_blender.rig.shots import SecondBlender, draw, draw_all, get_ready
from motionclip_blender.rig.stage import furnish
from tests.full_disk import full_disk
from tests.rig.test_film import data_blocks, motion

FRAMES = 6
DANCE = motion(arms=1.4, travel=(1.0, 0, 0)).crop(0, FRAMES)


@pytest.fixture
def filmed(scene, open_body):
    """A scene ready to be drawn, in which the body dances."""
    set_up, sight = film._film_set(add_body(open_body), DANCE, (96, 72), 0.0)
    furnish(set_up, sight, 3.0, "Stage")
    get_ready(set_up)
    return set_up


@pytest.fixture
def eager(monkeypatch):
    """The second Blender is started for any film, on any machine."""
    monkeypatch.setattr(shots, "_WORTH_FRAMES", 1)
    monkeypatch.setattr(shots, "_useful", lambda: True)


def alone(scene: bpy.types.Scene, folder: Path) -> list[np.ndarray]:
    return [draw(scene, frame, folder) for frame in range(1, FRAMES + 1)]


def until(true, seconds: float = 60.0) -> None:
    end = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < end, "it took too long"
        time.sleep(0.05)


def same(found: dict[int, np.ndarray], expected: list[np.ndarray]) -> bool:
    return sorted(found) == list(range(1, FRAMES + 1)) and all(
        np.array_equal(found[frame], picture) for frame, picture in enumerate(expected, start=1)
    )


def test_drawn_by_the_second_blender_a_frame_is_the_same(filmed, eager, tmp_path: Path, monkeypatch):
    with SecondBlender(tmp_path, FRAMES) as second:
        second.show(filmed)
        until(lambda: second.drawn(1))  # its last one
        with monkeypatch.context() as patched:
            patched.setattr(shots, "draw", lambda *_: pytest.fail("drawn twice"))
            found = dict(draw_all(filmed, range(1, FRAMES + 1), tmp_path, second))
    assert same(found, alone(filmed, tmp_path))


def test_both_together_draw_each_frame_once(filmed, eager, tmp_path: Path):
    expected = alone(filmed, tmp_path)
    with SecondBlender(tmp_path, FRAMES) as second:
        pictures = list(draw_all(filmed, range(1, FRAMES + 1), tmp_path, second))
        assert len(pictures) == FRAMES and same(dict(pictures), expected)


def never_starts(second: SecondBlender) -> None:
    second._process.kill()
    second._process.wait()


def hangs(second: SecondBlender) -> None:
    os.kill(second._process.pid, signal.SIGSTOP)


def dies_later(second: SecondBlender) -> None:
    until(lambda: second.drawn(FRAMES))
    second._process.kill()


@pytest.mark.skipif(sys.platform == "win32", reason="stops a process by a signal")
@pytest.mark.parametrize("fate", [never_starts, hangs, dies_later])
def test_a_second_blender_that_fails_is_not_missed(filmed, eager, tmp_path: Path, fate):
    expected = alone(filmed, tmp_path)
    with SecondBlender(tmp_path, FRAMES) as second:
        second.show(filmed)
        fate(second)
        process = second._process
        assert same(dict(draw_all(filmed, range(1, FRAMES + 1), tmp_path, second)), expected)
    assert process.poll() is not None


def test_one_that_cannot_be_started_is_not_missed(filmed, eager, tmp_path: Path, monkeypatch):
    monkeypatch.setattr(sys, "executable", str(tmp_path / "no such program"))
    expected = alone(filmed, tmp_path)
    with SecondBlender(tmp_path, FRAMES) as second:
        assert same(dict(draw_all(filmed, range(1, FRAMES + 1), tmp_path, second)), expected)


@pytest.mark.parametrize("interruption", [KeyboardInterrupt, RuntimeError])
def test_a_film_stopped_while_both_draw_leaves_nothing(
    scene, open_body, eager, tmp_path: Path, monkeypatch, interruption
):
    started = []
    popen = subprocess.Popen
    monkeypatch.setattr(subprocess, "Popen", lambda *a, **k: started.append(popen(*a, **k)) or started[-1])
    monkeypatch.setattr(film, "_FILM_SIZE", (96, 72))
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path / "temporary"))
    (tmp_path / "temporary").mkdir()
    person = add_body(open_body)
    before = data_blocks()
    path = tmp_path / "film.mp4"

    def stop(stage: str, fraction: float) -> None:
        until(lambda: list((tmp_path / "temporary").glob("*/0*.bmp")))  # the other one is at work
        raise interruption

    with pytest.raises(interruption):
        film.render_film(person, DANCE, path, "a person dances", stop)
    (process,) = started
    assert process.poll() is not None, "the second Blender goes on"
    assert not list((tmp_path / "temporary").iterdir()) and not path.exists() and data_blocks() == before


@pytest.mark.skipif(sys.platform == "win32", reason="there a process does not hear of its parent's end")
def test_a_second_blender_whose_film_was_killed_ends(filmed, tmp_path: Path):
    get_ready(filmed)
    filmed.frame_end = 100_000
    bpy.data.libraries.write(str(tmp_path / "scene.blend"), {filmed})
    parent = f"""
import os, subprocess, sys, time
command = [sys.executable, "-P", {str(shots._SCRIPT)!r}, {str(tmp_path)!r}, str(os.getpid()), "1", "99999"]
child = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
print(child.pid, flush=True)
time.sleep(600)
"""
    process = subprocess.Popen([sys.executable, "-c", parent], stdout=subprocess.PIPE, text=True)
    child = int(process.stdout.readline())
    try:
        until(lambda: list(tmp_path.glob("9*.bmp")))
    finally:
        process.kill()
        process.wait()
        process.stdout.close()

    def gone() -> bool:
        try:
            state = Path(f"/proc/{child}/stat").read_text().rsplit(")", 1)[1].split()[0]
        except OSError:
            return True
        return state == "Z"

    until(gone)


def test_it_is_left_out_of_short_films_and_where_no_core_is_free(tmp_path: Path, monkeypatch):
    monkeypatch.setattr(subprocess, "Popen", lambda *_, **__: pytest.fail("started"))
    with SecondBlender(tmp_path, shots._WORTH_FRAMES - 1) as second:
        assert second.drawn(1) is None
    monkeypatch.setattr(shots.os, "sched_getaffinity", lambda _: {0}, raising=False)
    with SecondBlender(tmp_path, 1000) as second:
        assert second.drawn(1) is None


# --- the files in between


@pytest.mark.parametrize("size", [(5, 4), (6, 3), (7, 1), (160, 120)])
def test_a_bitmap_of_blender_s_and_one_of_ours(scene, tmp_path: Path, size):
    pixels = np.random.default_rng(1).integers(0, 256, (size[1], size[0], 3), np.uint8)
    write_bitmap(pixels, tmp_path / "ours.bmp")
    assert np.array_equal(np.round(255 * read_picture(tmp_path / "ours.bmp")[..., :3]), pixels)
    image = bpy.data.images.load(str(tmp_path / "ours.bmp"))
    settings = scene.render.image_settings
    settings.file_format, settings.color_mode = "BMP", "RGB"
    scene.view_settings.view_transform = "Standard"
    image.save_render(str(tmp_path / "theirs.bmp"), scene=scene)
    assert np.array_equal(read_bitmap(tmp_path / "theirs.bmp"), pixels)


@pytest.mark.parametrize("content", [b"", b"BM", b"\x89PNG" + bytes(100), b"BM" + bytes(100)])
def test_no_bitmap(tmp_path: Path, content):
    (tmp_path / "x.bmp").write_bytes(content)
    with pytest.raises(ValueError, match="bitmap"):
        read_bitmap(tmp_path / "x.bmp")


def test_a_full_disk_is_told_and_leaves_no_shot(filmed, tmp_path: Path):
    """Blender does not notice when a picture is cut off, and does when it cannot be begun."""
    with full_disk(5000), pytest.raises(UserError, match="cut off as it was rendered into .*; free some space"):
        draw(filmed, 1, tmp_path)
    with pytest.raises(UserError, match=r"cannot render a picture \(.*cannot save.*\); free some space"):
        draw(filmed, 1, Path("/proc/nowhere"))
