"""Fixtures of the tests in this folder."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from types import ModuleType

import pytest

pytest.importorskip("bpy")

from motionclip_blender.core.motion_files import amass
from motionclip_blender.rig import process as rig_process
from motionclip_blender.ui.training_frames.process import RENDERING, Wanted
from tests.synthetic import random_motion
from tests.ui.training_frames.pipeline import DOUBLE


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

    def place(status: int = 0, final: str = "Done", said: tuple[str, ...] = (), program: str = DOUBLE) -> Path:
        go = tmp_path / "go"
        command = [sys.executable, "-c", program, str(status), str(go), final, *said]
        monkeypatch.setattr(rig_process, "own_command", lambda *_: command)
        monkeypatch.setattr(Wanted, "arguments", lambda self: [])
        return go

    return place
