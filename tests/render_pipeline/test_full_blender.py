"""A full Blender program, as the command line and as an add-on start it, renders the frames of the bpy module."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from tests.gui import blender

from .conftest import QUICK, ROOT, read

_ROOM, _WHY_NOT = blender.root()
pytestmark = [pytest.mark.slow, pytest.mark.skipif(_ROOM is None, reason=_WHY_NOT)]

# a mount of the sources where the chroot sees them under the same path, gone with the process
_ENTER = (
    'mount -t proc proc "$0/proc" && mount -t devtmpfs none "$0/dev" 2>/dev/null; '
    'mount --bind "{sources}" "$0{sources}" && exec chroot "$0" "$@"'
)


@pytest.fixture(scope="module")
def room() -> Iterator[Path]:
    """A folder that the chroot and the host know by the same name, with the sources in it."""
    folder = Path(tempfile.mkdtemp(prefix="motionclip-frames-"))
    seen = _ROOM / folder.relative_to("/")
    seen.mkdir(parents=True)
    for name in ("motionclip_blender", "render_pipeline"):
        ignored = shutil.ignore_patterns("__pycache__", "packs")
        shutil.copytree(ROOT / name, folder / name, ignore=ignored)
    yield folder
    seen.rmdir()
    shutil.rmtree(folder)


@pytest.fixture(scope="module")
def program(room: Path) -> Path:
    """A program outside the chroot that is the Blender inside."""
    path = room / "blender"
    enter = _ENTER.format(sources=room)
    path.write_text(
        "#!/bin/sh\n"
        f"exec unshare --mount sh -c '{enter}' \"{_ROOM}\" env LC_ALL=C.UTF-8 HOME={room} "
        'PATH=/usr/sbin:/usr/bin:/sbin:/bin LIBGL_ALWAYS_SOFTWARE=1 blender "$@"\n'
    )
    path.chmod(0o755)
    return path


def test_workers_in_a_full_program(room: Path, program: Path, motions: Path, rendered: Path):
    done = subprocess.run(
        [sys.executable, "-m", "render_pipeline", "--motions", str(motions), "--out",
         str(room / "out"), *QUICK, "--workers", "2", "--blender", str(program)],
        cwd=room, capture_output=True, text=True, timeout=300,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert_alike(read(room / "out"), read(rendered))


def test_the_coordinator_in_a_full_program(room: Path, program: Path, motions: Path, rendered: Path):
    data = shutil.copytree(motions, room / "data")
    done = subprocess.run(
        [str(program), "--background", "--factory-startup", "--python", str(room / "render_pipeline/inside_blender.py"),
         "--", "--motions", str(data), "--out", str(room / "out2"), *QUICK, "--workers", "1", "--progress-json"],
        capture_output=True, text=True, timeout=300,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    lines = [json.loads(line) for line in done.stdout.splitlines() if line.startswith("{")]
    assert lines[-1] == {"done": 12, "total": 12, "message": "Done"}
    assert_alike(read(room / "out2"), read(rendered))


def test_it_runs_from_an_extension_s_folder(room: Path, program: Path, motions: Path, rendered: Path):
    extension = room / "extensions" / "user_default" / "anything"
    shutil.copytree(room / "motionclip_blender", extension)
    shutil.copytree(room / "render_pipeline", extension / "render_pipeline")
    if not (room / "data").exists():
        shutil.copytree(motions, room / "data")
    launcher = extension / "render_pipeline" / "inside_blender.py"
    done = subprocess.run(
        [str(program), "--background", "--factory-startup", "--python", str(launcher), "--",
         "--motions", str(room / "data"), "--out", str(room / "out3"), *QUICK, "--workers", "1"],
        capture_output=True, text=True, timeout=300,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    assert_alike(read(room / "out3"), read(rendered))


def test_bad_input_has_its_exit_status_there_too(room: Path, program: Path):
    done = subprocess.run(
        [str(program), "--background", "--factory-startup", "--python", str(room / "render_pipeline/inside_blender.py"),
         "--", "--motions", "/nowhere", "--out", str(room / "out4")],
        capture_output=True, text=True, timeout=300,
    )  # fmt: skip
    assert done.returncode == 2
    assert "no folder /nowhere" in done.stderr


def assert_alike(first: dict, second: dict) -> None:
    """Checks that frames of two Blenders with different drivers agree but for a few pixels at edges."""
    assert first.keys() == second.keys()
    for key, sample in first.items():
        other = second[key]
        assert {k: v for k, v in sample.told.items() if k != "camera"}.keys() == other.told.keys() - {"camera"}
        assert sample.told["look"] == other.told["look"]
        assert np.abs(np.subtract(sample.told["joints_2d"], other.told["joints_2d"])).max() < 0.01
        difference = np.abs(sample.pixels.astype(int) - other.pixels).max(axis=2)
        assert (difference > 40).mean() < 0.02, key
